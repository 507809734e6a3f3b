"""What an option of a sink that has changed means for those who read what it writes."""

from __future__ import annotations

from ssbt.compiler.compare.settings import location
from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.ir.pipeline import Sink

READER_PLACES = frozenset(
    {
        OptionPlacement.PATH,
        OptionPlacement.TABLE,
        OptionPlacement.LOAD,
        OptionPlacement.MODE,
        OptionPlacement.VALUE,
        OptionPlacement.RECORD_KEY,
    }
)
_FORMAT_PLACES = frozenset({OptionPlacement.OPTION, OptionPlacement.DIALECT})
OTHER_FOLDERS = (
    "old and new files lie in folders of other columns, which no reader can put together: rows"
    " vanish, or reading fails"
)
OTHER_FILES = (
    "old files stay beside new ones, and a reader set up for these reads the old ones"
    " otherwise, or not at all"
)


def joins_old_files(old: Sink, new: Sink) -> bool:
    """Whether what the new version writes lies beside what the old one has written."""
    if location(old.settings) != location(new.settings):
        return False
    mode = new.settings.at(OptionPlacement.MODE)
    parts = new.settings.find("partition_overwrite_mode")
    appends = mode is not None and mode.value == "append"
    return new.stream is not None or appends or (parts is not None and parts.value == "dynamic")


def is_read_by_place(sink: Sink) -> bool:
    """Whether readers of the files find their columns by place."""
    return sink.connector.source is not None and sink.connector.source.by_position


def is_option_of_readers(sink: Sink, option: str) -> bool:
    """Whether who reads the files has to be told the same as who writes them."""
    source = sink.connector.source
    return source is not None and any(
        each.name == option and each.changes_values and each.place in _FORMAT_PLACES
        for each in source.options
    )

"""Ranges of topics, and of versions of tables, that end before they begin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
import json

from ssbt.compiler.connectors.option_specification import TextForm
from ssbt.compiler.connectors.settings import Setting, Settings
from ssbt.compiler.diagnostics.codes.topics import topics_example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir.pipeline import Pipeline, Source

_ORDERS = '  subscribe         = "orders"\n  starting_offsets { "orders-0" = 50 }\n'


def _example(end: int) -> str:
    range_ = f'{_ORDERS}  ending_offsets {{ "orders-0" = {end} }}\n'
    text = topics_example(range_).replace("stream source", "source")
    return text.replace('  checkpoint  = "checkpoints"\n', "")


REVERSED_RANGE = Code(
    "SSBT0567",
    "A range that ends before it begins",
    """\
If the end of a range is before its beginning, there is nothing to read: no records of a partition,
no changes of a table. Spark complains only when the query starts.
""",
    wrong=_example(10),
    right=_example(60),
    way_out="change one of the two ends, so that the first is before the last",
)

# Options that say the same of the beginning and the end of a range, each of all partitions or by
# partition: offsets, times, versions.
_BOUNDS = (
    (("starting_offsets",), ("ending_offsets",)),
    (
        ("starting_timestamp", "starting_offsets_by_timestamp"),
        ("ending_timestamp", "ending_offsets_by_timestamp"),
    ),
    (("starting_version",), ("ending_version",)),
    (("after_timestamp",), ("ending_timestamp",)),
)
_EVERY = ""


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """A finding for each source with such a range."""
    for source in pipeline.datasets:
        if not isinstance(source, Source) or source.part:
            continue
        for starts, ends in _BOUNDS:
            start, end = (_find_setting(source.settings, names) for names in (starts, ends))
            if start is not None and end is not None and end.span is not None:
                yield from _check_range(start, end)


def _find_setting(settings: Settings, names: tuple[str, ...]) -> Setting | None:
    candidates = (settings.find(name) for name in names)
    return next((each for each in candidates if each is not None and each.span is not None), None)


def _check_range(start: Setting, end: Setting) -> Iterator[Diagnostic]:
    first, last = _places(start), _places(end)
    for partition in dict.fromkeys((*first, *last)):
        begins = first.get(partition, first.get(_EVERY))
        stops = last.get(partition, last.get(_EVERY))
        if begins is not None and stops is not None and begins > stops:
            of = f" of `{partition}`" if partition else ""
            message = f"the end{of} is before its beginning: there is nothing to read"
            also = (Label(start.span, "begins here"),) if start.span is not None else ()
            assert end.span is not None
            yield Diagnostic(REVERSED_RANGE, message, Label(end.span), also)
            return


def _places(setting: Setting) -> Mapping[str, int]:
    """The numbers by partition, those that stand for an end of the topic left out."""
    text = str(setting.value)
    if text.isdigit():
        return {_EVERY: int(text)}
    if setting.option.form is TextForm.MOMENT:
        return _moment(text)
    if not text.startswith("{"):
        return {}
    return {
        f"{topic}-{number}": place
        for topic, places in json.loads(text).items()
        for number, place in places.items()
        if place >= 0
    }


def _moment(text: str) -> Mapping[str, int]:
    """A time of the session's zone in microseconds; one with a zone of its own is left out."""
    try:
        since = datetime.fromisoformat(text) - datetime(1970, 1, 1)
    except (ValueError, TypeError):
        return {}
    return {_EVERY: since // timedelta(microseconds=1)}

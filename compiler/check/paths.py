"""The paths of sources and sinks, as far as they are known when compiling."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.connectors.settings import Settings
from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.ir.locations import location
from ssbt.compiler.source import Span


def written_path(settings: Settings) -> tuple[str, Span] | None:
    """Where a sink writes: a text that is the same for the same place, and where it was said."""
    for placement in (OptionPlacement.PATH, OptionPlacement.TABLE):
        setting = settings.at(placement)
        if setting is not None and setting.span is not None:
            prefix = "table " if placement is OptionPlacement.TABLE else ""
            return prefix + location(setting.value, {}), setting.span
    return None


def read_paths(settings: Settings) -> Iterator[tuple[str, Span]]:
    """What a source reads, one for each of its paths."""
    setting = settings.at(OptionPlacement.LOAD)
    if setting is None or setting.span is None:
        return
    values = setting.value if isinstance(setting.value, tuple) else (setting.value,)
    for value in values:
        yield location(value, {}), setting.span

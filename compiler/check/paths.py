"""The paths of sources and sinks, as far as they are known when compiling."""

from __future__ import annotations

from collections.abc import Iterator
import posixpath

from ssbt.compiler.connectors.settings import Settings
from ssbt.compiler.connectors.specification import Place
from ssbt.compiler.connectors.values import ParamUse, Text
from ssbt.compiler.source import Span


def written_path(settings: Settings) -> tuple[str, Span] | None:
    """Where a sink writes: a text that is the same for the same place, and where it was said."""
    for place in (Place.PATH, Place.TABLE):
        setting = settings.at(place)
        if setting is not None and setting.span is not None:
            prefix = "table " if place is Place.TABLE else ""
            return prefix + comparable(setting.value), setting.span
    return None


def read_paths(settings: Settings) -> Iterator[tuple[str, Span]]:
    """What a source reads, one for each of its paths."""
    setting = settings.at(Place.LOAD)
    if setting is None or setting.span is None:
        return
    values = setting.value if isinstance(setting.value, tuple) else (setting.value,)
    for value in values:
        yield comparable(value), setting.span


def comparable(value: object) -> str:
    """A path that equals another one when both lead to the same place, parameters as they are."""
    text = Text((value,), value.span) if isinstance(value, ParamUse) else value
    text = text.shown if isinstance(text, Text) else str(text)
    scheme, found, rest = text.partition("://")
    path = rest if found else text
    return (f"{scheme}://" if found else "") + posixpath.normpath(path.removeprefix("file:"))

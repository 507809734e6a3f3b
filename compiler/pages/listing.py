"""A source and the script made of it, side by side, and which lines belong together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from msgspec import Struct

Json = dict[str, Any]


class Line(NamedTuple):
    """A line as HTML, and the number of the part of the pipeline that it belongs to, if any."""

    html: str
    part: int | None


class Listing(Struct, frozen=True):
    """A file, named as the manifest names it."""

    name: str
    lines: tuple[Line, ...]


def build_listings(
    manifest: Json, sources: Mapping[str, str], script: str, ends: Mapping[str, int]
) -> tuple[Listing, ...]:
    """The sources, by the names that they have in the manifest, and the script, which comes last.

    A declaration and the function that it became are parts with one number. `ends` are the last
    lines of declarations, by their places.
    """
    entries = sorted(manifest["source_map"], key=lambda each: each["line"])
    numbers = {location: n for n, location in enumerate(dict.fromkeys(e["place"] for e in entries))}
    source_listings = [
        Listing(name, _build_lines(text, name, _source_parts(name, numbers, ends)))
        for name, text in sources.items()
    ]
    starts = [(each["line"], numbers[each["place"]]) for each in entries]
    name = next(path for path in manifest["outputs"] if path.endswith(".py"))
    return (
        *source_listings,
        Listing(name, _build_lines(script, name, _script_parts(script, starts))),
    )


def _source_parts(name: str, numbers: Mapping[str, int], ends: Mapping[str, int]) -> dict[int, int]:
    """The parts of a source's lines."""
    parts: dict[int, int] = {}
    for location, number in numbers.items():
        path, _, start = location.rpartition(":")
        if path == name:
            parts |= dict.fromkeys(range(int(start), ends.get(location, int(start)) + 1), number)
    return parts


def _script_parts(script: str, starts: Iterable[tuple[int, int]]) -> dict[int, int]:
    """The parts of the script's lines: of each function whose beginning is known."""
    lines = script.split("\n")
    tops = [n for n, text in enumerate(lines, 1) if text[:1].strip() and text[0] != ")"]
    ends = dict(pairwise([*tops, len(lines) + 1]))
    parts: dict[int, int] = {}
    for first, number in starts:
        body = range(first, ends[first])
        while body and not lines[body[-1] - 1].strip():
            body = body[:-1]
        parts |= dict.fromkeys(body, number)
    return parts


def _build_lines(text: str, name: str, parts: Mapping[int, int]) -> tuple[Line, ...]:
    html = _highlight(text, name).split("\n")
    return tuple(Line(line, parts.get(number)) for number, line in enumerate(html, 1))


def _highlight(text: str, name: str) -> str:
    """The text as HTML, every line whole in itself."""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexer import Lexer
    from pygments.lexers.python import PythonLexer

    from ssbt.grammar.pygments_lexer import SsbtLexer

    options = {"stripnl": False, "ensurenl": False}
    lexer: Lexer = PythonLexer(**options) if name.endswith(".py") else SsbtLexer(**options)
    return highlight(text, lexer, HtmlFormatter(nowrap=True)).removesuffix("\n")

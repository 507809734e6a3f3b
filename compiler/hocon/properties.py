"""A Java property file as a Branch: every value is text, and dots in keys separate."""

from __future__ import annotations

from collections.abc import Iterator
import re

from ssbt.compiler.hocon.nodes import Branch, Leaf
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.source import Source, Span

_COMMENT = lazy_pattern(r"(?m)^[ \t\f]*[#!].*")
_LINE = lazy_pattern(r"(?:\\(?:\r\n|[\s\S])|[^\\\r\n])+")
_PROPERTY = lazy_pattern(r"[ \t\f]*((?:\\[\s\S]|[^\\=:\s])*)[ \t\f]*[=:]?[ \t\f]*([\s\S]*)")
_ESCAPE = lazy_pattern(r"\\(?:u([0-9a-fA-F]{4})|(\r\n|\r|\n)[ \t\f]*|([\s\S]))")
_LETTERS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}


def parse_properties(source: Source) -> Branch:
    """What the file says; where `a` and `a.b` have values, that of `a` is left out, as by HOCON."""
    values = {tuple(key.split(".")): leaf for key, leaf in _iterate_properties(source)}
    objects = {path[:depth] for path in values for depth in range(1, len(path))}
    root = Branch(Span(source.path, 0, 0))
    for path, leaf in values.items():
        if path in objects:
            continue
        branch = root
        for key in path[:-1]:
            branch = branch.ensure_branch(key, leaf.span)
        branch.add(path[-1], (leaf,), leaf.span)
    return root


def _iterate_properties(source: Source) -> Iterator[tuple[str, Leaf]]:
    # A comment ends with its line, whatever stands there.
    text = _COMMENT.sub(lambda comment: " " * len(comment[0]), source.text)
    for line in _LINE.finditer(text):
        if line[0].strip():
            match = _PROPERTY.fullmatch(line[0])
            assert match is not None
            key, value = _unescape(match[1]), _unescape(match[2])
            span = Span(source.path, line.start() + match.start(1), line.end())
            yield key, Leaf(span, value, value)


def _unescape(text: str) -> str:
    def character(match: re.Match[str]) -> str:
        if match[1]:
            return chr(int(match[1], 16))
        return "" if match[2] else _LETTERS.get(match[3], match[3])

    return (
        _ESCAPE.sub(character, text).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    )

"""The parts of a text that an editor folds: blocks, strings, comments and runs of steps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ssbt.compiler.source import Source
from ssbt.compiler.syntax import encoding
from ssbt.compiler.syntax.tokens import Token, tokens

_PARTNERS = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True, slots=True)
class Fold:
    """Lines, counted from 0, of which the first stays visible.

    `kind` is region, comment or imports.
    """

    first: int
    last: int
    kind: str = "region"


def folds(source: Source) -> tuple[Fold, ...]:
    """Everything that spans several lines, the outermost first; whether the text parses or not."""
    begin = encoding.body(source)[0]
    found = [
        Token(each.kind, each.start + begin, each.end + begin, each.first)
        for each in tokens(source.text[begin:])
    ]
    every = (
        *_brackets(source, found),
        *_strings(source, found),
        *_comments(source, found),
        *_imports(source, found),
        *_step_runs(source, found),
    )
    # Editors have one fold for a line.
    longest: dict[int, Fold] = {}
    for fold in every:
        other = longest.get(fold.first)
        if fold.last > fold.first and (other is None or other.last < fold.last):
            longest[fold.first] = fold
    return tuple(longest[line] for line in sorted(longest))


def _line(source: Source, offset: int) -> int:
    return source.position(offset)[0] - 1


def _brackets(source: Source, found: Iterable[Token]) -> Iterator[Fold]:
    """Pairs of brackets; the line of the closing one stays visible."""
    opened: list[Token] = []
    for token in found:
        sign = source.text[token.start]
        if token.kind == "open":
            opened.append(token)
        elif token.kind == "close":
            # What was never closed must not take the partner of what is around it.
            while opened and source.text[opened[-1].start] != _PARTNERS[sign]:
                opened.pop()
            if opened:
                first = _line(source, opened.pop().start)
                yield Fold(first, _line(source, token.start) - 1)


def _strings(source: Source, found: Iterable[Token]) -> Iterator[Fold]:
    for token in found:
        if token.kind == "string":
            yield Fold(_line(source, token.start), _line(source, token.end))


def _comments(source: Source, found: Iterable[Token]) -> Iterator[Fold]:
    """Comments alone on their lines, one below the other."""
    lines = [_line(source, each.start) for each in found if each.kind == "comment" and each.first]
    return _runs(lines, "comment")


def _imports(source: Source, found: Iterable[Token]) -> Iterator[Fold]:
    lines = [
        _line(source, each.start)
        for each in found
        if each.first and source.text[each.start : each.end].lower() == "import"
    ]
    return _runs(lines, "imports")


def _runs(lines: Iterable[int], kind: str) -> Iterator[Fold]:
    """A fold for each run of lines without a gap."""
    first = last = -1
    for line in lines:
        if line != last + 1 or first < 0:
            if last > first:
                yield Fold(first, last, kind)
            first = line
        last = line
    if last > first:
        yield Fold(first, last, kind)


def _step_runs(source: Source, found: Iterable[Token]) -> Iterator[Fold]:
    """A query with its steps below its head, and each step that takes several lines."""
    visible = [each for each in found if each.kind not in ("newline", "comment")]
    head: Token | None = None
    step: Token | None = None
    last: Token | None = None
    for token in visible:
        word = source.text[token.start : token.end].lower()
        at_margin = token.first and source.position(token.start)[1] == 1
        if at_margin and token.kind == "word":
            yield from _query(source, head, step, last)
            head, step = (token if word in ("let", "transform") else None), None
        elif head is not None and token.kind == "pipe" and token.first:
            if step is not None and last is not None:
                yield Fold(_line(source, step.start), _line(source, last.end))
            step = token
        last = token
    yield from _query(source, head, step, last)


def _query(
    source: Source, head: Token | None, step: Token | None, last: Token | None
) -> Iterator[Fold]:
    for first in (head, step):
        if first is not None and last is not None:
            yield Fold(_line(source, first.start), _line(source, last.end))

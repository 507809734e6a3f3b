"""The parts of a text that an editor folds: blocks, strings, comments and runs of steps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ssbt.compiler.source import Source
from ssbt.compiler.syntax import encoding
from ssbt.compiler.syntax.tokens import Token, tokenize

_PARTNERS = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True, slots=True)
class Fold:
    """Lines, counted from 0, of which the first stays visible.

    `kind` is region, comment or imports.
    """

    first: int
    last: int
    kind: str = "region"


def find_folds(source: Source) -> tuple[Fold, ...]:
    """Everything that spans several lines, the outermost first; whether the text parses or not."""
    begin = encoding.body_bounds(source)[0]
    file_tokens = [
        Token(each.kind, each.start + begin, each.end + begin, each.is_first)
        for each in tokenize(source.text[begin:])
    ]
    all_folds = (
        *_bracket_folds(source, file_tokens),
        *_string_folds(source, file_tokens),
        *_comment_folds(source, file_tokens),
        *_import_folds(source, file_tokens),
        *_step_folds(source, file_tokens),
    )
    # Editors have one fold for a line.
    longest: dict[int, Fold] = {}
    for fold in all_folds:
        previous = longest.get(fold.first)
        if fold.last > fold.first and (previous is None or previous.last < fold.last):
            longest[fold.first] = fold
    return tuple(longest[line] for line in sorted(longest))


def _line_index(source: Source, offset: int) -> int:
    return source.position(offset)[0] - 1


def _bracket_folds(source: Source, file_tokens: Iterable[Token]) -> Iterator[Fold]:
    """Pairs of brackets; the line of the closing one stays visible."""
    open_brackets: list[Token] = []
    for token in file_tokens:
        sign = source.text[token.start]
        if token.kind == "open":
            open_brackets.append(token)
        elif token.kind == "close":
            # What was never closed must not take the partner of what is around it.
            while open_brackets and source.text[open_brackets[-1].start] != _PARTNERS[sign]:
                open_brackets.pop()
            if open_brackets:
                first = _line_index(source, open_brackets.pop().start)
                yield Fold(first, _line_index(source, token.start) - 1)


def _string_folds(source: Source, file_tokens: Iterable[Token]) -> Iterator[Fold]:
    for token in file_tokens:
        if token.kind == "string":
            yield Fold(_line_index(source, token.start), _line_index(source, token.end))


def _comment_folds(source: Source, file_tokens: Iterable[Token]) -> Iterator[Fold]:
    """Comments alone on their lines, one below the other."""
    lines = [
        _line_index(source, each.start)
        for each in file_tokens
        if each.kind == "comment" and each.is_first
    ]
    return _run_folds(lines, "comment")


def _import_folds(source: Source, file_tokens: Iterable[Token]) -> Iterator[Fold]:
    lines = [
        _line_index(source, each.start)
        for each in file_tokens
        if each.is_first and source.text[each.start : each.end].lower() == "import"
    ]
    return _run_folds(lines, "imports")


def _run_folds(lines: Iterable[int], kind: str) -> Iterator[Fold]:
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


def _step_folds(source: Source, file_tokens: Iterable[Token]) -> Iterator[Fold]:
    """A query with its steps below its head, and each step that takes several lines."""
    visible = [each for each in file_tokens if each.kind not in ("newline", "comment")]
    head: Token | None = None
    step: Token | None = None
    last: Token | None = None
    for token in visible:
        word = source.text[token.start : token.end].lower()
        at_margin = token.is_first and source.position(token.start)[1] == 1
        if at_margin and token.kind == "word":
            yield from _query_folds(source, head, step, last)
            head, step = (token if word in ("let", "transform") else None), None
        elif head is not None and token.kind == "pipe" and token.is_first:
            if step is not None and last is not None:
                yield Fold(_line_index(source, step.start), _line_index(source, last.end))
            step = token
        last = token
    yield from _query_folds(source, head, step, last)


def _query_folds(
    source: Source, head: Token | None, step: Token | None, last: Token | None
) -> Iterator[Fold]:
    for first in (head, step):
        if first is not None and last is not None:
            yield Fold(_line_index(source, first.start), _line_index(source, last.end))

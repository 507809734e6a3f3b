"""Splitting a line until its parts are short enough, as black does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ssbt.compiler.emit.leaves import STANDALONE_COMMENT, Leaf, copy_leaves
from ssbt.compiler.emit.lines import COMMA_PRIORITY, DOT_PRIORITY, Line, build_line
from ssbt.compiler.emit.right_hand_split import (
    CannotSplitError,
    Component,
    component_line,
    ensure_succeeded,
    right_hand_split_with_omits,
)

Split = Callable[[Line, bool], Iterable[Line]]


def split_lines(line: Line, force_parentheses: bool = False) -> Iterator[Line]:
    """The lines that `line` becomes; one that cannot be split may stay too long."""
    if line.is_comment:
        yield line
        return
    for split in _choose_splits(line):
        try:
            result = _split_with(line, split, force_parentheses)
        except CannotSplitError:
            continue
        yield from result
        return
    yield line


def _choose_splits(line: Line) -> tuple[Split, ...]:
    """The ways to split a line, the first that works being the best."""
    has_inner_comments = line.inside_brackets and line.has_comment_lines
    if not line.should_split and line.is_short_enough() and not has_inner_comments:
        return ()
    if line.is_def:
        return (_left_hand_split,)
    if line.inside_brackets:
        return (_delimiter_split, _comment_split, right_hand_split_with_omits)
    return (right_hand_split_with_omits,)


def _split_with(line: Line, split: Split, force_parentheses: bool) -> list[Line]:
    text = str(line)
    imagined = list(line.imagined)
    result: list[Line] = []
    # One after the other: splitting makes brackets visible that later ones look at.
    for part in split(line, force_parentheses):
        if str(part) == text:
            raise CannotSplitError
        result += split_lines(part, force_parentheses)
    if (
        force_parentheses
        or split is not right_hand_split_with_omits
        or not line.has_imagined
        or any(bracket.value for bracket in imagined)
        or result[0].is_short_enough()
    ):
        return result
    second = _split_with(_copy_line(line), split, force_parentheses=True)
    return second if all(part.is_short_enough() for part in second) else result


def _copy_line(line: Line) -> Line:
    copy = build_line(copy_leaves(line.leaves), line.depth)
    copy.inside_brackets, copy.should_split = line.inside_brackets, line.should_split
    return copy


def _left_hand_split(line: Line, _force_parentheses: bool) -> Iterator[Line]:
    """A signature, split at its first brackets."""
    start = next(index for index, leaf in enumerate(line.leaves) if leaf.kind == "(") + 1
    opening = line.leaves[start - 1]
    end = next((i for i, leaf in enumerate(line.leaves) if leaf.opening is opening), None)
    if end is None:
        raise CannotSplitError
    head = component_line(line.leaves[:start], line, opening, Component.HEAD)
    body = component_line(line.leaves[start:end], line, opening, Component.BODY)
    tail = component_line(line.leaves[end:], line, opening, Component.TAIL)
    ensure_succeeded(body, tail)
    yield from (part for part in (head, body, tail) if part.leaves)


def _delimiter_split(line: Line, _force_parentheses: bool) -> Iterator[Line]:
    """A line for each part between the delimiters of the highest priority."""
    last = line.leaves[-1]
    priority = line.max_priority(exclude=last)
    if not priority or (priority == DOT_PRIORITY and line.count(priority) == 1):
        raise CannotSplitError
    current = Line(line.depth, inside_brackets=line.inside_brackets)
    last_code = _last_code(line)
    for leaf in line.leaves:
        if not current.fits_comment(leaf):
            yield _strip_first_prefix(current)
            current = Line(line.depth, inside_brackets=line.inside_brackets)
        current.append(leaf, marked=True)
        if last.kind == STANDALONE_COMMENT and leaf is last_code:
            _end_with_comma(current, priority)
        if line.delimiters.get(id(leaf)) == priority:
            yield _strip_first_prefix(current)
            current = Line(line.depth, inside_brackets=line.inside_brackets)
    if current.leaves:
        _end_with_comma(current, priority)
        yield _strip_first_prefix(current)


def _last_code(line: Line) -> Leaf:
    return next(leaf for leaf in reversed(line.leaves) if leaf.kind != STANDALONE_COMMENT)


def _end_with_comma(line: Line, priority: int) -> None:
    if priority == COMMA_PRIORITY and line.leaves[-1].kind not in (",", STANDALONE_COMMENT):
        line.append(Leaf(",", ","), marked=True)


def _comment_split(line: Line, _force_parentheses: bool) -> Iterator[Line]:
    """A line for each comment, and for what is between them."""
    if not line.has_comment_lines:
        raise CannotSplitError
    current = Line(line.depth, inside_brackets=line.inside_brackets)
    for leaf in line.leaves:
        if not current.fits_comment(leaf):
            yield _strip_first_prefix(current)
            current = Line(line.depth, inside_brackets=line.inside_brackets)
        current.append(leaf, marked=True)
    if current.leaves:
        yield _strip_first_prefix(current)


def _strip_first_prefix(line: Line) -> Line:
    line.leaves[0].prefix = ""
    return line

"""Splitting at the last brackets of a line, and black's taste in which brackets those are."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto

from msgspec import Struct

from ssbt.compiler.emit.leaves import CLOSING, OPENING, STANDALONE_COMMENT, Leaf, UnknownShapeError
from ssbt.compiler.emit.lines import COMMA_PRIORITY, DOT_PRIORITY, LINE_LENGTH, Line

Omit = frozenset[int]


class CannotSplitError(Exception):
    """This way to split does not lead anywhere."""


class Component(Enum):
    """A part of a line that is split at brackets."""

    HEAD = auto()
    BODY = auto()
    TAIL = auto()


class _Split(Struct, frozen=True):
    head: Line
    body: Line
    tail: Line
    opening: Leaf
    closing: Leaf

    @property
    def parts(self) -> Iterator[Line]:
        return (part for part in (self.head, self.body, self.tail) if part.leaves)


def right_hand_split_with_omits(line: Line, force_parentheses: bool) -> list[Line]:
    """Head, body and tail, split so far to the right that the head fits, if it can be."""
    first: list[Line] | None = None
    starts = _compute_starts(line)
    for omit in _trailers_to_omit(line):
        target = next((x for x in reversed(line.leaves) if _is_target(x, omit)), None)
        opening = target.opening if target is not None and omit else None
        if opening is not None and opening.value and starts.get(id(opening), 0) > LINE_LENGTH:
            continue
        lines = list(_right_hand_split(line, omit, force_parentheses))
        first = first or lines
        if lines[0].is_short_enough():
            return lines
    return first or []


def _is_target(leaf: Leaf, omit: Omit) -> bool:
    return leaf.kind in CLOSING and id(leaf) not in omit


def _compute_starts(line: Line) -> dict[int, int]:
    starts, length = {}, 4 * line.depth
    for leaf in line.leaves:
        starts[id(leaf)] = length
        length += len(leaf)
    return starts


def _right_hand_split(line: Line, omit: Omit, force_parentheses: bool) -> Iterator[Line]:
    split = _first_right_hand_split(line, omit)
    yield from _without_optional_parentheses(split, line, omit, force_parentheses)


def _first_right_hand_split(line: Line, omit: Omit) -> _Split:
    """The split at the last brackets that are not omitted."""
    start, end, opening = _find_last_brackets(line, omit)
    head = component_line(line.leaves[: start + 1], line, opening, Component.HEAD)
    body = component_line(line.leaves[start + 1 : end], line, opening, Component.BODY)
    tail = component_line(line.leaves[end:], line, opening, Component.TAIL)
    ensure_succeeded(body, tail)
    return _Split(head, body, tail, opening, line.leaves[end])


def _find_last_brackets(line: Line, omit: Omit) -> tuple[int, int, Leaf]:
    """Where the last pair begins and ends that is not omitted and has something in it."""
    places = {id(leaf): index for index, leaf in enumerate(line.leaves)}
    end = len(line.leaves)
    while end > 0:
        end -= 1
        closing = line.leaves[end]
        if not _is_target(closing, omit):
            continue
        start = places.get(id(closing.opening))
        if start is None or closing.opening is None:
            break
        if start + 1 < end:
            return start, end, closing.opening
        end = start
    raise CannotSplitError


def ensure_succeeded(body: Line, tail: Line) -> None:
    """Raise CannotSplitError if nothing was won."""
    if not body.leaves and len(str(tail).strip()) < 3:
        raise CannotSplitError


def component_line(leaves: list[Leaf], original: Line, opening: Leaf, component: Component) -> Line:
    """The line of a part; an import's body and a sole argument get a trailing comma."""
    is_body = component is Component.BODY
    result = Line(original.depth + is_body, inside_brackets=is_body)
    if is_body and _needs_comma(leaves, original):
        leaves = [*leaves, Leaf(",", ",")]
    matching = _inside_matching_brackets(leaves) if component is Component.HEAD else frozenset()
    for leaf in leaves:
        result.append(leaf, marked=is_body or id(leaf) in matching)
    if is_body:
        if leaves:
            leaves[0].prefix = ""
        result.should_split = _should_split(result, opening)
    return result


def _needs_comma(leaves: list[Leaf], original: Line) -> bool:
    if not leaves:
        return False
    has_comma = any(leaf.kind == "," for leaf in leaves)
    return leaves[-1].kind != "," and (original.is_import or (original.is_def and not has_comma))


def _inside_matching_brackets(leaves: list[Leaf]) -> Omit:
    """The leaves from an opening bracket to its closing one, those included."""
    places = {id(leaf): index for index, leaf in enumerate(leaves)}
    inside: set[int] = set()
    for end, leaf in enumerate(leaves):
        if leaf.opening is not None and id(leaf.opening) in places:
            inside.update(id(member) for member in leaves[places[id(leaf.opening)] : end + 1])
    return frozenset(inside)


def _should_split(body: Line, opening: Leaf) -> bool:
    """Whether the body of a list, a dictionary or an import goes on a line for each item."""
    if not body.leaves or not opening.is_display:
        return False
    last = body.leaves[-1]
    return body.max_priority(exclude=last if last.kind == "," else None) == COMMA_PRIORITY


def _without_optional_parentheses(
    split: _Split, line: Line, omit: Omit, force_parentheses: bool
) -> Iterator[Line]:
    is_optional = not split.opening.value and not split.closing.value
    if (
        is_optional
        and not force_parentheses
        and not line.is_import
        and _can_omit_parentheses(split)
    ):
        try:
            inner_omit = omit | {id(split.closing)}
            inner = _first_right_hand_split(line, inner_omit)
            if _is_preferred(inner, split):
                yield from _without_optional_parentheses(inner, line, inner_omit, force_parentheses)
                return
        except CannotSplitError:
            if not _can_be_split(split.body) and not split.body.is_short_enough():
                raise
    if not split.opening.value:
        split.opening.value, split.closing.value = "(", ")"
    yield from split.parts


def _is_preferred(inner: _Split, split: _Split) -> bool:
    """Whether to split inside optional parentheses rather than at them."""
    head = split.head.leaves
    if not (len(head) >= 2 and head[-2].kind == "="):
        return True
    if not any(leaf.kind in OPENING or leaf.kind in CLOSING for leaf in head[:-1]):
        return True
    if not split.head.is_short_enough(LINE_LENGTH - 1):
        return True
    after_equals = []
    for leaf in reversed(inner.head.leaves):
        if leaf.kind == "=":
            break
        after_equals.append(leaf)
    if any(leaf.kind in CLOSING for leaf in after_equals):
        return True
    has_equals = any(leaf.kind == "=" for leaf in inner.head.leaves)
    return has_equals and inner.head.is_short_enough()


def _can_omit_parentheses(split: _Split) -> bool:
    """Whether the body reads well without optional parentheses around it."""
    line = split.body
    if _has_bare_comment(line):
        return False
    if not line.delimiters:
        return True
    priority = line.max_priority()
    if line.count(priority) > 1:
        return False
    if priority == DOT_PRIORITY:
        return True
    first, second, last = line.leaves[0], line.leaves[1], line.leaves[-1]
    if first.kind in OPENING and second.kind not in CLOSING and _can_omit_opening(line, first):
        return True
    if last.kind in (")", "}") or (last.kind == "]" and last.opening and last.opening.is_display):
        if line.leaves[-2].kind in OPENING:
            return False
        return _can_omit_closing(line, last)
    return False


def _has_bare_comment(line: Line) -> bool:
    """Whether a comment stands in no visible brackets."""
    closing: Leaf | None = None
    places = {id(leaf) for leaf in line.leaves}
    for leaf in reversed(line.leaves):
        if closing is not None and leaf is closing.opening:
            closing = None
        if leaf.kind == STANDALONE_COMMENT and closing is None:
            return True
        is_pair = leaf.kind in CLOSING and id(leaf.opening) in places
        if closing is None and is_pair and leaf.value:
            closing = leaf
    return False


def _can_omit_opening(line: Line, first: Leaf) -> bool:
    remainder, length = False, 4 * line.depth
    for leaf, leaf_length in line.with_lengths(line.leaves):
        if leaf.opening is first:
            remainder = True
        if remainder:
            length += leaf_length
            if length > LINE_LENGTH:
                return False
            if leaf.kind in OPENING:
                remainder = False
    return True


def _can_omit_closing(line: Line, last: Leaf) -> bool:
    length, seen_other_brackets = 4 * line.depth, False
    for leaf, leaf_length in line.with_lengths(line.leaves):
        length += leaf_length
        if leaf is last.opening:
            if seen_other_brackets or length <= LINE_LENGTH:
                return True
        elif leaf.kind in OPENING:
            seen_other_brackets = True
    return False


def _can_be_split(line: Line) -> bool:
    leaves = line.leaves
    if len(leaves) < 2:
        return False
    if not (leaves[0].kind == "string" and leaves[1].kind == "."):
        return True
    raise UnknownShapeError("a method of a literal")


def _trailers_to_omit(line: Line) -> Iterator[Omit]:
    """Growing sets of closing brackets at the line's end to skip."""
    omit: set[int] = set()
    yield frozenset()
    length = 4 * line.depth
    opening: Leaf | None = None
    closing: Leaf | None = None
    inner: set[int] = set()
    for index in range(len(line.leaves) - 1, -1, -1):
        leaf = line.leaves[index]
        length += len(leaf) + len(leaf.comment)
        if length > LINE_LENGTH or leaf.kind == STANDALONE_COMMENT or leaf.comment:
            break
        if opening is not None:
            if leaf is opening:
                opening = None
            elif leaf.kind in CLOSING:
                inner.add(id(leaf))
        elif leaf.kind in CLOSING:
            if index > 0 and line.leaves[index - 1].kind in OPENING:
                inner.add(id(leaf))
                continue
            if closing is not None:
                omit |= {id(closing), *inner}
                inner.clear()
                yield frozenset(omit)
            if leaf.value:
                opening, closing = leaf.opening, leaf

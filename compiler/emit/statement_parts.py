"""Parts of the text of a `MERGE`, broken where `ssbtc fmt` would break them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ssbt.compiler.emit.literals import Part
from ssbt.compiler.ir.expressions import TextMark


def conjunction_parts(before: str, terms: Sequence[Sequence[Part]]) -> Iterator[Part]:
    """Conditions, of which each has a line of its own where they do not fit in one."""
    yield from (TextMark.GROUP, before, TextMark.INDENT)
    for number, term in enumerate(terms):
        yield from (TextMark.SPACE, "AND ") if number else ()
        yield from (TextMark.GROUP, *term, TextMark.END)
    yield from (TextMark.DEDENT, TextMark.END)


def assignment_parts(names: Sequence[str], alias: str) -> Iterator[Part]:
    """`THEN UPDATE SET t.x = c.x, …`, for an update of the columns `names` from `alias`."""
    assignments = [f"t.{name} = {alias}.{name}" for name in names]
    yield from (TextMark.GROUP, "THEN UPDATE SET", TextMark.INDENT, TextMark.SPACE)
    yield from (*_list_parts(assignments), TextMark.DEDENT, TextMark.END)


def insertion_parts(names: Sequence[str], alias: str) -> Iterator[Part]:
    """`THEN INSERT (x, …) VALUES (c.x, …)`."""
    yield from (TextMark.GROUP, *bracketed_parts("THEN INSERT (", names), TextMark.SPACE)
    values = [f"{alias}.{name}" for name in names]
    yield from (*bracketed_parts("VALUES (", values), TextMark.END)


def bracketed_parts(before: str, items: Sequence[str]) -> Iterator[Part]:
    """Items in brackets, of which `before` has the opening one."""
    yield from (TextMark.GROUP, before, TextMark.INDENT, TextMark.SOFT, *_list_parts(items))
    yield from (TextMark.DEDENT, TextMark.SOFT, ")", TextMark.END)


def _list_parts(items: Sequence[str]) -> Iterator[Part]:
    for item in items[:-1]:
        yield from (f"{item},", TextMark.SPACE)
    yield from items[-1:]

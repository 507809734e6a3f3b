"""A test from real rows as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ssbt.compiler.driver import formatted
from ssbt.compiler.source import Source
from ssbt.compiler.syntax.names import declared_name
from ssbt.compiler.syntax.strings import double_quoted
from ssbt.compiler.testing.results import Created, RowsMade


def test_name(dataset: str, taken: Iterable[str]) -> str:
    """A name that no other test has."""
    names, name, number = set(taken), f"{dataset} from real rows", 1
    while name in names:
        number += 1
        name = f"{dataset} from real rows {number}"
    return name


def test_text(name: str, created: Created) -> str:
    """The test, in the layout of `ssbtc fmt`."""
    text = "\n".join([f"test {double_quoted((name,))} {{", *_clauses(created), "}", ""])
    return formatted(Source("-", text))[0] or text


def with_test(text: str, test: str) -> str:
    """The text of a file with a test behind it."""
    return f"{text.rstrip()}\n\n{test}" if text.strip() else test


def _clauses(created: Created) -> Iterator[str]:
    if created.clock:
        yield f"  given clock '{created.clock}'"
    for each in created.given:
        yield from _rows("given", each)
    yield from _rows("then", created.then)


def _rows(clause: str, made: RowsMade) -> Iterator[str]:
    names = ", ".join(declared_name(name) for name in made.columns)
    columns = f" ({names})" if made.rows else ""
    yield f"  {clause} {declared_name(made.dataset)}{columns} {{"
    yield from (f"    ({', '.join(row)})" for row in made.rows)
    yield "  }"

"""A test from real rows as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ssbt.compiler.driver import formatted
from ssbt.compiler.source import Source
from ssbt.compiler.syntax.names import declared_name
from ssbt.compiler.syntax.strings import double_quoted
from ssbt.compiler.testing.results import Created, RowsMade

# What a line of a test may hold, as elsewhere in the language.
_WIDEST = 100


def test_name(dataset: str, taken: Iterable[str]) -> str:
    """A name that no other test has."""
    names, name, number = set(taken), f"{dataset} from real rows", 1
    while name in names:
        number += 1
        name = f"{dataset} from real rows {number}"
    return name


def test_text(name: str, created: Created, files: Mapping[str, str]) -> str:
    """The test, in the layout of `ssbtc fmt`; `files` are paths of rows, by what they are of."""
    text = "\n".join([f"test {double_quoted((name,))} {{", *_clauses(created, files), "}", ""])
    return formatted(Source("-", text))[0] or text


def wide_rows(created: Created) -> Iterator[tuple[str, RowsMade]]:
    """The rows that are too wide to be read in a test, under names for their files."""
    for clause, made in (*(("given", each) for each in created.given), ("then", created.then)):
        widths = (len(f"    ({', '.join(row)})") for row in made.rows)
        if made.lines and max(widths, default=0) > _WIDEST:
            yield f"{clause} {made.dataset}", made


def with_test(text: str, test: str) -> str:
    """The text of a file with a test behind it."""
    return f"{text.rstrip()}\n\n{test}" if text.strip() else test


def _clauses(created: Created, files: Mapping[str, str]) -> Iterator[str]:
    if created.clock:
        yield f"  given clock '{created.clock}'"
    for each in created.given:
        yield from _rows("given", each, files)
    yield from _rows("then", created.then, files)


def _rows(clause: str, made: RowsMade, files: Mapping[str, str]) -> Iterator[str]:
    file = files.get(f"{clause} {made.dataset}")
    if file is not None:
        # A file of JSON says the columns of each row by their names, but none that are null.
        names = ", ".join(declared_name(name) for name in made.columns)
        place = double_quoted((file,))
        yield f"  {clause} {declared_name(made.dataset)} ({names}) from {place}"
        return
    names = ", ".join(declared_name(name) for name in made.columns)
    columns = f" ({names})" if made.rows else ""
    yield f"  {clause} {declared_name(made.dataset)}{columns} {{"
    yield from (f"    ({', '.join(row)})" for row in made.rows)
    yield "  }"

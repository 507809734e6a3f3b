"""A test from real rows as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ssbt.compiler.driver import format_source
from ssbt.compiler.source import Source
from ssbt.compiler.syntax.names import declared_name
from ssbt.compiler.syntax.strings import double_quote
from ssbt.compiler.testing.results import CreatedTest, RowSet

# What a line of a test may hold, as elsewhere in the language.
_MAX_WIDTH = 100


def unique_test_name(dataset: str, existing: Iterable[str]) -> str:
    """A name that no other test has."""
    names, name, number = set(existing), f"{dataset} from real rows", 1
    while name in names:
        number += 1
        name = f"{dataset} from real rows {number}"
    return name


def render_test(name: str, created: CreatedTest, files: Mapping[str, str]) -> str:
    """The test, in the layout of `ssbtc fmt`; `files` are paths of rows, by what they are of."""
    text = "\n".join(
        [f"test {double_quote((name,))} {{", *_render_clauses(created, files), "}", ""]
    )
    return format_source(Source("-", text))[0] or text


def find_wide_rows(created: CreatedTest) -> Iterator[tuple[str, RowSet]]:
    """The rows that are too wide to be read in a test, under names for their files."""
    for clause, row_set in (*(("given", each) for each in created.given), ("then", created.then)):
        widths = (len(f"    ({', '.join(row)})") for row in row_set.rows)
        if row_set.lines and max(widths, default=0) > _MAX_WIDTH:
            yield f"{clause} {row_set.dataset}", row_set


def with_test(text: str, test: str) -> str:
    """The text of a file with a test after it."""
    return f"{text.rstrip()}\n\n{test}" if text.strip() else test


def _render_clauses(created: CreatedTest, files: Mapping[str, str]) -> Iterator[str]:
    if created.clock:
        yield f"  given clock '{created.clock}'"
    for each in created.given:
        yield from _render_rows("given", each, files)
    yield from _render_rows("then", created.then, files)


def _render_rows(clause: str, row_set: RowSet, files: Mapping[str, str]) -> Iterator[str]:
    file = files.get(f"{clause} {row_set.dataset}")
    if file is not None:
        # A file of JSON says the columns of each row by their names, but none that are null.
        names = ", ".join(declared_name(name) for name in row_set.columns)
        quoted_path = double_quote((file,))
        yield f"  {clause} {declared_name(row_set.dataset)} ({names}) from {quoted_path}"
        return
    names = ", ".join(declared_name(name) for name in row_set.columns)
    columns = f" ({names})" if row_set.rows else ""
    yield f"  {clause} {declared_name(row_set.dataset)}{columns} {{"
    yield from (f"    ({', '.join(row)})" for row in row_set.rows)
    yield "  }"

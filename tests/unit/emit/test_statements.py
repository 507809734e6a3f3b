"""Statements are valid literals whatever columns are called, and hold each name as it is."""

from __future__ import annotations

import ast

from hypothesis import example, given
from hypothesis import strategies as st

from ssbt.compiler.emit.sql_lines import flatten_literals, is_structured
from ssbt.compiler.emit.statements import emit_statement
from ssbt.compiler.types.quoting import quote_name


def statement_text(name: str) -> str:
    """The statement of a merge by a key of this name, on one line."""
    code = emit_statement(
        "merge",
        keys=[quote_name(name)],
        sequence="at",
        others=[],
        values=["at"],
        columns=[quote_name(name), "at"],
        deletes=False,
        keeps_values=False,
    ).text
    assert is_structured(code)
    return str(ast.literal_eval(flatten_literals(code)))


@given(st.text(min_size=1))
@example("id")
@example("two\nlines")
@example("\x01\x02\x03\x04\x05\x06")
@example("it`s ``")
@example("{{ name }} {brace}")
def test_names(name: str) -> None:
    key = quote_name(name)
    assert statement_text(name) == (
        f"MERGE INTO target AS t USING changes AS c ON t.{key} = c.{key}"
        " WHEN MATCHED AND c.at > t.at THEN UPDATE SET t.at = c.at"
        f" WHEN NOT MATCHED THEN INSERT ({key}, at) VALUES (c.{key}, c.at)"
    )

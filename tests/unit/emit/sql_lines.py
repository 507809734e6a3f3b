"""SQL as the lines that a script gives it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ssbt.compiler.emit.literals import PythonCode, f_string
from ssbt.compiler.emit.sql_lines import flatten_literals, split_sql
from ssbt.compiler.ir.expressions import ParameterText
from ssbt.compiler.resolve.expressions.structured_texts import structure_text
from ssbt.compiler.source import Source
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import Piece, sql_parts
from ssbt.compiler.syntax.parsing import ParsedFile, parse_file
from tests.spark.syntax_corpus import GROUPS


def long_expressions(group: str) -> Iterator[str]:
    """The expressions of a group, each as an argument of a call that is long."""
    for text in GROUPS[group].replace("'a\nb'", "1").splitlines():
        expression = f"coalesce(({text}), ({text}), a_long_name_of_a_column)"
        if text and not _parse(expression).findings:
            yield expression


def _parse(expression: str) -> ParsedFile:
    return parse_file(Source("a.ssbt", f"let x = from a |> select {expression} as y"))


def sql_literal(expression: str) -> str:
    """The literal of an expression, with the marks of its structure."""
    parsed = _parse(expression)
    assert not parsed.findings, expression
    node = parsed.file.declarations[0].query.steps[0].items[0].value  # type: ignore[union-attr]
    parts = structure_text(sql_parts(node), _convert)
    assert parts, f"{expression} is short"
    return f_string([PythonCode(p.name) if isinstance(p, ParameterText) else p for p in parts])


def _convert(piece: Piece) -> str | ParameterText:
    return ParameterText(piece.name.text) if isinstance(piece, e.ParameterUse) else piece


def sql_lines(expression: str, room: int) -> list[str]:
    """The values of the literals that an expression becomes where `room` columns are left."""
    return [ast.literal_eval(literal) for literal in split_sql(sql_literal(expression), room)]


def flat_sql(expression: str) -> str:
    """The text of an expression on one line."""
    return str(ast.literal_eval(flatten_literals(sql_literal(expression))))

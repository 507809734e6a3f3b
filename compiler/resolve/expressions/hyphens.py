"""Names with a hyphen, which need backticks: `total-amount` is a difference."""

from __future__ import annotations

from ssbt.compiler.diagnostics.codes import names as codes
from ssbt.compiler.diagnostics.model import Edit
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.names import name_text

_MOST_PARTS = 6


def hyphenated_column(node: e.Binary, relation: Relation) -> str | None:
    """The column that a difference of names spells, if these are not all columns themselves."""
    words: list[str] = []
    are_columns = True
    left: e.Expression = node
    while isinstance(left, e.Binary) and left.operator == "-" and len(words) < _MOST_PARTS:
        word = _word(_last_part(node) if left is node else left.right)
        if word is None:
            return None
        are_columns = are_columns and bool(relation.find_columns(word) or word.isdigit())
        words.append(word)
        left = left.left
    if not words or not isinstance(left, e.ColumnName):
        return None
    first = left.parts[-1].text
    column = relation.find_columns("-".join((first, *reversed(words))))
    if not column or (are_columns and relation.find_columns(first)):
        return None
    return column[0].name


def report_hyphenated(node: e.Binary, relation: Relation, report: Report) -> bool:
    """Report a column whose name lacks its backticks."""
    column = hyphenated_column(node, relation)
    if column is None:
        return False
    left = node.left
    while isinstance(left, e.Binary):
        left = left.left
    assert isinstance(left, e.ColumnName)
    qualifier = "".join(f"{name_text(part.text)}." for part in left.parts[:-1])
    text = f"{qualifier}{name_text(column)}"
    message = f"this subtracts; the column `{column}` has backticks around its name"
    span = Span(node.span.path, left.span.start, _last_part(node).span.end)
    fix = (Edit(span, text),)
    report.add(codes.UNKNOWN_COLUMN, span, message, help=f"write `` {text} ``", fix=fix)
    return True


def _last_part(node: e.Binary) -> e.Expression:
    """The last name of the difference: `amount` of `total-amount * 2`."""
    last = node.right
    while isinstance(last, e.Binary) and last.operator in ("*", "/", "%"):
        last = last.left
    return last


def _word(node: e.Expression) -> str | None:
    match node:
        case e.ColumnName(parts=(name,)):
            return name.text
        case e.NumberLiteral(text=text) if text.isdigit():
            return text
    return None

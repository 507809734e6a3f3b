"""Words of other languages where the name of a column stands: `None`, `rownum`, `df["amount"]`."""

from __future__ import annotations

from collections.abc import Container

from ssbt.compiler.diagnostics.codes import names as codes
from ssbt.compiler.diagnostics.model import Edit
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast.nodes import Name
from ssbt.compiler.syntax.names import ssbt_name_text

# Words for values that are columns for the grammar.
_VALUES = {
    "none": "null",
    "nil": "null",
    "undefined": "null",
    "inf": "double('Infinity')",
    "infinity": "double('Infinity')",
    "nan": "double('NaN')",
    "sysdate": "current_timestamp()",
    "systimestamp": "current_timestamp()",
    "today": "current_date()",
    "now": "current_timestamp()",
}


# Words for rows and their places, which are not known before they are put in an order.
_ADVICE = {
    **dict.fromkeys(
        ("rownum", "rowid", "_rowid_", "rownumber", "row_number"),
        "rows are kept by `|> limit 10`, and numbered by `row_number() over (order by …)`",
    ),
    "all": "name the columns; in `select`, all of them are `*`",
    "level": "rows that refer to each other take one `join` for each level",
}


def report_foreign_value(node: e.ColumnName, relation: Relation, report: Report) -> bool:
    """Report a name that is a value in other languages, such as `None`; whether it is one."""
    name = node.parts[0].text
    value = _VALUES.get(name.casefold()) if len(node.parts) == 1 else None
    advice = _ADVICE.get(name.casefold()) if len(node.parts) == 1 else None
    if name == "_":
        advice = "a function names its arguments: `x -> upper(x)`"
    if not (value or advice) or relation.is_open or relation.find_columns(name):
        return False
    if value is None:
        help_ = advice or ()
        report.add(codes.UNKNOWN_COLUMN, node.span, f"there is no column `{name}` here", help=help_)
        return True
    message, fix = f"there is no column `{name}` here", (Edit(node.span, value),)
    report.add(codes.UNKNOWN_COLUMN, node.span, message, help=f"write `{value}`", fix=fix)
    return True


def report_frame_column(
    node: e.Subscript, relation: Relation, local_names: Container[str], report: Report
) -> bool:
    """Report a frame's column, `df["amount"]`; whether this is one."""
    match node:
        case e.Subscript(
            base=e.ColumnName(parts=(Name(text=frame),)), index=e.StringLiteral(value=name)
        ) if relation.find_columns(name) and not (relation.is_open or relation.find_columns(frame)):
            pass
        case _:
            return False
    if frame.casefold() in local_names:
        return False
    message = f"there is no column `{frame}` here"
    help_, fix = f"a column is written by its name: `{ssbt_name_text(name)}`", ssbt_name_text(name)
    code, base_span = codes.UNKNOWN_COLUMN, node.base.span
    report.add(code, base_span, message, help=help_, fix=(Edit(node.span, fix),))
    return True

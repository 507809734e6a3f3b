"""Functions of Spark that other dialects call with other arguments: `max(a, b)`, `isnull(a, 0)`."""

from __future__ import annotations

from collections.abc import Callable

from ssbt.compiler.diagnostics.codes import expressions as codes
from ssbt.compiler.diagnostics.model import Edit
from ssbt.compiler.resolve.expressions.bare_words import is_unknown_word
from ssbt.compiler.resolve.expressions.expression_typer import ExpressionTyper
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast.nodes import Name
from ssbt.compiler.syntax.foreign.methods import is_atom
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.types.datatypes import ArrayType
from ssbt.compiler.types.unit_names import meant_unit


def report_shared_name(typer: ExpressionTyper, node: e.Call) -> bool:
    """Report a call with the arguments of another dialect, and its way out; whether it is one."""
    report = _REPORTS.get(node.name.text.casefold())
    return report is not None and report(typer, node)


def _report_form(typer: ExpressionTyper, node: e.Call, *, by_unit: bool = False) -> bool:
    """`date_add(day, interval 1 day)`, which Spark has with a number of days."""
    from ssbt.compiler.syntax.foreign.forms import find_forms
    from ssbt.compiler.syntax.foreign.suggestions import suggest_match

    name = node.name.text
    first = node.arguments[0].value if node.arguments else None
    # `date_diff(month, start, day)` is Spark's, even of a column called `day`.
    is_unit = isinstance(first, e.ColumnName) and first.parts[0].text.casefold() in _UNITS
    if is_unit and not by_unit:
        return False
    is_operand = id(node) in typer.operand_ids
    suggestion = suggest_match(node, find_forms(name), is_operand=is_operand)
    if suggestion is None:
        return False
    help_, fix = suggestion
    message = f"`{name}` takes other arguments here"
    typer.report.add(codes.WRONG_ARGUMENTS, node.span, message, help=help_, fix=fix)
    return True


def _report_unit_word(typer: ExpressionTyper, node: e.Call) -> bool:
    """`date_trunc(at, week)`, BigQuery's order; of a column called `week` it is Spark's."""
    relation = typer.context.relation
    is_known = any(
        isinstance(argument.value, e.ColumnName)
        and meant_unit(argument.value.parts[0].text) is not None
        and not is_unknown_word(argument.value, relation)
        for argument in node.arguments
    )
    has_texts = any(isinstance(argument.value, e.StringLiteral) for argument in node.arguments)
    return not is_known and not has_texts and _report_form(typer, node, by_unit=True)


def _report_option(typer: ExpressionTyper, node: e.Call) -> bool:
    """`Some(amount)` of Scala and Rust; Spark's `some` is an aggregate."""
    if node.name.text != "Some" or typer.allows_aggregates or len(node.arguments) != 1:
        return False
    value = node.arguments[0].value
    message = "a value is written as it is: every column may be null"
    text = ssbt_text(value)
    if id(node) in typer.operand_ids and not is_atom(text):
        text = f"({text})"
    fix, help_ = (Edit(node.span, text),), f"write `{text}`"
    typer.report.add(codes.UNKNOWN_FUNCTION, node.span, message, help=help_, fix=fix)
    return True


def _report_several(typer: ExpressionTyper, node: e.Call) -> bool:
    """`max(a, b)`: the greatest value of a row, and not of a column."""
    name = node.name.text
    other = {"max": "greatest", "min": "least"}.get(name.casefold())
    if len(node.arguments) < 2 or node.distinct or node.window or node.filter:
        return False
    message = f"`{name}` takes one value of each row, not {len(node.arguments)}"
    help_ = f"did you mean `{other}`?" if other else "columns of one row are added by `+`"
    fix = (Edit(node.name.span, other),) if other else ()
    typer.report.add(codes.WRONG_ARGUMENTS, node.span, message, help=help_, fix=fix)
    return True


def _report_quantified(typer: ExpressionTyper, node: e.Call) -> bool:
    """`status = any(array('A', 'B'))`, beside an operator."""
    if id(node) not in typer.operand_ids or len(node.arguments) != 1:
        return False
    value = node.arguments[0].value
    columns = []
    if isinstance(value, e.ColumnName):
        columns = typer.context.relation.find_columns(value.parts[-1].text)
    is_column = any(isinstance(column.type, ArrayType) for column in columns)
    is_array = isinstance(value, e.Call) and value.name.text.casefold() in ("array", "split")
    if not (is_column or is_array) or node.window is not None:
        return False
    argument = ssbt_text(value)
    message = f"`{node.name.text}` is an aggregate, and compares with no list"
    help_ = f"write `array_contains({argument}, VALUE)`, or `VALUE in (…)`"
    typer.report.add(codes.WRONG_ARGUMENTS, node.span, message, help=help_)
    return True


def _report_renamed(typer: ExpressionTyper, node: e.Call) -> bool:
    """`date(2026, 1, 31)`, `nvl(a, b, c)`: with this many arguments it is another function."""
    name, count = node.name.text.casefold(), len(node.arguments)
    other = _BY_COUNT.get((name, count))
    if other is None:
        return False
    takes = f"`{node.name.text}` takes other arguments than {count}"
    help_, fix = f"did you mean `{other}`?", (Edit(node.name.span, other),)
    typer.report.add(codes.WRONG_ARGUMENTS, node.span, takes, help=help_, fix=fix)
    return True


def _report_truncated(typer: ExpressionTyper, node: e.Call) -> bool:
    """`trunc(amount, 2)` and `trunc(at)`, of numbers and of times."""
    last = node.arguments[-1].value if node.arguments else None
    if len(node.arguments) == 1:
        text = ssbt_text(node.arguments[0].value)
        help_ = f"the day of a time is `to_date({text})`, a number without fraction `floor({text})`"
    elif len(node.arguments) == 2 and isinstance(last, e.NumberLiteral):
        text = ", ".join(ssbt_text(argument.value) for argument in node.arguments)
        help_ = (
            f"numbers are cut by `floor({text})`, where they are not negative, or `ceil({text})`"
        )
    else:
        return False
    message = f"`{node.name.text}` cuts dates to a unit such as 'MONTH'"
    typer.report.add(codes.WRONG_ARGUMENTS, node.span, message, help=help_)
    return True


def _report_null_default(typer: ExpressionTyper, node: e.Call) -> bool:
    """`isnull(status, 'x')`, which is `coalesce`."""
    name = node.name.text
    if name.casefold() != "isnull" or len(node.arguments) != 2:
        return False
    fix = (Edit(node.name.span, "coalesce"),)
    message, help_ = f"`{name}` takes 1 argument, not 2", "write `coalesce(…, …)`"
    typer.report.add(codes.WRONG_ARGUMENTS, node.span, message, help=help_, fix=fix)
    return True


def _report_extract(typer: ExpressionTyper, node: e.Call) -> bool:
    """`extract(year, day)`."""
    match node:
        case e.Call(
            name=Name(text=name),
            arguments=(
                e.Argument(value=e.ColumnName(parts=(unit,)) as first),
                e.Argument(value=second),
            ),
        ) if name.casefold() == "extract" and not node.keywords:
            pass
        case _:
            return False
    if typer.context.relation.find_columns(unit.text):
        return False
    between = Span(node.span.path, first.span.end, second.span.start)
    help_, fix = f"write `extract({unit.text} from …)`", (Edit(between, " from "),)
    message = "the field of `extract` is a word before `from`"
    typer.report.add(codes.WRONG_ARGUMENTS, node.span, message, help=help_, fix=fix)
    return True


_UNITS = ("year", "quarter", "month", "week", "day", "dayofyear", "hour", "minute", "second")
_BY_COUNT = {
    ("date", 3): "make_date",
    ("nvl", 3): "coalesce",
    ("ifnull", 3): "coalesce",
    ("isnull", 3): "coalesce",
}
_REPORTS: dict[str, Callable[[ExpressionTyper, e.Call], bool]] = {
    **dict.fromkeys(("date_add", "date_sub", "date_diff"), _report_form),
    **dict.fromkeys(("max", "min", "sum", "avg"), _report_several),
    **dict.fromkeys(("any", "every"), _report_quantified),
    "some": lambda typer, node: _report_option(typer, node) or _report_quantified(typer, node),
    **dict.fromkeys(("date_trunc", "time_trunc", "last_day"), _report_unit_word),
    **dict.fromkeys(("date", "nvl", "ifnull"), _report_renamed),
    "extract": _report_extract,
    "isnull": _report_null_default,
    "trunc": lambda typer, node: _report_unit_word(typer, node) or _report_truncated(typer, node),
}

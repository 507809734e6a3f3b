"""Calls of other languages: methods, `F.col("x")`, functions that Spark calls otherwise."""

from __future__ import annotations

from ssbt.compiler.diagnostics.codes import expressions as codes
from ssbt.compiler.diagnostics.model import Edit
from ssbt.compiler.resolve.expressions.expression_typer import ExpressionTyper
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast.nodes import Name
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.syntax.names import function_name, ssbt_name_text
from ssbt.compiler.types.functions import find_function

_MODULES = frozenset(("f", "fn", "func", "functions", "sf", "pd", "np", "sqlfunctions"))
_ACCESSORS = (".str", ".dt")
# Functions of other dialects that Spark has under another name, with the same arguments.
_RENAMED = {
    "arg_max": "max_by",
    "arg_min": "min_by",
    "array_filter": "filter",
    "array_length": "cardinality",
    "array_map": "transform",
    "list_transform": "transform",
    "gen_random_uuid": "uuid",
    "generate_series": "sequence",
    "getdate": "current_timestamp",
    "getutcdate": "current_timestamp",
    "group_concat": "listagg",
    "fillna": "coalesce",
    "iff": "if",
    "iif": "if",
    "isna": "isnull",
    "json_extract": "get_json_object",
    "lowercase": "lower",
    "newid": "uuid",
    "notna": "isnotnull",
    "regexp_matches": "regexp_like",
    "str": "string",
    "string_split": "split",
    "sysdate": "current_timestamp",
    "strip": "trim",
    "strpos": "instr",
    "sysdatetime": "current_timestamp",
    "title": "initcap",
    "to_datetime": "to_timestamp",
    "to_json_string": "to_json",
    "today": "current_date",
    "tolowercase": "lower",
    "tostring": "string",
    "touppercase": "upper",
    "unnest": "explode",
    "uppercase": "upper",
    "utcnow": "current_timestamp",
}
_TIME_WINDOW = "a window of time is `window(COLUMN, '1 hour')`"
_PATTERN = "write `date_format(COLUMN, 'yyyy-MM-dd')`"
# What others write by a function and this language otherwise.
_OTHERWISE = {
    "convert": "write `cast(VALUE as TYPE)`",
    "count_distinct": "write `count(distinct COLUMN)`",
    "countdistinct": "write `count(distinct COLUMN)`",
    "datetime.now": "write `current_timestamp()`",
    "datetime.today": "write `current_date()`",
    "datetime": "write `timestamp '2026-01-31 12:00:00'`, or `to_timestamp(TEXT)`",
    "format": "texts are made by `format_string`, `format_number` and `date_format`",
    "hop": _TIME_WINDOW,
    "tumble": _TIME_WINDOW,
    "tumbling": _TIME_WINDOW,
    "nunique": "write `count(distinct COLUMN)`",
    "value_counts": "write `aggregate count(*) as NAME group by COLUMN`",
    "switch": "write `case VALUE when … then … else … end`",
    "safe_cast": "write `try_cast(VALUE as TYPE)`",
    "strftime": _PATTERN,
    "format_date": _PATTERN,
    "strptime": "write `to_timestamp(TEXT, 'yyyy-MM-dd HH:mm:ss')`",
    "parse_date": "write `to_date(TEXT, 'yyyy-MM-dd')`",
    "env": "a value from outside is a parameter: `param NAME: string`, given by `SSBT_PARAM_NAME`",
    "otherwise": "write `case when CONDITION then VALUE else OTHER end`",
}
Fix = tuple[Edit, ...]


def report_foreign_call(typer: ExpressionTyper, node: e.Call) -> bool:
    """Report a call of another language with its way out; whether it is one."""
    name = node.name.text
    if find_function(name) is not None:
        return _report_extract(typer, node) or _report_null_default(typer, node)
    prefix, _, last = name.rpartition(".")
    is_module = prefix.casefold() in _MODULES
    bare_name = last if is_module else name
    suggestion = _suggest_unwrapped(node, bare_name) or _suggest_renamed(
        node, name, bare_name, is_module
    )
    if suggestion is None and bare_name.casefold() in _OTHERWISE:
        suggestion = _OTHERWISE[bare_name.casefold()], ()
    if suggestion is None and prefix and not is_module:
        suggestion = _suggest_function(node, prefix, last)
    if suggestion is None:
        return False
    help_, fix = suggestion
    message = f"there is no function `{name}`"
    typer.report.add(codes.UNKNOWN_FUNCTION, node.name.span, message, help=help_, fix=fix)
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


def _suggest_unwrapped(node: e.Call, name: str) -> tuple[str, Fix] | None:
    """`col("x")`, which is `x`, and `lit(1)`, which is `1`."""
    if len(node.arguments) != 1:
        return None
    value = node.arguments[0].value
    if name.casefold() in ("col", "column") and isinstance(value, e.StringLiteral):
        text = ".".join(map(ssbt_name_text, value.value.split(".")))
        return f"a column is written by its name: `{text}`", (Edit(node.span, text),)
    if name.casefold() in ("lit", "expr"):
        path, start, end = node.span.path, node.span.start, node.span.end
        fix = (
            Edit(Span(path, start, value.span.start), ""),
            Edit(Span(path, value.span.end, end), ""),
        )
        return "a constant is written as it is", fix
    return None


def _suggest_renamed(
    node: e.Call, name: str, plain: str, is_module: bool
) -> tuple[str, Fix] | None:
    replacement = _RENAMED.get(plain.casefold())
    if replacement is None and is_module and find_function(plain) is not None:
        replacement = plain
    if replacement is None or (name != plain and not is_module):
        return None
    return f"did you mean `{replacement}`?", (Edit(node.name.span, function_name(replacement)),)


def _suggest_function(node: e.Call, receiver: str, method: str) -> tuple[str, Fix] | None:
    """`status.upper()`: what stands before the dot is the first argument."""
    for accessor in _ACCESSORS:
        receiver = receiver.removesuffix(accessor)
    values = [argument.value for argument in node.arguments]
    suggestion = _suggest_operator(node, receiver, method.casefold(), values)
    if suggestion is not None:
        return suggestion
    name = _RENAMED.get(method.casefold(), method)
    if method.casefold() == "map" and values and isinstance(values[0], e.Lambda):
        name = "transform"
    function = find_function(name)
    if function is None:
        return None
    help_ = f"functions are no methods: `{name}({receiver}{', …' if values else ''})`"
    if not values:
        return help_, (Edit(node.span, f"{name}({receiver})"),)
    start = values[0].span.start
    inserted = Edit(Span(node.span.path, start, start), f"{receiver}, ")
    return help_, (Edit(node.name.span, name), inserted)


def _suggest_operator(
    node: e.Call, receiver: str, method: str, values: list[e.Expression]
) -> tuple[str, Fix] | None:
    """Methods that are operators here."""
    replacements = {
        "isnull": f"{receiver} is null",
        "isnotnull": f"{receiver} is not null",
        "isna": f"{receiver} is null",
        "notna": f"{receiver} is not null",
        "desc": f"{receiver} desc",
        "asc": f"{receiver} asc",
    }
    if method in ("get", "getitem") and len(values) == 1:
        text = f"{receiver}[{ssbt_text(values[0])}]"
        return f"write `{text}`", (Edit(node.span, text),)
    if method in replacements and not values:
        return f"write `{replacements[method]}`", (Edit(node.span, replacements[method]),)
    if method in ("cast", "astype") and len(values) == 1:
        type_name = values[0].value if isinstance(values[0], e.StringLiteral) else "TYPE"
        text = f"cast({receiver} as {type_name})"
        fix = (Edit(node.span, text),) if type_name != "TYPE" else ()
        return f"write `{text}`", fix
    signs = {"isin": "in (", "like": "like ", "rlike": "rlike ", "eqnullsafe": "<=> "}
    path, end = node.span.path, node.span.end
    if method in signs and values:
        start = Edit(
            Span(path, node.span.start, values[0].span.start), f"{receiver} {signs[method]}"
        )
        close = () if method == "isin" else (Edit(Span(path, values[-1].span.end, end), ""),)
        return f"write `{receiver} {signs[method]}…{')' * (method == 'isin')}`", (start, *close)
    if method == "between" and len(values) == 2:
        low, high = values
        edits = (
            Edit(Span(path, node.span.start, low.span.start), f"{receiver} between "),
            Edit(Span(path, low.span.end, high.span.start), " and "),
            Edit(Span(path, high.span.end, end), ""),
        )
        return f"write `{receiver} between … and …`", edits
    return None

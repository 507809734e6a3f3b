"""Calls of other languages: methods, `F.col("x")`, functions that Spark calls otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ssbt.compiler.diagnostics.codes import expressions as codes
from ssbt.compiler.diagnostics.model import Edit
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.syntax.names import function_name, own_name
from ssbt.compiler.types.functions import find

if TYPE_CHECKING:
    from ssbt.compiler.resolve.expressions.typing import Typing

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


def report_foreign_call(typing: Typing, node: e.Call) -> bool:
    """Report a call of another language with its way out; whether it is one."""
    name = node.name.text
    if find(name) is not None:
        return _extract(typing, node)
    before, _, last = name.rpartition(".")
    is_module = before.casefold() in _MODULES
    plain = last if is_module else name
    found = _wrapped(node, plain) or _renamed(node, name, plain, is_module)
    if found is None and plain.casefold() in _OTHERWISE:
        found = _OTHERWISE[plain.casefold()], ()
    if found is None and before and not is_module:
        found = _method(node, before, last)
    if found is None:
        return False
    help_, fix = found
    message = f"there is no function `{name}`"
    typing.report.add(codes.UNKNOWN_FUNCTION, node.name.span, message, help=help_, fix=fix)
    return True


def _extract(typing: Typing, node: e.Call) -> bool:
    """`extract(year, day)`."""
    match node:
        case e.Call(
            name=e.Name(text=name),
            arguments=(
                e.Argument(value=e.ColumnName(parts=(unit,)) as first),
                e.Argument(value=second),
            ),
        ) if name.casefold() == "extract" and not node.words:
            pass
        case _:
            return False
    if typing.around.relation.named(unit.text):
        return False
    between = Span(node.span.path, first.span.end, second.span.start)
    help_, fix = f"write `extract({unit.text} from …)`", (Edit(between, " from "),)
    message = "the field of `extract` is a word before `from`"
    typing.report.add(codes.WRONG_ARGUMENTS, node.span, message, help=help_, fix=fix)
    return True


def _wrapped(node: e.Call, name: str) -> tuple[str, Fix] | None:
    """`col("x")`, which is `x`, and `lit(1)`, which is `1`."""
    if len(node.arguments) != 1:
        return None
    value = node.arguments[0].value
    if name.casefold() in ("col", "column") and isinstance(value, e.StringLiteral):
        text = ".".join(map(own_name, value.value.split(".")))
        return f"a column is written by its name: `{text}`", (Edit(node.span, text),)
    if name.casefold() in ("lit", "expr"):
        path, start, end = node.span.path, node.span.start, node.span.end
        fix = (
            Edit(Span(path, start, value.span.start), ""),
            Edit(Span(path, value.span.end, end), ""),
        )
        return "a constant is written as it is", fix
    return None


def _renamed(node: e.Call, name: str, plain: str, is_module: bool) -> tuple[str, Fix] | None:
    near = _RENAMED.get(plain.casefold())
    if near is None and is_module and find(plain) is not None:
        near = plain
    if near is None or (name != plain and not is_module):
        return None
    return f"did you mean `{near}`?", (Edit(node.name.span, function_name(near)),)


def _method(node: e.Call, receiver: str, method: str) -> tuple[str, Fix] | None:
    """`status.upper()`: what stands before the dot is the first argument."""
    for accessor in _ACCESSORS:
        receiver = receiver.removesuffix(accessor)
    values = [argument.value for argument in node.arguments]
    written = _as_operator(node, receiver, method.casefold(), values)
    if written is not None:
        return written
    name = _RENAMED.get(method.casefold(), method)
    if method.casefold() == "map" and values and isinstance(values[0], e.Lambda):
        name = "transform"
    function = find(name)
    if function is None:
        return None
    help_ = f"functions are no methods: `{name}({receiver}{', …' if values else ''})`"
    if not values:
        return help_, (Edit(node.span, f"{name}({receiver})"),)
    start = values[0].span.start
    inserted = Edit(Span(node.span.path, start, start), f"{receiver}, ")
    return help_, (Edit(node.name.span, name), inserted)


def _as_operator(
    node: e.Call, receiver: str, method: str, values: list[e.Expression]
) -> tuple[str, Fix] | None:
    """Methods that are operators here."""
    whole = {
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
    if method in whole and not values:
        return f"write `{whole[method]}`", (Edit(node.span, whole[method]),)
    if method in ("cast", "astype") and len(values) == 1:
        kind = values[0].value if isinstance(values[0], e.StringLiteral) else "TYPE"
        text = f"cast({receiver} as {kind})"
        fix = (Edit(node.span, text),) if kind != "TYPE" else ()
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

"""Comparisons with what a function never gives."""

from __future__ import annotations

from collections.abc import Iterator
import re

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    comparisons,
    function_name,
    operands,
    quote,
    without_parentheses,
)
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.folding.model import Value

NEVER_GIVEN = Code(
    "SSBT0463",
    "A value that the function never gives",
    """\
No row has this value: months go from 1 to 12, `dayofweek` from 1, which is Sunday, to 7, `weekday`
from 0, which is Monday, to 6; what `upper` gives has no small letters, and what `trim` gives no
blank at its ends. `instr` and its like count from 1, and give 0 where nothing is found.

| in Spark 4.1 | gives |
|---|---|
| `month(date '2026-01-31')` | `1` |
| `dayofweek(date '2026-11-29')` | `1` |
| `weekday(date '2026-11-29')` | `6` |
| `upper('paid') = 'paid'` | `false` |
| `trim(' a ') = ' a'` | `false` |
| `date_format(date '2026-11-28', 'EEEE')` | `Saturday` |
| `date_format(date '2026-11-28', 'yyyyMMdd') = '2026-11-28'` | `false` |
| `left('paid', 2) = 'paid'` | `false` |
| `extract(dow from date '2026-11-29')` | `1` |
| `lower('Apple') like 'A%'` | `false` |
| `instr('abc', 'x')` | `0` |
| `array_position(array(1, 2), 3)` | `0` |
""",
    wrong=example(steps="|> where upper(status) = 'paid'"),
    right=example(steps="|> where upper(status) = 'PAID'"),
    severity=Severity.WARNING,
)

TAKES = (e.Binary, e.InList, e.Between, e.Like, e.Call)
_POSITIONS = ("instr", "locate", "position", "array_position", "find_in_set")
_RANGES = {
    **dict.fromkeys(_POSITIONS, (0, None)),
    **dict.fromkeys(("length", "char_length", "character_length", "octet_length"), (0, None)),
    **dict.fromkeys(("day", "dayofmonth"), (1, 31)),
    "month": (1, 12),
    "quarter": (1, 4),
    "hour": (0, 23),
    "minute": (0, 59),
    "second": (0, 59),
    "dayofweek": (1, 7),
    "dayofweek_iso": (1, 7),
    "weekday": (0, 6),
    "dayofyear": (1, 366),
    "weekofyear": (1, 53),
}
_FOLDS = {"upper": str.upper, "ucase": str.upper, "lower": str.lower, "lcase": str.lower}
_TRIMS = ("trim", "btrim")
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_FIELDS = {
    **dict.fromkeys(("dow", "dayofweek"), "dayofweek"),
    **dict.fromkeys(("dow_iso", "dayofweek_iso"), "dayofweek_iso"),
    **dict.fromkeys(("doy", "dayofyear"), "dayofyear"),
    **dict.fromkeys(("d", "day", "days"), "day"),
    **dict.fromkeys(("mon", "mons", "month", "months"), "month"),
    **dict.fromkeys(("qtr", "quarter"), "quarter"),
    **dict.fromkeys(("h", "hour", "hours", "hr", "hrs"), "hour"),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), "minute"),
    **dict.fromkeys(("w", "week", "weeks"), "weekofyear"),
}
_PIECES = lazy_pattern(r"yyyy|MM|dd|HH|mm|ss|[^A-Za-z]")
_NUMERIC_PATTERN = lazy_pattern(r"(?:yyyy|MM|dd|HH|mm|ss|[-/.: ])+")
_FORMS = {"yyyy": r"\d{4}", **dict.fromkeys(("MM", "dd", "HH", "mm", "ss"), r"\d\d")}
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_MONTHS = [
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
]


_SEARCHES = ("contains", "startswith", "endswith", "instr")


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    match node:
        case e.Like(operator="like", operand=operand, patterns=patterns) if not node.quantifier:
            yield from _searched(operand, patterns[0], view)
        case e.Call() if function_name(node) in _SEARCHES and len(operands(node)) == 2:
            yield from _searched(operands(node)[0], operands(node)[1], view)
    for operator, left, right in comparisons(node):
        if operator in _MIRRORED:
            for call, constant, direction in (
                (without_parentheses(left), right, operator),
                (without_parentheses(right), left, _MIRRORED[operator]),
            ):
                if isinstance(call, e.Call) and operands(call) and not view.is_constant(call):
                    yield from _check_beyond(call, constant, direction, view)
        if operator not in ("=", "==", "!=", "<>", "<=>"):
            continue
        for call, constant in (
            (without_parentheses(left), right),
            (without_parentheses(right), left),
        ):
            if isinstance(call, e.Call) and operands(call) and not view.is_constant(call):
                yield from _check_compared(call, constant, view)


def _searched(
    value: e.Expression, part: e.Expression, view: ExpressionView
) -> Iterator[Diagnostic]:
    """`lower(name) like 'A%'`: letters of the other case are nowhere in it."""
    call, text = without_parentheses(value), view.text(part)
    if not isinstance(call, e.Call) or text is None or view.is_constant(call):
        return
    name = function_name(call)
    if name in _FOLDS and text.isascii() and _FOLDS[name](text) != text and "\\" not in text:
        kind = "small" if name in ("upper", "ucase") else "capital"
        yield _build_diagnostic(
            part, f"what `{name}` gives has no {kind} letters", quote(_FOLDS[name](text))
        )


def _part_name(call: e.Call, view: ExpressionView) -> str:
    """The name of a function, or of the one that says the same as `extract(dow from day)`."""
    name, parts = function_name(call), operands(call)
    if name not in ("extract", "date_part", "datepart") or len(parts) != 2:
        return name
    field_node = without_parentheses(parts[0])
    field = view.text(parts[0]) or ""
    if isinstance(field_node, e.ColumnName) and len(field_node.parts) == 1:
        field = field_node.parts[0].text
    return _FIELDS.get(field.casefold(), field.casefold())


def _check_beyond(
    call: e.Call, constant: e.Expression, operator: str, view: ExpressionView
) -> Iterator[Diagnostic]:
    """`month(day) > 12` and `length(text) < 0`."""
    name, outcome = _part_name(call, view), view.outcome(constant)
    value = outcome.value if isinstance(outcome, Value) else None
    if name not in _RANGES or not isinstance(value, int) or isinstance(value, bool):
        return
    low, high = _RANGES[name]
    over = high is not None and (value > high or (value == high and operator == ">"))
    under = value < low or (value == low and operator == "<")
    if (over and operator in (">", ">=")) or (under and operator in ("<", "<=")):
        value_range = f"from {low} to {high}" if high is not None else f"{low} or more"
        message = f"`{name}` gives {value_range}, so this is false for every row"
        yield Diagnostic(NEVER_GIVEN, message, Label(constant.span))
    if name in _POSITIONS and (operator, value) in ((">=", 0), (">", -1), (">=", -1)):
        message = f"`{name}` gives 0 where it finds nothing, so this is true for every row"
        help_ = "what is found is at 1 or behind: `> 0`"
        yield Diagnostic(NEVER_GIVEN, message, Label(constant.span), (), (help_,))


def _check_compared(
    call: e.Call, constant: e.Expression, view: ExpressionView
) -> Iterator[Diagnostic]:
    name, outcome = _part_name(call, view), view.outcome(constant)
    value = outcome.value if isinstance(outcome, Value) else None
    if name in _RANGES and isinstance(value, int) and not isinstance(value, bool):
        low, high = _RANGES[name]
        if value < low or (high is not None and value > high):
            value_range = f"from {low} to {high}" if high is not None else f"{low} or more"
            yield _build_diagnostic(constant, f"`{name}` gives {value_range}", None)
    elif name in _FOLDS and isinstance(value, str):
        correction = _FOLDS[name](value)
        # Some letters of other alphabets have no other case, or two.
        if correction != value and value.isascii():
            letter_case = "small" if name in ("upper", "ucase") else "capital"
            message = f"what `{name}` gives has no {letter_case} letters"
            yield _build_diagnostic(constant, message, quote(correction))
    elif name in _TRIMS and isinstance(value, str) and len(operands(call)) == 1:
        correction = value.strip(" ")
        if correction != value and not call.keywords:
            message = f"what `{name}` gives has no blank at its ends"
            yield _build_diagnostic(constant, message, quote(correction))
    elif isinstance(value, str):
        yield from _check_longer(call, constant, value, view)
        yield from _check_form(call, constant, value, view)


def _check_longer(
    call: e.Call, constant: e.Expression, value: str, view: ExpressionView
) -> Iterator[Diagnostic]:
    """`left(code, 2) = 'abc'`."""
    name, parts = function_name(call), operands(call)
    index = {"left": 1, "right": 1, "substring": 2, "substr": 2}.get(name)
    length = view.outcome(parts[index]) if index is not None and len(parts) > index else None
    maximum = length.value if isinstance(length, Value) else None
    if isinstance(maximum, int) and 0 < maximum < len(value):
        letters = "one character" if maximum == 1 else f"{maximum} characters"
        yield _build_diagnostic(constant, f"`{name}` gives {letters} at most here", None)


def _check_form(
    call: e.Call, constant: e.Expression, value: str, view: ExpressionView
) -> Iterator[Diagnostic]:
    """`date_format(at, 'yyyyMMdd') = '2026-01-31'`: another form than that of the pattern."""
    parts = operands(call)
    if function_name(call) != "date_format" or len(parts) != 2:
        return
    pattern = view.text(parts[1]) or ""
    form = "".join(_FORMS.get(part, re.escape(part)) for part in _PIECES.findall(pattern))
    if _NUMERIC_PATTERN.fullmatch(pattern) and not re.fullmatch(form, value):
        yield _build_diagnostic(constant, f"`{pattern}` gives texts of another form", None)
    names = {"EEEE": _DAYS, "EEE": [day[:3] for day in _DAYS], "MMMM": _MONTHS}
    names["MMM"] = [month[:3] for month in _MONTHS]
    matches = [name for name in names.get(pattern, ()) if name.lower() == value.lower()]
    if pattern in names and value not in names[pattern]:
        message = f"`{pattern}` gives names such as '{names[pattern][0]}'"
        yield _build_diagnostic(constant, message, quote(matches[0]) if matches else None)


def _build_diagnostic(constant: e.Expression, reason: str, correction: str | None) -> Diagnostic:
    message = f"{reason}, and this is none of it"
    help_ = (f"write {correction}",) if correction else ()
    fix = (Edit(constant.span, correction),) if correction else ()
    if not isinstance(without_parentheses(constant), e.StringLiteral):
        fix = ()
    return Diagnostic(NEVER_GIVEN, message, Label(constant.span), (), help_, fix)

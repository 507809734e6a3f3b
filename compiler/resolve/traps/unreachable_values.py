"""Comparisons with what a function never gives."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.resolve.ranges.counts import POSITIONS
from ssbt.compiler.resolve.ranges.finder import ranges_of
from ssbt.compiler.resolve.ranges.keys import key_of_constant
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    comparisons,
    function_name,
    operands,
    quote,
    without_parentheses,
)
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.ranges.model import Form, ValueRange
from ssbt.compiler.types.ranges.spans import Key

NEVER_GIVEN = Code(
    "SSBT0463",
    "A value that the function never returns",
    """\
No row has this value. Months go from 1 to 12, `dayofweek` from 1, which is Sunday, to 7, `weekday`
from 0, which is Monday, to 6. The result of `upper` has no lower-case letters, and that of `trim`
no space at its ends. `instr` and similar functions count from 1, and return 0 if they find nothing.
A remainder is smaller than its divisor, a size is never negative, and a `case` returns only the
values of its branches. A CSV source reads the empty text as null unless it has a `null_value`, so
none of its texts `= ''`.

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
| `-13 % 10` | `-3` |
| `pmod(-13, 10)` | `7` |
| `size(split('', ','))` | `1` |
| `hex(255)` | `FF` |
| `cast(true as string)` | `true` |
| `lpad('7', 3, '0')` | `007` |
| `trunc(date '2026-01-15', 'month')` | `2026-01-01` |
""",
    wrong=example(steps="|> where upper(status) = 'paid'"),
    right=example(steps="|> where upper(status) = 'PAID'"),
    severity=Severity.WARNING,
    way_out="compare with a value that it can have, or leave the condition out",
)

TAKES = (e.Binary, e.InList, e.Between, e.Like, e.Call)
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_EQUALITIES = ("=", "==", "!=", "<>", "<=>")
_SEARCHES = ("contains", "startswith", "endswith", "instr")


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    match node:
        case e.Like(operator="like", operand=operand, patterns=patterns) if not (
            node.quantifier or node.escape
        ):
            yield from _check_searched(operand, patterns[0], True, view)
        case e.Call() if function_name(node) in _SEARCHES and len(operands(node)) == 2:
            yield from _check_searched(operands(node)[0], operands(node)[1], False, view)
    for operator, left, right in comparisons(node):
        for value, constant, direction in (
            (left, right, operator),
            (right, left, _MIRRORED.get(operator, operator)),
        ):
            if view.is_constant(value) or not view.is_constant(constant):
                continue
            range_ = ranges_of(view).find_range(value)
            key = None if range_ is None else key_of_constant(constant, view.data_type(value), view)
            if range_ is not None and range_.reason and key is not None:
                yield from _check_compared(node, value, constant, direction, range_, key, view)


def _check_compared(
    node: e.Expression,
    value: e.Expression,
    constant: e.Expression,
    operator: str,
    range_: ValueRange,
    key: Key,
    view: ExpressionView,
) -> Iterator[Diagnostic]:
    verdict = range_.decide(operator, key)
    if operator in _EQUALITIES:
        if verdict is (operator in ("!=", "<>")):
            yield _build_diagnostic(constant, range_, key)
        elif verdict is not None:
            message = f"{range_.reason}, so this is {str(verdict).lower()} for every row"
            yield Diagnostic(NEVER_GIVEN, message, Label(constant.span))
    elif verdict is False:
        message = f"{range_.reason}, so this is false for every row"
        yield Diagnostic(NEVER_GIVEN, message, Label(constant.span))
    elif verdict is True and not _is_bounded_elsewhere(node, value, view):
        name = _called_name(value)
        help_: tuple[str, ...]
        if name in POSITIONS:
            message = f"`{name}` gives 0 where it finds nothing, so this is true for every row"
            help_ = ("what is found is at 1 or behind: `> 0`",)
        else:
            message = f"{range_.reason}, so this is true for every row"
            help_ = ()
        yield Diagnostic(NEVER_GIVEN, message, Label(constant.span), (), help_)


def _called_name(node: e.Expression) -> str:
    inner = without_parentheses(node)
    return function_name(inner) if isinstance(inner, e.Call) else ""


def _is_bounded_elsewhere(node: e.Expression, value: e.Expression, view: ExpressionView) -> bool:
    """Whether a bound that leaves nothing out is the one end of a range, `k >= 1 and k <= 10`."""
    if isinstance(node, e.Between):
        return True
    return view.count_bounds(value) > 1


def _check_searched(
    value: e.Expression, part: e.Expression, is_pattern: bool, view: ExpressionView
) -> Iterator[Diagnostic]:
    """`lower(name) like 'A%'`: letters of the other case are nowhere in it."""
    text = view.text(part)
    if text is None or view.is_constant(value) or "\\" in text:
        return
    if is_pattern and text and not text.strip("%"):
        message = f"every text is like '{text}', so this is true for all that is not null"
        yield Diagnostic(NEVER_GIVEN, message, Label(part.span))
        return
    range_ = ranges_of(view).find_range(value)
    letters = text.replace("%", "").replace("_", "") if is_pattern else text
    for form in range_.forms if range_ is not None else ():
        if form.alphabet is not None and not all(map(form.alphabet.fullmatch, letters)):
            corrected = form.correct(text) if form.correct is not None else text
            yield _build_form_diagnostic(part, form, text, corrected)
            return


def _build_diagnostic(constant: e.Expression, range_: ValueRange, key: Key) -> Diagnostic:
    violation = range_.find_violation(key)
    if isinstance(violation, Form) and isinstance(key, str):
        corrected = violation.correct(key) if violation.correct is not None else key
        fits = violation.pattern.fullmatch(corrected) is not None
        return _build_form_diagnostic(constant, violation, key, corrected if fits else key)
    reason = range_.reason if violation is None else violation.reason
    return Diagnostic(NEVER_GIVEN, f"{reason}, and this is not among them", Label(constant.span))


def _build_form_diagnostic(
    constant: e.Expression, form: Form, text: str, corrected: str
) -> Diagnostic:
    message = f"{form.reason}, and this is not among them"
    if corrected == text:
        return Diagnostic(NEVER_GIVEN, message, Label(constant.span))
    correction = quote(corrected)
    is_literal = isinstance(without_parentheses(constant), e.StringLiteral)
    fix = (Edit(constant.span, correction),) if is_literal else ()
    return Diagnostic(NEVER_GIVEN, message, Label(constant.span), (), (f"write {correction}",), fix)

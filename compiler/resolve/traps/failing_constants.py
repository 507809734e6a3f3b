"""Constants that cannot be computed: Spark fails before it reads a row, or with each of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast, get_args

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.resolve.expressions.partial_evaluation import (
    CHOOSING,
    COALESCING,
    LOOKING_AHEAD,
    cast_outcome,
)
from ssbt.compiler.resolve.expressions.walking import child_nodes, nodes
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    function_name,
    without_parentheses,
)
from ssbt.compiler.resolve.traps.implicit_casts import find_implicit_casts
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast.nodes import Node
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.syntax.names import name_text
from ssbt.compiler.types.datatypes import (
    ArrayType,
    NullType,
    UnknownType,
)
from ssbt.compiler.types.folding.arithmetic import is_divisor_zero
from ssbt.compiler.types.folding.dates import UNITS
from ssbt.compiler.types.folding.model import Failure, Value

CONSTANT_FAILS = Code(
    "SSBT0430",
    "A constant that cannot be computed",
    """\
This expression does not depend on any row, and Spark fails when it computes it: a text is not a
valid value of the type that it is compared with or becomes part of, a number is divided by zero or
is too large, an element is missing, or a text does not exist in its encoding or format.

| expression | an INT `a` and a DATE `d`, in Spark 4.1 |
|---|---|
| `a = 'abc'`, `a in (1, 'x')`, `a between 1 and 'x'` | `CAST_INVALID_INPUT`: cast to BIGINT |
| `case when a > 1 then 'x' else 1 end` | the same, with the first row that gets there |
| `coalesce(a, 'none')` | the same, with the first null |
| `d > '1999-02-31'` | `CAST_INVALID_INPUT`: there is no such day |
| `a / 0`, `a % 0` | `DIVIDE_BY_ZERO`, with the first row in which `a` is not null |
| `86400 * 1000 * 1000` | `ARITHMETIC_OVERFLOW` of INT; `86400L * …` is a BIGINT |
| `to_number('abc', '999')` | `INVALID_FORMAT.MISMATCH_INPUT` |
| `to_binary('zz', 'hex')`, `unbase64('a')` | `CONVERSION_INVALID_INPUT`, or an error of Java |
| `encode("ä", "US-ASCII")`, `url_decode("%zz")` | errors of the same kind |
| `sequence(d, d + 9, interval 1 second)` | steps of dates are a day or more |
| `array(a, 2)[2]` | `INVALID_ARRAY_INDEX`, whatever `a` is |

If a condition may keep Spark from computing it, you get a warning instead (SSBT0431).
""",
    wrong=example(steps="|> where id = 'abc'"),
    right=example(steps="|> where status = 'abc'"),
    way_out="correct the value; `try_cast` and other `try_` functions give null for it",
)

BRANCH_FAILS = Code(
    "SSBT0431",
    "A constant that fails when it is reached",
    """\
The constant cannot be computed. It is in a branch of `case`, `if`, `coalesce` and the like, or in a
lambda, so Spark 4.1 fails only at the first row that reaches it. If you want the job to fail there,
write `raise_error('why')`.
""",
    wrong=example(steps="|> extend case when id > 0 then 1 else 1 / 0 end as share"),
    right=example(steps="|> extend case when id > 0 then 1 else raise_error('id') end as share"),
    severity=Severity.WARNING,
)

_ZERO = "a division by zero"
_EXPRESSIONS = frozenset(get_args(e.Expression))
_DIVISIONS = {"mod": 1, "pmod": 1, "div": 1}


def find_failures(root: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    """One finding for each part that cannot be computed."""
    constant = view.constant_ids
    # A list, not recursion: a chain of `and` may be thousands long.
    stack: list[tuple[Node, bool]] = [(root, False)]
    while stack:
        node, conditional = stack.pop()
        if type(node) not in _EXPRESSIONS:
            stack += [(part, conditional) for part in child_nodes(node)]
            continue
        part = cast("e.Expression", node)
        outcome = view.outcome(part)
        if isinstance(outcome, Failure):
            yield _build_diagnostic(
                view.evaluator.find_failure_origin(part), outcome.reason, conditional, view
            )
        elif outcome is None:
            conditional = conditional or id(part) in constant
            failing_operands = [*_find_failing_operands(part, view)]
            for operand, reason in failing_operands:
                special = _check_swapped_unit(part, operand, view) or _check_second_value(
                    part, operand
                )
                yield special or _build_diagnostic(operand, reason, conditional, view)
            reported_ids = {id(operand) for operand, _ in failing_operands}
            children = [
                each for each in _conditional_children(part) if id(each[0]) not in reported_ids
            ]
            # Beside a null, Spark often computes nothing else; nor is anything certain within a
            # constant that is not known.
            uncertain = conditional or any(_is_null(child, view) for child, _ in children)
            stack += [(child, uncertain or lazy) for child, lazy in reversed(children)]


def _build_diagnostic(
    node: e.Expression, reason: str, conditional: bool, view: ExpressionView
) -> Diagnostic:
    if conditional:
        message = f"{reason}: the job fails with the first row that gets here"
        help_ = "give the branch a value that it can have; `raise_error('…')` stops the job"
        return Diagnostic(BRANCH_FAILS, message, Label(node.span), (), (help_,))
    message = f"this cannot be computed: {reason}"
    column = _find_meant_column(node, view)
    if column is not None:
        text, name = column
        help_ = f"a string stands in quotes of either kind; the column is `{name}`"
        fix = (Edit(text.span, name),)
        return Diagnostic(CONSTANT_FAILS, message, Label(text.span), (), (help_,), fix)
    return Diagnostic(CONSTANT_FAILS, message, Label(node.span), (), _failure_help(reason))


def _check_swapped_unit(
    node: e.Expression, part: e.Expression, view: ExpressionView
) -> Diagnostic | None:
    """`date_trunc(day, 'month')` and `trunc('month', day)`: the unit in the place of the date."""
    if not isinstance(node, e.Call) or function_name(node) not in ("date_trunc", "trunc"):
        return None
    if len(node.arguments) != 2 or str(view.text(part)).upper() not in UNITS:
        return None
    first, second = (argument.value for argument in node.arguments)
    texts = (ssbt_text(second), ssbt_text(first))
    name = function_name(node)
    ordinal = "first" if name == "date_trunc" else "second"
    message = f"the unit of `{name}` is its {ordinal} argument"
    fix = (Edit(first.span, texts[0]), Edit(second.span, texts[1]))
    help_ = (f"write `{name}({texts[0]}, {texts[1]})`",)
    return Diagnostic(CONSTANT_FAILS, message, Label(node.span), (), help_, fix)


def _check_second_value(node: e.Expression, part: e.Expression) -> Diagnostic | None:
    """`status = 'PAID' or 'SENT'`: a second value where a second comparison was meant."""
    if not isinstance(node, e.Binary) or node.operator not in ("and", "or") or part is node.left:
        return None
    first = without_parentheses(node.left)
    message = f"`{node.operator}` joins conditions, and a text is none"
    if not isinstance(first, e.Binary) or first.operator not in ("=", "=="):
        return Diagnostic(CONSTANT_FAILS, message, Label(part.span), (), ("write a comparison",))
    subject, value = ssbt_text(first.left), ssbt_text(part)
    text = f"{subject} in ({ssbt_text(first.right)}, {value})"
    fix = (Edit(node.span, text),) if node.operator == "or" else ()
    return Diagnostic(CONSTANT_FAILS, message, Label(part.span), (), (f"write `{text}`",), fix)


def _find_meant_column(
    node: e.Expression, view: ExpressionView
) -> tuple[e.StringLiteral, str] | None:
    """A string in a failing expression that is the name of a column."""
    for part in nodes(node):
        column = view.column(part.value) if isinstance(part, e.StringLiteral) else None
        if column is not None:
            assert isinstance(part, e.StringLiteral)
            return part, name_text(column.name)
    return None


def _failure_help(reason: str) -> tuple[str, ...]:
    if "{{" in reason:
        return ("there are no templates: a value from outside is a `param`, written `${NAME}`",)
    if reason == _ZERO:
        return ("where null is meant, write `null`; a divisor that may be 0 is `try_divide(a, b)`",)
    if reason.startswith("elements are counted"):
        return ("from the end count `element_at(…, -1)`",)
    if reason.endswith("is no DATE"):
        return ("a date is written `date '2026-01-31'`, a length of time `interval '1 day'`",)
    if reason.endswith("is no INT"):
        return ("a number takes no quotes; a length of time is added: `+ interval '1 day'`",)
    if "outside the range" in reason:
        return ("a number followed by `L`, such as `86400L`, is computed as a BIGINT",)
    if reason.endswith(("is no BIGINT", "is no DOUBLE")):
        return ("compare a number with a number, or a text with a text: `cast(… as string)`",)
    return ()


def _is_null(node: Node, view: ExpressionView) -> bool:
    inner = node.value if isinstance(node, e.Argument) else node
    return type(inner) in _EXPRESSIONS and view.is_null(cast("e.Expression", inner))


def _conditional_children(node: e.Expression) -> list[tuple[Node, bool]]:
    """The parts of an expression, and whether a condition decides about each."""
    match node:
        case e.Case(operand=operand, branches=branches):
            first = operand or branches[0][0]
            return [(part, part is not first) for part in child_nodes(node)]
        case e.Lambda(body=body):
            return [(body, True)]
        case e.Is(operand=operand):
            # Whether something is null is often known without computing it.
            return [(operand, True)]
        case e.Call() if function_name(node) == "typeof":
            return []
        case e.Call():
            name = function_name(node)
            uncertain = name in LOOKING_AHEAD or name.startswith("try_") or name == "nvl2"
            lazy = uncertain or name in COALESCING or name in CHOOSING
            firsts = [] if uncertain else node.arguments[:1]
            return [
                (part, lazy and isinstance(part, e.Argument) and part not in firsts)
                for part in child_nodes(node)
            ]
    return [(part, False) for part in child_nodes(node)]


def _find_failing_operands(
    node: e.Expression, view: ExpressionView
) -> Iterator[tuple[e.Expression, str]]:
    """The constant operands of a node that Spark cannot use beside the others."""
    for part, target in find_implicit_casts(node, view):
        if isinstance(target, UnknownType | NullType):
            continue
        outcome = view.outcome(part)
        if not isinstance(outcome, Value):
            continue
        cast_result = cast_outcome(outcome, target, view.ansi)
        if isinstance(cast_result, Failure):
            yield part, cast_result.reason
    if isinstance(node, e.Subscript) and view.ansi and _is_before_first(node, view):
        yield node.index, "elements are counted from 0, so a negative place has none"
    divisor_node = find_divisor(node)
    if (
        view.ansi
        and divisor_node is not None
        and is_divisor_zero(view.outcome(divisor_node), view.ansi)
    ):
        yield divisor_node, _ZERO


def _is_before_first(node: e.Subscript, view: ExpressionView) -> bool:
    index = view.outcome(node.index)
    is_negative = isinstance(index, Value) and isinstance(index.value, int) and index.value < 0
    return is_negative and isinstance(view.data_type(node.base), ArrayType)


def find_divisor(node: e.Expression) -> e.Expression | None:
    """What an expression divides by."""
    match node:
        case e.Binary(operator="/" | "%" | "div", right=right):
            return right
        case e.Call() if function_name(node) in _DIVISIONS and len(node.arguments) == 2:
            return node.arguments[1].value
    return None

"""Constants that cannot be computed: Spark fails before it reads a row, or with each of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast, get_args

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.resolve.expressions.evaluation import (
    CHOOSING,
    COALESCING,
    LOOKING_AHEAD,
    cast_value_of,
)
from ssbt.compiler.resolve.expressions.folding import is_foldable_itself
from ssbt.compiler.resolve.expressions.walking import nodes
from ssbt.compiler.resolve.traps.implicit_casts import implicit_casts
from ssbt.compiler.resolve.traps.view import View, bare, function_name
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.syntax.names import name_text
from ssbt.compiler.types.datatypes import (
    ArrayType,
    NullType,
    UnknownType,
)
from ssbt.compiler.types.folding.arithmetic import divisor_is_zero
from ssbt.compiler.types.folding.dates import UNITS
from ssbt.compiler.types.folding.model import Failure, Value

CONSTANT_FAILS = Code(
    "SSBT0430",
    "A constant that cannot be computed",
    """\
What stands here depends on no row, and Spark fails when it computes it: a text that is no value of
the type that it is compared with or becomes a part of, a division by zero, a number that is too
large, an element that is not there, a text that its encoding or format does not have.

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

What a condition may keep from being computed is a warning instead (SSBT0431).
""",
    wrong=example(steps="|> where id = 'abc'"),
    right=example(steps="|> where status = 'abc'"),
)

BRANCH_FAILS = Code(
    "SSBT0431",
    "A constant that fails where it is reached",
    """\
The constant cannot be computed, and stands in a branch of `case`, `if`, `coalesce` and the like,
or in a lambda: Spark 4.1 fails with the first row that reaches it, and not before. Where the job is
meant to fail, `raise_error('why')` says so.
""",
    wrong=example(steps="|> extend case when id > 0 then 1 else 1 / 0 end as share"),
    right=example(steps="|> extend case when id > 0 then 1 else raise_error('id') end as share"),
    severity=Severity.WARNING,
)

_ZERO = "a division by zero"
_EXPRESSIONS = frozenset(get_args(e.Expression))
_DIVISIONS = {"mod": 1, "pmod": 1, "div": 1}


def find_failures(root: e.Expression, view: View) -> Iterator[Diagnostic]:
    """One finding for each part that cannot be computed."""
    constant = _constant_nodes(root, view)
    # A list, not recursion: a chain of `and` may be thousands long.
    waiting: list[tuple[e.Node, bool]] = [(root, False)]
    while waiting:
        node, conditional = waiting.pop()
        if type(node) not in _EXPRESSIONS:
            waiting += [(part, conditional) for part in _parts(node)]
            continue
        part = cast("e.Expression", node)
        outcome = view.outcome(part)
        if isinstance(outcome, Failure):
            yield _finding(view.evaluator.origin(part), outcome.reason, conditional, view)
        elif outcome is None:
            conditional = conditional or id(part) in constant
            own = [*_failing_operands(part, view)]
            for operand, reason in own:
                special = _swapped(part, operand, view) or _second_value(part, operand)
                yield special or _finding(operand, reason, conditional, view)
            told = {id(operand) for operand, _ in own}
            children = [each for each in _children(part) if id(each[0]) not in told]
            # Beside a null, Spark often computes nothing else; nor is anything certain within a
            # constant that is not known.
            uncertain = conditional or any(_is_null(child, view) for child, _ in children)
            waiting += [(child, uncertain or lazy) for child, lazy in reversed(children)]


def _finding(node: e.Expression, reason: str, conditional: bool, view: View) -> Diagnostic:
    if conditional:
        message = f"{reason}: the job fails with the first row that gets here"
        help_ = "give the branch a value that it can have; `raise_error('…')` stops the job"
        return Diagnostic(BRANCH_FAILS, message, Label(node.span), (), (help_,))
    message = f"this cannot be computed: {reason}"
    column = _column_meant(node, view)
    if column is not None:
        text, name = column
        help_ = f"a string stands in quotes of either kind; the column is `{name}`"
        fix = (Edit(text.span, name),)
        return Diagnostic(CONSTANT_FAILS, message, Label(text.span), (), (help_,), fix)
    return Diagnostic(CONSTANT_FAILS, message, Label(node.span), (), _ways_out(reason))


def _swapped(node: e.Expression, part: e.Expression, view: View) -> Diagnostic | None:
    """`date_trunc(day, 'month')` and `trunc('month', day)`: the unit in the place of the date."""
    if not isinstance(node, e.Call) or function_name(node) not in ("date_trunc", "trunc"):
        return None
    if len(node.arguments) != 2 or str(view.text(part)).upper() not in UNITS:
        return None
    one, other = (argument.value for argument in node.arguments)
    texts = (ssbt_text(other), ssbt_text(one))
    name = function_name(node)
    place = "first" if name == "date_trunc" else "second"
    message = f"the unit of `{name}` is its {place} argument"
    fix = (Edit(one.span, texts[0]), Edit(other.span, texts[1]))
    help_ = (f"write `{name}({texts[0]}, {texts[1]})`",)
    return Diagnostic(CONSTANT_FAILS, message, Label(node.span), (), help_, fix)


def _second_value(node: e.Expression, part: e.Expression) -> Diagnostic | None:
    """`status = 'PAID' or 'SENT'`: a second value where a second comparison was meant."""
    if not isinstance(node, e.Binary) or node.operator not in ("and", "or") or part is node.left:
        return None
    first = bare(node.left)
    message = f"`{node.operator}` joins conditions, and a text is none"
    if not isinstance(first, e.Binary) or first.operator not in ("=", "=="):
        return Diagnostic(CONSTANT_FAILS, message, Label(part.span), (), ("write a comparison",))
    subject, value = ssbt_text(first.left), ssbt_text(part)
    text = f"{subject} in ({ssbt_text(first.right)}, {value})"
    fix = (Edit(node.span, text),) if node.operator == "or" else ()
    return Diagnostic(CONSTANT_FAILS, message, Label(part.span), (), (f"write `{text}`",), fix)


def _column_meant(node: e.Expression, view: View) -> tuple[e.StringLiteral, str] | None:
    """A string in a failing expression that is the name of a column."""
    for part in nodes(node):
        column = view.column(part.value) if isinstance(part, e.StringLiteral) else None
        if column is not None:
            assert isinstance(part, e.StringLiteral)
            return part, name_text(column.name)
    return None


def _ways_out(reason: str) -> tuple[str, ...]:
    if reason == _ZERO:
        return ("where null is meant, write `null`; a divisor that may be 0 is `try_divide(a, b)`",)
    if reason.startswith("elements are counted"):
        return ("from the end count `element_at(…, -1)`",)
    if "outside the range" in reason:
        return ("a number with `L` behind it, such as `86400L`, is computed as a BIGINT",)
    if reason.endswith(("is no BIGINT", "is no DOUBLE")):
        return ("compare a number with a number, or a text with a text: `cast(… as string)`",)
    return ()


def _constant_nodes(root: e.Expression, view: View) -> frozenset[int]:
    """The ids of the nodes that depend on no row."""
    found: set[int] = set()
    for node in reversed([*nodes(root)]):
        itself = is_foldable_itself(node, view.evaluator.typing)
        if itself and all(id(part) in found for part in _parts(node)):
            found.add(id(node))
    return frozenset(found)


def _is_null(node: e.Node, view: View) -> bool:
    inner = node.value if isinstance(node, e.Argument) else node
    return type(inner) in _EXPRESSIONS and view.is_null(cast("e.Expression", inner))


def _parts(node: e.Node) -> list[e.Node]:
    """The nodes right below a node, in their order."""
    found: list[e.Node] = []
    waiting: list[object] = [getattr(node, name) for name in node.__struct_fields__]
    waiting.reverse()
    while waiting:
        item = waiting.pop()
        if isinstance(item, tuple):
            waiting.extend(reversed(item))
        elif isinstance(item, e.Node):
            found.append(item)
    return found


def _children(node: e.Expression) -> list[tuple[e.Node, bool]]:
    """The parts of an expression, and whether a condition decides about each."""
    match node:
        case e.Case(operand=operand, branches=branches):
            first = operand or branches[0][0]
            return [(part, part is not first) for part in _parts(node)]
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
                for part in _parts(node)
            ]
    return [(part, False) for part in _parts(node)]


def _failing_operands(node: e.Expression, view: View) -> Iterator[tuple[e.Expression, str]]:
    """The constant operands of a node that Spark cannot use beside the others."""
    for part, target in implicit_casts(node, view):
        if isinstance(target, UnknownType | NullType):
            continue
        outcome = view.outcome(part)
        if not isinstance(outcome, Value):
            continue
        made = cast_value_of(outcome, target, view.ansi)
        if isinstance(made, Failure):
            yield part, made.reason
    if isinstance(node, e.Subscript) and view.ansi and _is_before_first(node, view):
        yield node.index, "elements are counted from 0, so there is none at a negative place"
    by = divisor(node)
    if view.ansi and by is not None and divisor_is_zero(view.outcome(by), view.ansi):
        yield by, _ZERO


def _is_before_first(node: e.Subscript, view: View) -> bool:
    index = view.outcome(node.index)
    is_negative = isinstance(index, Value) and isinstance(index.value, int) and index.value < 0
    return is_negative and isinstance(view.type(node.base), ArrayType)


def divisor(node: e.Expression) -> e.Expression | None:
    """What an expression divides by."""
    match node:
        case e.Binary(operator="/" | "%" | "div", right=right):
            return right
        case e.Call() if function_name(node) in _DIVISIONS and len(node.arguments) == 2:
            return node.arguments[1].value
    return None

"""What Spark computes on with, without ANSI mode, where it would else stop the job."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.examples import PIPELINE, example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.resolve.expressions.evaluation import Evaluator
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    function_name,
    operands,
    without_parentheses,
)
from ssbt.compiler.resolve.traps.failing_constants import find_divisor
from ssbt.compiler.source import Span
from ssbt.compiler.sparkconf.settings import ANSI
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import values as v
from ssbt.compiler.syntax.ast.declarations import Pipeline
from ssbt.compiler.types.datatypes import (
    ArrayType,
    DataType,
    DecimalType,
    IntegralType,
    NumericType,
    StringType,
    TimestampType,
)
from ssbt.compiler.types.folding.model import Failure, Value

_OFF = PIPELINE.replace("}\n", '  spark {\n    "spark.sql.ansi.enabled" = false\n  }\n}\n')
_ALLOWED = "    # allow SSBT0460: as before the move to Spark 4\n"
_MEANT = _OFF.replace('    "spark.sql', f'{_ALLOWED}    "spark.sql')

WRONG_CONSTANT = Code(
    "SSBT0459",
    "A constant that is wrong without ANSI mode",
    """\
This expression does not depend on any row, and Spark would refuse it in ANSI mode. The pipeline
turns ANSI mode off, so the result is null or a wrong number: a whole number that is too large
starts again at the lowest one.

| in Spark 4.1, without ANSI mode | gives |
|---|---|
| `86400 * 1000 * 1000` | `500654080` |
| `cast(300 as tinyint)` | `44` |
| `cast('abc' as int)` | `null` |
| `array(1)[3]` | `null` |
""",
    wrong=example(pipeline=_MEANT, steps="|> extend id + 86400 * 1000 * 1000 as until"),
    right=example(pipeline=_MEANT, steps="|> extend id + 86400L * 1000 * 1000 as until"),
    severity=Severity.WARNING,
    way_out="correct the constant, or leave ANSI mode on",
)

ANSI_OFF = Code(
    "SSBT0460",
    "Wrong results without ANSI mode",
    """\
With `spark.sql.ansi.enabled = false` Spark carries on where it would otherwise stop the job. A
whole number that is too large starts again at the lowest one. A decimal that is too large becomes
null, and so does a division by zero, a text that is not a number or date, and a missing element.
Nobody sees which rows were affected.

| in Spark 4.1, without ANSI mode | gives |
|---|---|
| `2147483647 + 1` | `-2147483648` |
| `select sum(x) from values (9223372036854775807L), (1L) as t(x)` | `-9223372036854775808` |
| `cast(3000000000 as int)` | `-1294967296` |
| `cast(1e20 as int)` | `2147483647` |
| `abs(-2147483648)` | `-2147483648` |
| `cast(12345.678 as decimal(5,2))` | `null` |
| `1 / 0` | `null` |
| `cast('12x' as date)` | `null` |
| `make_date(2026, 2, 30)` | `null` |
| `size(cast(null as array<int>))` | `-1` |

With ANSI mode on, `try_add`, `try_multiply`, `try_divide`, `try_sum`, `try_cast` and
`try_element_at` give null where you want it, visibly. A wider type, `cast(a as bigint) * b`, has
room for the result.
""",
    wrong=example(pipeline=_OFF, steps="|> extend id * 86400 as seconds"),
    right=example(steps="|> extend id * 86400 as seconds"),
    severity=Severity.WARNING,
)

# Functions that ANSI mode makes fail where they give null, or a wrong number, else.
_GUARDED = frozenset(
    {
        *("sum", "abs", "negative", "element_at", "elt", "conv", "next_day", "mod", "pmod", "div"),
        *("to_date", "to_timestamp", "to_timestamp_ntz", "to_timestamp_ltz", "to_unix_timestamp"),
        *("unix_timestamp", "make_date", "make_timestamp", "make_interval", "parse_url"),
        *("to_number", "ceil", "floor", "round", "bround", "size", "cardinality"),
        *("tinyint", "smallint", "int", "bigint", "decimal", "float", "double"),
        *("date", "timestamp"),
    }
)  # fmt: skip
_MOST_LABELS = 3


def check_constants(view: ExpressionView) -> Iterator[Diagnostic]:
    """The constants that ANSI mode would refuse."""
    strict = Evaluator(view.evaluator.typer, strict=True)
    for node in view.nodes:
        if not isinstance(node, e.Binary | e.Unary | e.Call | e.Cast | e.Subscript):
            continue
        outcome = view.outcome(node)
        if not isinstance(outcome, Value) or outcome.is_opaque or find_divisor(node) is not None:
            continue
        refused = strict.evaluate(node)
        if isinstance(refused, Failure) and strict.find_failure_origin(node) is node:
            value_text = "null" if outcome.is_null else outcome.value
            message = f"{refused.reason}: without ANSI mode this is {value_text}"
            yield Diagnostic(WRONG_CONSTANT, message, Label(node.span))


def find_unguarded(view: ExpressionView) -> Iterator[Span]:
    """The parts that may be wrong, or null, where ANSI mode would stop the job."""
    for node in view.nodes:
        match node:
            case e.Binary() | e.Unary(operator="-") | e.Cast() | e.Call() | e.Subscript():
                if not view.is_constant(node) and _is_unguarded(node, view):
                    yield node.span


def _is_unguarded(node: e.Expression, view: ExpressionView) -> bool:
    match node:
        case e.Binary(operator="+" | "-" | "*"):
            return isinstance(view.data_type(node), IntegralType | DecimalType)
        case e.Binary(operator="/" | "%" | "div", right=right):
            return not view.is_constant(right)
        case e.Unary(operand=operand):
            return isinstance(view.data_type(operand), IntegralType)
        case e.Cast(operand=operand, form=form):
            return form != "try_cast" and _is_lossy_cast(
                view.data_type(operand), view.data_type(node)
            )
        case e.Subscript(base=base):
            return isinstance(view.data_type(base), ArrayType)
        case e.Call():
            parts = [
                part for part in operands(node) if not isinstance(without_parentheses(part), e.Star)
            ]
            return bool(parts) and function_name(node) in _GUARDED and _can_fail(node, parts, view)
    return False


def _can_fail(node: e.Call, parts: list[e.Expression], view: ExpressionView) -> bool:
    """Whether a function of numbers is one of whole numbers here: a DOUBLE has no end."""
    argument_type, name = view.data_type(parts[0]), function_name(node)
    if name in ("sum", "abs", "negative", "ceil", "floor", "round", "bround"):
        return isinstance(argument_type, IntegralType | DecimalType)
    if name in ("mod", "pmod", "div"):
        return len(parts) > 1 and not view.is_constant(parts[1])
    if name in ("size", "cardinality"):
        return view.type_of(parts[0]).nullable
    if name in ("element_at",):
        return isinstance(argument_type, ArrayType)
    if name.startswith("to_") or name == "unix_timestamp":
        return isinstance(argument_type, StringType)
    if name in ("tinyint", "smallint", "int", "bigint", "decimal", "date", "timestamp"):
        return _is_lossy_cast(argument_type, view.data_type(node))
    return name not in ("float", "double") or isinstance(argument_type, StringType)


def _is_lossy_cast(source: DataType, target: DataType) -> bool:
    """Whether a cast has values that the target does not hold."""
    if isinstance(source, StringType):
        return not isinstance(target, StringType)
    if not isinstance(target, IntegralType | DecimalType):
        return False
    if isinstance(source, TimestampType):
        return isinstance(target, IntegralType) and target.sql != "BIGINT"
    return isinstance(source, NumericType) and not _can_hold(source, target)


_BITS = {"TINYINT": 3, "SMALLINT": 5, "INT": 10, "BIGINT": 19}


def _can_hold(source: DataType, target: DataType) -> bool:
    """Whether every number of one type is one of the other."""
    if isinstance(source, IntegralType) and isinstance(target, IntegralType):
        return _BITS[source.sql] <= _BITS[target.sql]
    if isinstance(target, DecimalType):
        whole = target.precision - target.scale
        if isinstance(source, IntegralType):
            return _BITS[source.sql] <= whole
        return isinstance(source, DecimalType) and source.precision - source.scale <= whole
    return False


def report_ansi_off(node: Pipeline, report: Report) -> None:
    """One finding at the setting, if anything in the pipeline can be wrong for it."""
    spans = sorted(set(report.unguarded), key=lambda span: (span.path, span.start))
    entry = _find_ansi_setting(node)
    if entry is None or not spans:
        return
    count = len(spans)
    subject = "an expression" if count == 1 else f"{count} expressions"
    message = f"without ANSI mode {subject} may silently be wrong or null"
    labels = tuple(Label(unguarded_span, "such as this") for unguarded_span in spans[:_MOST_LABELS])
    help_ = (
        "leave ANSI mode on, and write `try_cast`, `try_divide` and the like where null is meant",
        "where this is meant, `# allow SSBT0460: …` says so",
    )
    # A constant that ANSI mode refuses has to be mended first.
    numbers = {diagnostic.code.number for diagnostic in report.findings}
    fix = () if numbers & {"SSBT0456", "SSBT0459"} else (Edit(entry.value.span, "true"),)
    report.add(ANSI_OFF, entry.span, message, also=labels, help=help_, fix=fix)


def _find_ansi_setting(node: Pipeline) -> v.Entry | None:
    for block in node.entries:
        if block.name.text.lower() == "spark" and isinstance(block.value, v.BlockValue):
            for entry in block.value.entries:
                if entry.name.text.lower() == ANSI:
                    return entry
    return None

"""What the evaluation of constants is built from: the parts' types, and what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, field

from ssbt.compiler.resolve.expressions.expression_typer import ExpressionTyper
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.datatypes import (
    STRING,
    DataType,
    StringType,
    UnknownType,
)
from ssbt.compiler.types.expression_types import Typed
from ssbt.compiler.types.folding import comparisons
from ssbt.compiler.types.folding.calls import fold_call
from ssbt.compiler.types.folding.casts import cast_value
from ssbt.compiler.types.folding.model import Failure, Outcome, Value

# Functions that evaluate their first argument, and the others only where they need them.
COALESCING = ("coalesce", "nvl", "ifnull")
CHOOSING = ("if", "nvl2", "nullif", "nanvl", "decode", "when", "zeroifnull", "nullifzero")
# Functions that look at another argument first, or at the type alone.
LOOKING_AHEAD = ("isnull", "isnotnull", "next_day", "trunc", "typeof")


class PartialEvaluator(Struct):
    """The constant parts of one expression that has been typed.

    `strict` tells to evaluate in ANSI mode, whatever the pipeline says.
    """

    typer: ExpressionTyper
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    strict: bool = False

    @property
    def ansi(self) -> bool:
        return self.strict or self.typer.context.ansi

    def type_of(self, node: e.Expression) -> Typed:
        """What the typing says of a node."""
        return self.typer.types.get(id(node), (node, _UNTYPED))[1]

    def evaluate(self, node: e.Expression) -> Outcome:
        """What the expression gives; None where that depends on a row, or is not known."""
        if id(node) not in self.outcomes:
            outcome = self._evaluate(node)
            self.outcomes[id(node)] = outcome
        return self.outcomes[id(node)]

    def _evaluate(self, node: e.Expression) -> Outcome:
        """The outcome by the rule for the kind of node, as `Evaluator` has them."""
        raise NotImplementedError

    # ---- operations that calls and operators share

    def concatenate(self, values: Sequence[Value], result: DataType) -> Outcome:
        if not isinstance(result, StringType):
            return None
        parts: list[Value] = []
        for value in values:
            part = cast_value(value, STRING, self.ansi)
            if not isinstance(part, Value):
                return part
            parts.append(part)
        return fold_call("concat", parts, result, self.ansi)

    def compare(self, operator: str, left: e.Expression, right: e.Expression) -> Outcome:
        pair = (self.evaluate(left), self.evaluate(right))
        stop = find_stop(pair)
        if stop is not NO_STOP:
            return stop
        types = (self.type_of(left), self.type_of(right))
        # With `NO_STOP` both are values.
        return comparisons.compare(operator, *pair, types, self.ansi)  # type: ignore[arg-type]

    def as_result(self, part: e.Expression, node: e.Expression) -> Outcome:
        """A branch, cast to the type of the whole."""
        result = self.type_of(node).type
        if isinstance(result, UnknownType):
            return None
        return cast_outcome(self.evaluate(part), result, self.ansi)


_UNTYPED = Typed(UnknownType())
NO_STOP = Failure("")


def find_stop(outcomes: Sequence[Outcome]) -> Outcome:
    """What stops an operation that evaluates all of these: a failure, or None; else `NO_STOP`.

    Beside a null that Spark sees first, a failure is not met.
    """
    if all(isinstance(each, Value) for each in outcomes):
        return NO_STOP
    has_null = any(isinstance(each, Value) and each.is_null for each in outcomes)
    if has_null or any(each is None for each in outcomes):
        return None
    return next(each for each in outcomes if isinstance(each, Failure))


def cast_outcome(outcome: Outcome, target: DataType, ansi: bool) -> Outcome:
    """The cast of what an expression gave."""
    return cast_value(outcome, target, ansi) if isinstance(outcome, Value) else outcome

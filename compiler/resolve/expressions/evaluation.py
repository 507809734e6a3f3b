"""Constant parts of an expression, evaluated as Spark does before it reads a row."""

from __future__ import annotations

from collections.abc import Sequence

from ssbt.compiler.resolve.expressions.call_evaluation import evaluate_call
from ssbt.compiler.resolve.expressions.partial_evaluation import (
    NO_STOP,
    PartialEvaluator,
    cast_outcome,
    find_stop,
)
from ssbt.compiler.resolve.expressions.walking import nodes
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.branches import common_type
from ssbt.compiler.types.datatypes import (
    BINARY,
    BOOLEAN,
    DATE,
    NULL,
    STRING,
    ArrayType,
    DateType,
    FloatType,
    UnknownType,
)
from ssbt.compiler.types.folding import arithmetic, comparisons, texts
from ssbt.compiler.types.folding.arrays import compute_element
from ssbt.compiler.types.folding.casts import as_floating
from ssbt.compiler.types.folding.model import Failure, Outcome, Value, opaque
from ssbt.compiler.types.operators import COMPARISONS


class Evaluator(PartialEvaluator):
    """A `PartialEvaluator` that knows the rule of each kind of node; the only one there is."""

    def find_failure_origin(self, node: e.Expression) -> e.Expression:
        """The part of a failing expression that fails by itself."""
        failing = [part for part in nodes(node) if isinstance(self.outcomes.get(id(part)), Failure)]
        # Only expressions have outcomes.
        return min(failing, key=lambda part: part.span.end - part.span.start)  # type: ignore[return-value]

    def _evaluate(self, node: e.Expression) -> Outcome:
        match node:
            case e.Parenthesised(operand=operand):
                return self.evaluate(operand)
            case e.NullLiteral():
                return Value(NULL, None)
            case e.BooleanLiteral(value=value):
                return Value(BOOLEAN, value)
            case e.StringLiteral(value=text):
                return Value(STRING, text)
            case e.NumberLiteral() | e.Unary(operator="-", operand=e.NumberLiteral()):
                return self._evaluate_number(node)
            case e.TypedLiteral():
                return self._evaluate_typed_literal(node)
            case e.IntervalLiteral(parts=parts):
                literal = all(isinstance(v, e.NumberLiteral | e.StringLiteral) for v, _ in parts)
                return self._opaque_value(node) if literal else None
            case e.ParameterUse():
                return self._opaque_value(node)
            case e.ColumnName():
                is_date = self.typer.find_bare_function(node) and self.type_of(node).type == DATE
                return opaque(DATE) if is_date else None
            case e.Unary():
                return self._evaluate_unary(node)
            case e.Binary():
                return self._evaluate_chain(node)
            case e.Between() | e.InList() | e.Like() | e.Is() | e.IsDistinctFrom():
                return self._evaluate_predicate(node)
            case e.Case():
                return self._evaluate_case(node)
            case e.Cast():
                return self._evaluate_cast(node)
            case e.Subscript(base=base, index=index):
                return self._evaluate_subscript(node, base, index)
            case e.Call():
                return evaluate_call(self, node)
            case e.Field() | e.VariantPath() | e.Collate() | e.Tuple():
                return None
            case e.Star() | e.Lambda() | e.BrokenExpression():
                return None

    def _evaluate_number(self, node: e.Expression) -> Outcome:
        typed = self.type_of(node)
        if typed.constant is None or typed.is_unknown:
            return None
        content = typed.constant
        if isinstance(typed.type, FloatType) and isinstance(content, float):
            return Value(typed.type, as_floating(content, typed.type))
        return Value(typed.type, content)

    def _opaque_value(self, node: e.Expression) -> Outcome:
        type_ = self.type_of(node).type
        return None if isinstance(type_, UnknownType) else opaque(type_)

    def _evaluate_typed_literal(self, node: e.TypedLiteral) -> Outcome:
        type_ = self.type_of(node).type
        if type_ == BINARY:
            return Value(BINARY, bytes.fromhex(node.value.zfill(len(node.value) + 1 & ~1)))
        if isinstance(type_, DateType):
            days = texts.parse_date(node.value)
            return opaque(type_) if days is None else Value(type_, days)
        return self._opaque_value(node)

    # ---- operators

    def _evaluate_unary(self, node: e.Unary) -> Outcome:
        value = self.evaluate(node.operand)
        if not isinstance(value, Value):
            return value
        if node.operator in ("not", "!"):
            return comparisons.negate_truth(cast_outcome(value, BOOLEAN, self.ansi))
        result = self.type_of(node)
        if result.is_unknown or value.is_opaque:
            return None
        return arithmetic.compute_unary(node.operator, value, result.type, self.ansi)

    def _evaluate_chain(self, node: e.Binary) -> Outcome:
        """A chain of operators may be long, so it is walked without recursion."""
        links: list[e.Binary] = []
        leftmost: e.Expression = node
        while isinstance(leftmost, e.Binary) and id(leftmost) not in self.outcomes:
            links.append(leftmost)
            leftmost = leftmost.left
        value = self.evaluate(leftmost)
        for link in reversed(links):
            value = self._evaluate_binary(link, value)
            self.outcomes[id(link)] = value
        return value

    def _evaluate_binary(self, node: e.Binary, left: Outcome) -> Outcome:
        operator = node.operator
        right = self.evaluate(node.right)
        if operator in ("and", "or"):
            truths = (cast_outcome(each, BOOLEAN, self.ansi) for each in (left, right))
            return comparisons.combine_truth(operator, *truths)
        stop = find_stop((left, right))
        if stop is not NO_STOP:
            return stop
        assert isinstance(left, Value)
        assert isinstance(right, Value)
        types = (self.type_of(node.left), self.type_of(node.right))
        if types[0].is_unknown or types[1].is_unknown:
            return None
        if operator in COMPARISONS:
            return comparisons.compare(operator, left, right, types, self.ansi)
        result = self.type_of(node).type
        if operator == "||":
            return self.concatenate((left, right), result)
        return arithmetic.compute(operator, left, right, types, result, self.ansi)

    def _evaluate_predicate(
        self, node: e.Between | e.InList | e.Like | e.Is | e.IsDistinctFrom
    ) -> Outcome:
        match node:
            case e.Between(operand=operand, low=low, high=high):
                above = self.compare(">=", operand, low)
                below = self.compare("<=", operand, high)
                outcome = comparisons.combine_truth("and", above, below)
            case e.InList():
                outcome = self._evaluate_in_list(node.operand, node.items)
            case e.Like():
                outcome = self._evaluate_like(node)
            case e.Is(operand=operand, constant="null"):
                value = self.evaluate(operand)
                # Whether something that is never null is null is known without evaluating it.
                outcome = Value(BOOLEAN, value.is_null) if isinstance(value, Value) else None
            case e.IsDistinctFrom():
                equality = self.compare("<=>", node.left, node.right)
                outcome = comparisons.negate_truth(equality)
            case _:
                return None
        return comparisons.negate_truth(outcome) if node.negated else outcome

    def _evaluate_in_list(self, operand: e.Expression, items: Sequence[e.Expression]) -> Outcome:
        value = self.evaluate(operand)
        if not isinstance(value, Value):
            return value
        common = common_type([self.type_of(each) for each in (operand, *items)], self.ansi)
        if common is None or isinstance(common, UnknownType):
            return None
        choices = [self.evaluate(item) for item in items]
        return comparisons.evaluate_in(value, choices, common, self.ansi)

    def _evaluate_like(self, node: e.Like) -> Outcome:
        if node.quantifier or len(node.patterns) != 1:
            return None
        pair = (self.evaluate(node.operand), self.evaluate(node.patterns[0]))
        stop = find_stop(pair)
        if stop is not NO_STOP:
            return stop
        # With `NO_STOP` both are values.
        return comparisons.evaluate_like(node.operator, *pair, node.escape or "\\")  # type: ignore[arg-type]

    # ---- choices

    def _evaluate_case(self, node: e.Case) -> Outcome:
        for condition, value in node.branches:
            truth = (
                self.evaluate(condition)
                if node.operand is None
                else self.compare("=", node.operand, condition)
            )
            if not isinstance(truth, Value) or truth.is_opaque:
                return truth if isinstance(truth, Failure) else None
            if truth.value:
                return self.as_result(value, node)
        return (
            Value(self.type_of(node).type, None)
            if node.otherwise is None
            else self.as_result(node.otherwise, node)
        )

    def _evaluate_cast(self, node: e.Cast) -> Outcome:
        target = self.type_of(node).type
        if isinstance(target, UnknownType) or node.type.name.lower() in ("char", "varchar"):
            return None
        value = self.evaluate(node.operand)
        if node.form != "try_cast":
            return cast_outcome(value, target, self.ansi)
        outcome = cast_outcome(value, target, True) if isinstance(value, Value) else value
        failed = isinstance(value, Value) and isinstance(outcome, Failure)
        return Value(target, None) if failed else outcome

    def _evaluate_subscript(
        self, node: e.Subscript, base: e.Expression, index: e.Expression
    ) -> Outcome:
        pair = (self.evaluate(base), self.evaluate(index))
        stop = find_stop(pair)
        if stop is not NO_STOP:
            return stop
        if not isinstance(pair[0], Value) or not isinstance(pair[0].type, ArrayType):
            return None
        # With `NO_STOP` both are values.
        return compute_element(*pair, self.type_of(node).type, self.ansi)  # type: ignore[arg-type]

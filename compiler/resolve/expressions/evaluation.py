"""Constant parts of an expression, evaluated as Spark does before it reads a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct, field

from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.branches import common_type
from ssbt.compiler.types.datatypes import (
    BINARY,
    BOOLEAN,
    DATE,
    NULL,
    STRING,
    ArrayType,
    DataType,
    DateType,
    FloatType,
    StringType,
    UnknownType,
)
from ssbt.compiler.types.folding import arithmetic, comparing, texts
from ssbt.compiler.types.folding.arrays import element
from ssbt.compiler.types.folding.calls import call
from ssbt.compiler.types.folding.casts import as_floating, cast_value
from ssbt.compiler.types.folding.model import Failure, Outcome, Value, opaque
from ssbt.compiler.types.functions import Kind, find
from ssbt.compiler.types.operators import COMPARISONS
from ssbt.compiler.types.typed import Typed

if TYPE_CHECKING:
    from ssbt.compiler.resolve.expressions.typing import Typing

# Functions that evaluate their first argument, and the others only where they need them.
COALESCING = ("coalesce", "nvl", "ifnull")
CHOOSING = ("if", "nvl2", "nullif", "nanvl", "decode", "when", "zeroifnull", "nullifzero")
# Functions that look at another argument first, or at the type alone.
LOOKING_AHEAD = ("isnull", "isnotnull", "next_day", "trunc", "typeof")
_CASTS = ("bigint", "boolean", "date", "decimal", "double", "float", "int", "smallint", "string")


class Evaluator(Struct):
    """The constant parts of one expression that has been typed."""

    typing: Typing
    outcomes: dict[int, Outcome] = field(default_factory=dict)

    @property
    def ansi(self) -> bool:
        return self.typing.around.ansi

    def type_of(self, node: e.Expression) -> Typed:
        """What the typing says of a node."""
        return self.typing.types.get(id(node), (node, _UNTYPED))[1]

    def evaluate(self, node: e.Expression) -> Outcome:
        """What the expression gives; None where that depends on a row, or is not known."""
        if id(node) not in self.outcomes:
            made = self._evaluate(node)
            self.outcomes[id(node)] = made
        return self.outcomes[id(node)]

    def origin(self, node: e.Expression) -> e.Expression:
        """The part of a failing expression that fails by itself."""
        from ssbt.compiler.resolve.expressions.walking import nodes

        failing = [part for part in nodes(node) if isinstance(self.outcomes.get(id(part)), Failure)]
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
                return self._number(node)
            case e.TypedLiteral():
                return self._typed_literal(node)
            case e.IntervalLiteral(parts=parts):
                literal = all(isinstance(v, e.NumberLiteral | e.StringLiteral) for v, _ in parts)
                return self._opaque(node) if literal else None
            case e.ParameterUse():
                return self._opaque(node)
            case e.ColumnName():
                is_date = self.typing.bare_function(node) and self.type_of(node).type == DATE
                return opaque(DATE) if is_date else None
            case e.Unary():
                return self._unary(node)
            case e.Binary():
                return self._chain(node)
            case e.Between() | e.InList() | e.Like() | e.Is() | e.IsDistinctFrom():
                return self._predicate(node)
            case e.Case():
                return self._case(node)
            case e.Cast():
                return self._cast(node)
            case e.Subscript(base=base, index=index):
                return self._subscript(node, base, index)
            case e.Call():
                return self._call(node)
        return None

    def _number(self, node: e.Expression) -> Outcome:
        known = self.type_of(node)
        if known.constant is None or known.unknown:
            return None
        content = known.constant
        if isinstance(known.type, FloatType) and isinstance(content, float):
            return Value(known.type, as_floating(content, known.type))
        return Value(known.type, content)

    def _opaque(self, node: e.Expression) -> Outcome:
        type_ = self.type_of(node).type
        return None if isinstance(type_, UnknownType) else opaque(type_)

    def _typed_literal(self, node: e.TypedLiteral) -> Outcome:
        type_ = self.type_of(node).type
        if type_ == BINARY:
            return Value(BINARY, bytes.fromhex(node.value.zfill(len(node.value) + 1 & ~1)))
        if isinstance(type_, DateType):
            days = texts.read_date(node.value)
            return opaque(type_) if days is None else Value(type_, days)
        return self._opaque(node)

    # ---- operators

    def _unary(self, node: e.Unary) -> Outcome:
        value = self.evaluate(node.operand)
        if not isinstance(value, Value):
            return value
        if node.operator in ("not", "!"):
            return comparing.negate_truth(cast_value_of(value, BOOLEAN, self.ansi))
        result = self.type_of(node)
        if result.unknown or value.is_opaque:
            return None
        return arithmetic.negate(node.operator, value, result.type, self.ansi)

    def _chain(self, node: e.Binary) -> Outcome:
        """A chain of operators may be long, so it is walked without recursion."""
        links: list[e.Binary] = []
        left: e.Expression = node
        while isinstance(left, e.Binary) and id(left) not in self.outcomes:
            links.append(left)
            left = left.left
        value = self.evaluate(left)
        for link in reversed(links):
            value = self._binary(link, value)
            self.outcomes[id(link)] = value
        return value

    def _binary(self, node: e.Binary, left: Outcome) -> Outcome:
        operator = node.operator
        right = self.evaluate(node.right)
        if operator in ("and", "or"):
            both = (cast_value_of(each, BOOLEAN, self.ansi) for each in (left, right))
            return comparing.combine_truth(operator, *both)
        stopped = first_stop((left, right))
        if stopped is not _GOES_ON:
            return stopped
        assert isinstance(left, Value)
        assert isinstance(right, Value)
        types = (self.type_of(node.left), self.type_of(node.right))
        if types[0].unknown or types[1].unknown:
            return None
        if operator in COMPARISONS:
            return comparing.compare(operator, left, right, types, self.ansi)
        result = self.type_of(node).type
        if operator == "||":
            return self._concatenate((left, right), result)
        return arithmetic.compute(operator, left, right, types, result, self.ansi)

    def _concatenate(self, values: Sequence[Value], result: DataType) -> Outcome:
        if not isinstance(result, StringType):
            return None
        parts: list[Value] = []
        for value in values:
            part = cast_value(value, STRING, self.ansi)
            if not isinstance(part, Value):
                return part
            parts.append(part)
        return call("concat", parts, result, self.ansi)

    def _compare(self, operator: str, left: e.Expression, right: e.Expression) -> Outcome:
        pair = (self.evaluate(left), self.evaluate(right))
        stopped = first_stop(pair)
        if stopped is not _GOES_ON:
            return stopped
        types = (self.type_of(left), self.type_of(right))
        return comparing.compare(operator, *pair, types, self.ansi)  # type: ignore[arg-type]

    def _predicate(self, node: e.Between | e.InList | e.Like | e.Is | e.IsDistinctFrom) -> Outcome:
        match node:
            case e.Between(operand=operand, low=low, high=high):
                above = self._compare(">=", operand, low)
                below = self._compare("<=", operand, high)
                made = comparing.combine_truth("and", above, below)
            case e.InList():
                made = self._in_list(node.operand, node.items)
            case e.Like():
                made = self._like(node)
            case e.Is(operand=operand, what="null"):
                value = self.evaluate(operand)
                # Whether something that is never null is null is known without evaluating it.
                made = Value(BOOLEAN, value.is_null) if isinstance(value, Value) else None
            case e.IsDistinctFrom():
                same = self._compare("<=>", node.left, node.right)
                made = comparing.negate_truth(same)
            case _:
                return None
        return comparing.negate_truth(made) if node.negated else made

    def _in_list(self, operand: e.Expression, items: Sequence[e.Expression]) -> Outcome:
        value = self.evaluate(operand)
        if not isinstance(value, Value):
            return value
        common = common_type([self.type_of(each) for each in (operand, *items)], self.ansi)
        if common is None or isinstance(common, UnknownType):
            return None
        choices = [self.evaluate(item) for item in items]
        return comparing.find_in(value, choices, common, self.ansi)

    def _like(self, node: e.Like) -> Outcome:
        if node.quantifier or len(node.patterns) != 1:
            return None
        pair = (self.evaluate(node.operand), self.evaluate(node.patterns[0]))
        stopped = first_stop(pair)
        if stopped is not _GOES_ON:
            return stopped
        return comparing.match_like(node.operator, *pair, node.escape or "\\")  # type: ignore[arg-type]

    # ---- choices

    def _case(self, node: e.Case) -> Outcome:
        for condition, value in node.branches:
            truth = (
                self.evaluate(condition)
                if node.operand is None
                else self._compare("=", node.operand, condition)
            )
            if not isinstance(truth, Value) or truth.is_opaque:
                return truth if isinstance(truth, Failure) else None
            if truth.value:
                return self._as_result(value, node)
        return (
            Value(self.type_of(node).type, None)
            if node.otherwise is None
            else self._as_result(node.otherwise, node)
        )

    def _as_result(self, part: e.Expression, node: e.Expression) -> Outcome:
        """A branch, cast to the type of the whole."""
        result = self.type_of(node).type
        if isinstance(result, UnknownType):
            return None
        return cast_value_of(self.evaluate(part), result, self.ansi)

    def _cast(self, node: e.Cast) -> Outcome:
        target = self.type_of(node).type
        if isinstance(target, UnknownType) or node.type.name.lower() in ("char", "varchar"):
            return None
        value = self.evaluate(node.operand)
        if node.form != "try_cast":
            return cast_value_of(value, target, self.ansi)
        made = cast_value_of(value, target, True) if isinstance(value, Value) else value
        failed = isinstance(value, Value) and isinstance(made, Failure)
        return Value(target, None) if failed else made

    def _subscript(self, node: e.Subscript, base: e.Expression, index: e.Expression) -> Outcome:
        pair = (self.evaluate(base), self.evaluate(index))
        stopped = first_stop(pair)
        if stopped is not _GOES_ON:
            return stopped
        if not isinstance(pair[0], Value) or not isinstance(pair[0].type, ArrayType):
            return None
        return element(*pair, self.type_of(node).type, self.ansi)  # type: ignore[arg-type]

    # ---- functions

    def _call(self, node: e.Call) -> Outcome:
        name = node.name.text.casefold()
        function = find(name)
        plain = not (node.distinct or node.filter or node.window or node.within_group or node.words)
        if function is None or function.kind is not Kind.SCALAR or not plain:
            return None
        if any(argument.name for argument in node.arguments) or not function.deterministic:
            return None
        result = self.type_of(node).type
        if isinstance(result, UnknownType):
            return None
        parts = [argument.value for argument in node.arguments]
        if any(isinstance(part, e.Star | e.Lambda) for part in parts):
            return None
        if name in COALESCING:
            return self._coalesce(parts, node)
        if name in CHOOSING:
            return self._choose(name, parts, node)
        values = [self.evaluate(part) for part in parts]
        stopped = first_stop(values)
        if stopped is not _GOES_ON:
            # Some look at another argument first, and others at none.
            return None if name in LOOKING_AHEAD else stopped
        return self._strict(name, parts, [v for v in values if isinstance(v, Value)], result)

    def _strict(
        self, name: str, parts: Sequence[e.Expression], values: list[Value], result: DataType
    ) -> Outcome:
        """A function that evaluates all of its arguments."""
        if name in _CASTS and len(values) == 1:
            return cast_value(values[0], result, self.ansi)
        if name == "concat":
            return self._concatenate(values, result)
        if name in ("mod", "div") and len(values) == 2:
            operator = "%" if name == "mod" else name
            types = (self.type_of(parts[0]), self.type_of(parts[1]))
            return arithmetic.compute(operator, values[0], values[1], types, result, self.ansi)
        if name in ("isnull", "isnotnull"):
            return Value(BOOLEAN, values[0].is_null is (name == "isnull"))
        wanted = _wanted_types(name, values, result, self.ansi)
        made: list[Value] = []
        for value, target in zip(values, wanted, strict=True):
            one = value if target is None else cast_value(value, target, self.ansi)
            if not isinstance(one, Value):
                return None if any(each.is_null for each in values) else one
            made.append(one)
        if name == "array" and isinstance(result, ArrayType):
            known = not any(one.is_opaque for one in made)
            return Value(result, tuple(one.value for one in made)) if known else None
        if name in ("greatest", "least"):
            return _extreme(name, made, result)
        return call(name, made, result, self.ansi)

    def _coalesce(self, parts: Sequence[e.Expression], node: e.Call) -> Outcome:
        for part in parts:
            value = self._as_result(part, node)
            if not isinstance(value, Value) or not value.is_null:
                return value
        return Value(self.type_of(node).type, None)

    def _choose(self, name: str, parts: Sequence[e.Expression], node: e.Call) -> Outcome:
        if name in ("if", "nvl2") and len(parts) == 3:
            decider = self.evaluate(parts[0])
            if not isinstance(decider, Value):
                return decider if name == "if" else None
            if name == "nvl2":
                return self._as_result(parts[2 if decider.is_null else 1], node)
            if decider.is_opaque or not isinstance(decider.value, bool | None):
                return None
            return self._as_result(parts[1 if decider.value else 2], node)
        if name == "nullif" and len(parts) == 2:
            same = self._compare("=", *parts)
            if not isinstance(same, Value) or same.is_opaque:
                return same if isinstance(same, Failure) else None
            return Value(self.type_of(node).type, None) if same.value else self.evaluate(parts[0])
        return None


_UNTYPED = Typed(UnknownType())
_GOES_ON = Failure("")


def first_stop(outcomes: Sequence[Outcome]) -> Outcome:
    """What stops an operation that evaluates all of these: a failure, or None; else `_GOES_ON`.

    Beside a null that Spark sees first, a failure is not met.
    """
    if all(isinstance(each, Value) for each in outcomes):
        return _GOES_ON
    has_null = any(isinstance(each, Value) and each.is_null for each in outcomes)
    if has_null or any(each is None for each in outcomes):
        return None
    return next(each for each in outcomes if isinstance(each, Failure))


def cast_value_of(value: Outcome, target: DataType, ansi: bool) -> Outcome:
    """The cast of what an expression gave."""
    return cast_value(value, target, ansi) if isinstance(value, Value) else value


def _wanted_types(
    name: str, values: Sequence[Value], result: DataType, ansi: bool
) -> list[DataType | None]:
    """The types to which Spark casts the arguments of a function."""
    if name == "array" and isinstance(result, ArrayType):
        return [result.element] * len(values)
    if name in ("greatest", "least"):
        return [result] * len(values)
    function = find(name)
    wanted: list[DataType | None] = []
    for place, value in enumerate(values):
        parameter = function.parameter(place) if function is not None else None
        wanted.append(parameter.cast(value.type, ansi) if parameter is not None else None)
    return wanted


def _extreme(name: str, values: Sequence[Value], result: DataType) -> Outcome:
    """The largest or smallest that is not null."""
    best: Value | None = None
    for value in values:
        if value.is_null:
            continue
        if best is None:
            best = value
            continue
        order = comparing.order_of(value, best)
        if order is None:
            return None
        best = value if order * (1 if name == "greatest" else -1) > 0 else best
    return Value(result, None if best is None else best.value)

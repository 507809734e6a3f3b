"""Expressions in canonical form.

Every rewriting here holds in Spark's ANSI mode for all values, nulls and NaN included, and for the
errors that end a query: what may fail is asked for by both sides for the same rows or by neither.
Spark evaluates the second operand of most operators only where the first is not null, and the
further ones of `and`, `or`, `case` and `coalesce` only where they are needed.
"""

from __future__ import annotations

from collections.abc import Sequence

from ssbt.compiler.ir.canonical import functions
from ssbt.compiler.ir.canonical.call_values import CallCanonicalizer
from ssbt.compiler.ir.canonical.conditions import Conditions, can_swap, is_constant
from ssbt.compiler.ir.canonical.failing import can_fail
from ssbt.compiler.ir.canonical.numbers import as_double
from ssbt.compiler.ir.canonical.scopes import Need, Scope, column_value
from ssbt.compiler.ir.canonical.values import Pool, Value
from ssbt.compiler.ir.terms import LAMBDA, LITERAL, CallForm, Term
from ssbt.compiler.types.datatypes import BOOLEAN, DOUBLE, UNKNOWN, NumericType

_COMPARING = frozenset({"=", "<", "<=", "<=>", ">", ">="})
_ARITHMETIC = frozenset({"+", "-", "*", "/", "%"})
_CHAINED = _COMPARING | _ARITHMETIC | {"||", "&", "|", "^", "div", "<<", ">>", ">>>"}
_COMMUTING = frozenset({"+", "*"})
_LOGIC = frozenset({"and", "or"})
_MAXIMUM = 3
_LARGEST_LIST = 10


class ExpressionCanonicalizer:
    """Makes values of terms."""

    def __init__(self, pool: Pool, scope: Scope) -> None:
        self._pool, self._scope = pool, scope
        self.conditions = Conditions(pool)
        self._calls = CallCanonicalizer(pool, scope)

    @property
    def order_counts(self) -> bool:
        """Whether an order of rows decides about one of the values."""
        return self._calls.order_counts

    @property
    def computes_among_rows(self) -> bool:
        """Whether one of the values looks at other rows, or is drawn."""
        return self._calls.computes_among_rows

    def value(self, term: Term, need: Need = Need.SURE) -> Value:
        """The value of a term; `need` says how much Spark needs it."""
        if term.operator in _LOGIC:
            return self._logic(term, need)
        match term.operator:
            case "name":
                assert isinstance(term.value, tuple)
                return column_value(term.value, term.type, need, self._scope, self._pool)
            case "call":
                return self._call(term, need)
            case "not":
                return self.conditions.negate(self.value(term.operands[0], need))
            case "cast" | "try_cast":
                return self._cast(term, need)
            case "case":
                return self._case(term, need)
            case "between":
                return self._between(term, need)
            case "star":
                return self._plain(term, self._scope.values)
            case "positive":
                return self.value(term.operands[0], need)
            case _:
                pass
        if term.operator in _CHAINED:
            return self._chain(term, need)
        if term.operator == LAMBDA:
            need = Need.PERHAPS
        further = Need.PERHAPS if term.operator == "in" else Need.UNLESS_NULL
        operands = self._operands(term.operands, need, further)
        return self._in(term, operands) if term.operator == "in" else self._plain(term, operands)

    def _operands(self, terms: Sequence[Term], need: Need, further: Need) -> list[Value]:
        """The values of operands, those after one that is null being needed less."""
        values: list[Value] = []
        for each in terms:
            values.append(self.value(each, need))
            if further is Need.PERHAPS or values[-1].nullable:
                need = max(need, further)
        return values

    def _chain(self, term: Term, need: Need) -> Value:
        """Operators between two operands, which may stand in a chain of thousands."""
        links: list[Term] = []
        while term.operator in _CHAINED:
            links.append(term)
            term = term.operands[0]
        value = self.value(term, need)
        for link in reversed(links):
            second = max(need, Need.UNLESS_NULL) if value.nullable else need
            pair = [value, self.value(link.operands[1], second)]
            value = self._between_two(link, pair)
        return value

    def _between_two(self, term: Term, pair: list[Value]) -> Value:
        if term.operator in _COMPARING:
            return self.conditions.compare(term.operator, *pair, nullable=term.nullable)
        if term.operator in _ARITHMETIC:
            return self._arithmetic(term, pair)
        if term.operator == "||":
            return self._calls.value(CallForm("concat", 2), term, pair)
        return self._plain(term, pair)

    def conjuncts(self, term: Term) -> list[tuple[Term, Value]]:
        """The conditions that all must hold, each as written and in canonical form."""
        waiting, conditions = [term], []
        while waiting:
            each = waiting.pop()
            if each.operator == "and":
                waiting += reversed(each.operands)
                continue
            value = self.value(each)
            if value.operator == "and":
                conditions += [(each, part) for part in value.operands]
            elif not is_constant(value, True):
                conditions.append((each, value))
        return conditions

    # ---- leaves

    def _plain(self, term: Term, operands: Sequence[Value] = ()) -> Value:
        fails = can_fail(term.operator, operands, term.value, term.type)
        return self._pool.make(
            term.operator, operands, term.value, term.type, nullable=term.nullable, fails=fails
        )

    # ---- logic

    def _logic(self, term: Term, need: Need) -> Value:
        """A chain of `and`, or of `or`; after the first, Spark may not evaluate a condition."""
        waiting, conditions = [*reversed(term.operands)], list[Value]()
        while waiting:
            each = waiting.pop()
            if each.operator == term.operator:
                waiting += reversed(each.operands)
                continue
            conditions.append(self.value(each, Need.PERHAPS if conditions else need))
        return self.conditions.combine(term.operator, conditions)

    def _between(self, term: Term, need: Need) -> Value:
        """Two comparisons, as Spark itself makes of it; one of them where the value is drawn."""
        value, low, high = (self.value(each, need) for each in term.operands)
        if value.drawn:
            return self._plain(term, (value, low, high))
        above = self.conditions.compare(">=", value, low, nullable=value.nullable or low.nullable)
        again, high = (self.value(term.operands[place], Need.PERHAPS) for place in (0, 2))
        below = self.conditions.compare("<=", again, high, nullable=value.nullable or high.nullable)
        return self.conditions.combine("and", [above, below])

    def _in(self, term: Term, operands: list[Value]) -> Value:
        """The items in an order of their own, each once."""
        value, *items = self.conditions.as_numbers(operands)
        if any(each.fails or each.drawn for each in items):
            return self._plain(term, [value, *items])
        ordered = sorted(dict.fromkeys(items), key=lambda each: each.number)
        # Spark looks for more of them in a set, which tells the two zeros apart.
        is_set = len(ordered) > _LARGEST_LIST and functions.is_blurred(value.type)
        if value.drawn or is_set or not all(_is_alike(value, each) for each in ordered):
            return self._plain(term, (value, *ordered))
        return self.conditions.combine(
            "or",
            [self.conditions.compare("=", value, each, nullable=term.nullable) for each in ordered],
        )

    # ---- arithmetic

    def _arithmetic(self, term: Term, operands: list[Value]) -> Value:
        if term.type == DOUBLE:
            operands = [as_double(self._pool, each) for each in operands]
        left, right = operands
        numbers = all(isinstance(each.type, NumericType) for each in operands)
        if term.operator in _COMMUTING and numbers and left.number > right.number:
            operands = [right, left] if can_swap(left, right) else operands
        return self._plain(term, operands)

    # ---- choices

    def _case(self, term: Term, need: Need) -> Value:
        return self._choice(term, self._operands(term.operands, need, Need.PERHAPS))

    def _choice(self, term: Term, parts: list[Value]) -> Value:
        """A `case`; one without `else` is null there."""
        if len(parts) % 2 and _is_null(parts[-1]):
            parts = parts[:-1]
        fails = can_fail("case", parts, None, term.type)
        return self._pool.make("case", parts, None, term.type, nullable=term.nullable, fails=fails)

    def _cast(self, term: Term, need: Need) -> Value:
        (operand,) = (self.value(each, need) for each in term.operands)
        is_sized = _type_word(term.value) in ("char", "varchar", "character")
        target = term.value if is_sized or term.type == UNKNOWN else None
        if term.operator == "try_cast":
            return self._pool.make(
                "try_cast", (operand,), target, term.type, nullable=term.nullable
            )
        return self._conversion(term, operand, target)

    def _conversion(self, term: Term, operand: Value, sized: object = None) -> Value:
        """A value as another type, or as it is where that is its own."""
        target = term.value if term.type == UNKNOWN else sized
        if operand.type == term.type and target is None:
            return operand
        fails = can_fail("cast", (operand,), target, term.type)
        return self._pool.make(
            "cast", (operand,), target, term.type, nullable=term.nullable, fails=fails
        )

    # ---- calls

    def _call(self, term: Term, need: Need) -> Value:
        form = term.value
        assert isinstance(form, CallForm)
        name = functions.canonical_name(form.name)
        further = Need.PERHAPS if name in functions.CHOOSING else Need.UNLESS_NULL
        operands = self._operands(term.operands, Need.PERHAPS if form.filter else need, further)
        plain = form == CallForm(form.name, form.arguments, names=form.names)
        if plain and name == "if" and form.arguments == _MAXIMUM:
            return self._choice(term, operands)
        if plain and name == "nvl2" and form.arguments == _MAXIMUM:
            is_present = self.conditions.negate(self._null_check(operands[0]))
            return self._choice(term, [is_present, *operands[1:]])
        if plain and name in ("isnull", "isnotnull") and form.arguments == 1:
            null = self._null_check(operands[0])
            return null if name == "isnull" else self.conditions.negate(null)
        if plain and form.arguments == 1 and form.name in functions.CASTS:
            return self._conversion(term, operands[0])
        if plain and form.arguments == 1 and name == "negative":
            return self._pool.make(
                name,
                operands,
                None,
                term.type,
                nullable=term.nullable,
                fails=can_fail(name, operands, None, term.type),
            )
        field = functions.date_field(form, operands)
        if field is not None:
            return self._calls.value(CallForm(field, 1), term, operands[1:])
        return self._calls.value(form, term, operands)

    def _null_check(self, value: Value) -> Value:
        return self._pool.make("is null", (value,), None, BOOLEAN, nullable=False)


def _is_alike(value: Value, item: Value) -> bool:
    """Whether an item of a list is a constant that Spark compares as it stands."""
    is_worth = isinstance(item.value, tuple) and item.value[:1] == ("number",)
    return item.operator == LITERAL and (
        is_worth or item.type == value.type != UNKNOWN or item.value is None
    )


def _is_null(value: Value) -> bool:
    return value.operator == LITERAL and value.value is None


def _type_word(value: object) -> str:
    return str(value[0]) if isinstance(value, tuple) and value else ""

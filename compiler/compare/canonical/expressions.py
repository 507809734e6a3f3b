"""Expressions in canonical form.

Every rewriting here holds in Spark's ANSI mode for all values, nulls and NaN included, and for the
errors that end a query: what may fail is asked for by both sides for the same rows or by neither.
Spark evaluates the second operand of most operators only where the first is not null, and the
further ones of `and`, `or`, `case` and `coalesce` only where they are needed.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from ssbt.compiler.compare.canonical import functions
from ssbt.compiler.compare.canonical.calls import (
    concat_operands,
    is_default_offset,
    is_row_count,
    significant_names,
)
from ssbt.compiler.compare.canonical.conditions import ConditionBuilder, can_swap, is_constant
from ssbt.compiler.compare.canonical.failing import can_fail
from ssbt.compiler.compare.canonical.numbers import as_double
from ssbt.compiler.compare.canonical.scopes import Need, Scope
from ssbt.compiler.compare.canonical.values import Value, ValuePool
from ssbt.compiler.ir.terms import (
    CALL,
    LAMBDA,
    LITERAL,
    CallForm,
    Term,
)
from ssbt.compiler.types.datatypes import (
    BOOLEAN,
    DOUBLE,
    STRING,
    UNKNOWN,
    NumericType,
)

_COMPARISONS = frozenset({"=", "<", "<=", "<=>", ">", ">="})
_ARITHMETIC = frozenset({"+", "-", "*", "/", "%"})
_BINARY_OPERATORS = _COMPARISONS | _ARITHMETIC | {"||", "&", "|", "^", "div", "<<", ">>", ">>>"}
_COMMUTATIVE = frozenset({"+", "*"})
_LOGIC = frozenset({"and", "or"})
_PAIR = 2
_MAXIMUM = 3
_MAX_LIST_LENGTH = 10


class ExpressionCanonicalizer:
    """Makes values of terms; `order_counts` is set once an order of rows decides about a value."""

    def __init__(self, pool: ValuePool, scope: Scope) -> None:
        self._pool, self._scope = pool, scope
        self.conditions = ConditionBuilder(pool)
        self.order_counts = False
        self.computes_among_rows = False

    def value(self, term: Term, need: Need = Need.SURE) -> Value:
        """The value of a term that Spark needs so much."""
        if term.operator in _LOGIC:
            return self._logic_value(term, need)
        match term.operator:
            case "name":
                return self._column_value(term, need)
            case "call":
                return self._call_value(term, need)
            case "not":
                return self.conditions.negate(self.value(term.operands[0], need))
            case "cast" | "try_cast":
                return self._cast_value(term, need)
            case "case":
                return self._case_value(term, need)
            case "between":
                return self._between_value(term, need)
            case "star":
                return self._plain_value(term, self._scope.values)
            case "positive":
                return self.value(term.operands[0], need)
            case _:
                pass
        if term.operator in _BINARY_OPERATORS:
            return self._chain_value(term, need)
        if term.operator == LAMBDA:
            need = Need.PERHAPS
        further = Need.PERHAPS if term.operator == "in" else Need.UNLESS_NULL
        operands = self._operand_values(term.operands, need, further)
        return (
            self._in_value(term, operands)
            if term.operator == "in"
            else self._plain_value(term, operands)
        )

    def _operand_values(self, terms: Sequence[Term], need: Need, further: Need) -> list[Value]:
        """The values of operands, the further ones behind one that is null being needed less."""
        values: list[Value] = []
        for each in terms:
            values.append(self.value(each, need))
            if further is Need.PERHAPS or values[-1].nullable:
                need = max(need, further)
        return values

    def _chain_value(self, term: Term, need: Need) -> Value:
        """Operators between two operands, which may stand in a chain of thousands."""
        links: list[Term] = []
        while term.operator in _BINARY_OPERATORS:
            links.append(term)
            term = term.operands[0]
        value = self.value(term, need)
        for link in reversed(links):
            second = max(need, Need.UNLESS_NULL) if value.nullable else need
            pair = [value, self.value(link.operands[1], second)]
            value = self._binary_value(link, pair)
        return value

    def _binary_value(self, term: Term, pair: list[Value]) -> Value:
        if term.operator in _COMPARISONS:
            return self.conditions.compare(term.operator, *pair, nullable=term.nullable)
        if term.operator in _ARITHMETIC:
            return self._arithmetic_value(term, pair)
        if term.operator == "||":
            return self._function_value(CallForm("concat", 2), term, pair)
        return self._plain_value(term, pair)

    def split_conjuncts(self, term: Term) -> list[tuple[Term, Value]]:
        """The conditions that all must hold, each as it was told and as it is."""
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

    def _plain_value(self, term: Term, operands: Sequence[Value] = ()) -> Value:
        fails = can_fail(term.operator, operands, term.value, term.type)
        return self._pool.make(
            term.operator, operands, term.value, term.type, nullable=term.nullable, fails=fails
        )

    def _column_value(self, term: Term, need: Need) -> Value:
        parts = term.value
        assert isinstance(parts, tuple)
        for length in (2, 1):
            value = self._scope.names.get(parts[:length])
            if value is None or len(parts) < length:
                continue
            if value.fails and self._is_computed_before(parts, value, need):
                value = self._pool.add_mark("eager", value, None, fails=True)
            for part in parts[length:]:
                value = self._pool.make("field", (value,), part, term.type, nullable=True)
            return value
        if not self._scope.is_open:
            return self._pool.make_unique("open")
        # A column of a relation of which not all are known.
        return self._pool.make("open", (), parts, among=self._scope.rows)

    def _is_computed_before(self, parts: tuple[str, ...], value: Value, need: Need) -> bool:
        """Whether Spark computes a column, which may fail, though nothing may ask for it.

        It puts the expression of a column that is used once in the column's place, but for places
        that nobody may ask for.
        """
        if need is Need.UNLESS_NULL:
            often = max(self._scope.uses[part] for part in parts[:2]) > 1
            return often or value.number in self._scope.older
        return need is Need.PERHAPS

    # ---- logic

    def _logic_value(self, term: Term, need: Need) -> Value:
        """A chain of `and`, or of `or`; behind the first, Spark may not ask for a condition."""
        waiting, conditions = [*reversed(term.operands)], list[Value]()
        while waiting:
            each = waiting.pop()
            if each.operator == term.operator:
                waiting += reversed(each.operands)
                continue
            conditions.append(self.value(each, Need.PERHAPS if conditions else need))
        return self.conditions.combine(term.operator, conditions)

    def _between_value(self, term: Term, need: Need) -> Value:
        """Two comparisons, as Spark itself makes of it; one of them where the value is drawn."""
        value, low, high = (self.value(each, need) for each in term.operands)
        if value.drawn:
            return self._plain_value(term, (value, low, high))
        above = self.conditions.compare(">=", value, low, nullable=value.nullable or low.nullable)
        repeated, high = (self.value(term.operands[index], Need.PERHAPS) for index in (0, 2))
        below = self.conditions.compare(
            "<=", repeated, high, nullable=value.nullable or high.nullable
        )
        return self.conditions.combine("and", [above, below])

    def _in_value(self, term: Term, operands: list[Value]) -> Value:
        """The items in an order of their own, each once."""
        value, *items = self.conditions.normalize_numbers(operands)
        if any(each.fails or each.drawn for each in items):
            return self._plain_value(term, [value, *items])
        ordered = sorted(dict.fromkeys(items), key=lambda each: each.number)
        # Spark looks for more of them in a set, which tells the two zeros apart.
        is_set = len(ordered) > _MAX_LIST_LENGTH and functions.has_blurred_equality(value.type)
        if (
            value.drawn
            or is_set
            or not all(_is_comparable_constant(value, each) for each in ordered)
        ):
            return self._plain_value(term, (value, *ordered))
        return self.conditions.combine(
            "or",
            [self.conditions.compare("=", value, each, nullable=term.nullable) for each in ordered],
        )

    # ---- arithmetic

    def _arithmetic_value(self, term: Term, operands: list[Value]) -> Value:
        if term.type == DOUBLE:
            operands = [as_double(self._pool, each) for each in operands]
        left, right = operands
        numbers = all(isinstance(each.type, NumericType) for each in operands)
        if term.operator in _COMMUTATIVE and numbers and left.number > right.number:
            operands = [right, left] if can_swap(left, right) else operands
        return self._plain_value(term, operands)

    # ---- choices

    def _case_value(self, term: Term, need: Need) -> Value:
        return self._choice_value(term, self._operand_values(term.operands, need, Need.PERHAPS))

    def _choice_value(self, term: Term, parts: list[Value]) -> Value:
        """A `case`; one without `else` is null there."""
        if len(parts) % 2 and _is_null(parts[-1]):
            parts = parts[:-1]
        fails = can_fail("case", parts, None, term.type)
        return self._pool.make("case", parts, None, term.type, nullable=term.nullable, fails=fails)

    def _cast_value(self, term: Term, need: Need) -> Value:
        (operand,) = (self.value(each, need) for each in term.operands)
        is_sized = _written_type(term.value) in ("char", "varchar", "character")
        sized_type = term.value if is_sized or term.type == UNKNOWN else None
        if term.operator == "try_cast":
            return self._pool.make(
                "try_cast", (operand,), sized_type, term.type, nullable=term.nullable
            )
        return self._conversion_value(term, operand, sized_type)

    def _conversion_value(self, term: Term, operand: Value, sized_type: object = None) -> Value:
        """A value as another type, or as it is where that is its own."""
        target = term.value if term.type == UNKNOWN else sized_type
        if operand.type == term.type and target is None:
            return operand
        fails = can_fail("cast", (operand,), target, term.type)
        return self._pool.make(
            "cast", (operand,), target, term.type, nullable=term.nullable, fails=fails
        )

    # ---- calls

    def _call_value(self, term: Term, need: Need) -> Value:
        form = term.value
        assert isinstance(form, CallForm)
        name = functions.canonical_name(form.name)
        further = Need.PERHAPS if name in functions.CONDITIONAL else Need.UNLESS_NULL
        operands = self._operand_values(
            term.operands, Need.PERHAPS if form.filter else need, further
        )
        is_plain = form == CallForm(form.name, form.arguments, names=form.names)
        if is_plain and name == "if" and form.arguments == _MAXIMUM:
            return self._choice_value(term, operands)
        if is_plain and name == "nvl2" and form.arguments == _MAXIMUM:
            not_null = self.conditions.negate(self._null_test(operands[0]))
            return self._choice_value(term, [not_null, *operands[1:]])
        if is_plain and name in ("isnull", "isnotnull") and form.arguments == 1:
            null = self._null_test(operands[0])
            return null if name == "isnull" else self.conditions.negate(null)
        if is_plain and form.arguments == 1 and form.name in functions.CASTS:
            return self._conversion_value(term, operands[0])
        if is_plain and form.arguments == 1 and name == "negative":
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
            return self._function_value(CallForm(field, 1), term, operands[1:])
        return self._function_value(form, term, operands)

    def _null_test(self, value: Value) -> Value:
        return self._pool.make("is null", (value,), None, BOOLEAN, nullable=False)

    def _function_value(self, form: CallForm, term: Term, operands: Sequence[Value]) -> Value:
        name = functions.canonical_name(form.name)
        kind = functions.function_kind(form.name)
        canonical_form = replace(form, name=name, names=significant_names(name, form.names))
        if name == "substring":
            canonical_form = replace(canonical_form, words=())
        if name == "concat" and term.type == STRING:
            operands = [part for each in operands for part in concat_operands(each)]
            canonical_form = replace(canonical_form, arguments=len(operands))
        if name in ("lag", "lead") and is_default_offset(operands[1:2]) and form.arguments == _PAIR:
            canonical_form, operands = (
                replace(canonical_form, arguments=1),
                [operands[0], *operands[_PAIR:]],
            )
        if name == "count" and is_row_count(form, operands):
            canonical_form, operands = (
                replace(canonical_form, arguments=0, names=()),
                operands[form.arguments :],
            )
        drawn = functions.is_drawn(form.name)
        collects = kind in functions.ROW_SET_KINDS or form.window is not None
        among_rows = self._rows_among(name, form, operands) if collects or drawn else None
        if name in ("grouping", "grouping_id") or name in functions.MULTIPLYING:
            among_rows = self._scope.rows
        return self._pool.make(
            CALL,
            operands,
            (canonical_form, self._draw_index(canonical_form, operands))
            if drawn
            else canonical_form,
            term.type,
            nullable=term.nullable,
            fails=can_fail(name, operands, canonical_form, term.type, is_call=True),
            drawn=drawn,
            among=among_rows,
        )

    def _rows_among(self, name: str, form: CallForm, operands: Sequence[Value]) -> Value:
        """The rows that a value is computed among."""
        if form.window is not None or functions.is_drawn(form.name):
            self.computes_among_rows = True
        orderless = functions.is_orderless(name, [each.type for each in operands])
        frame = form.window.frame if form.window is not None else None
        if orderless and (frame is None or frame.unit != "rows"):
            return self._scope.rows
        self.order_counts = True
        return self._scope.ordered_rows

    def _draw_index(self, form: object, operands: Sequence[Value]) -> int:
        """Which of the like draws among these rows this one is."""
        rows_number = self._scope.ordered_rows.number
        key = (rows_number, form, tuple(each.number for each in operands))
        self._scope.sites[key] = self._scope.sites.get(key, -1) + 1
        return self._scope.sites[key]


def _is_comparable_constant(value: Value, item: Value) -> bool:
    """Whether an item of a list is a constant that Spark compares as it stands."""
    is_worth = isinstance(item.value, tuple) and item.value[:1] == ("number",)
    return item.operator == LITERAL and (
        is_worth or item.type == value.type != UNKNOWN or item.value is None
    )


def _is_null(value: Value) -> bool:
    return value.operator == LITERAL and value.value is None


def _written_type(value: object) -> str:
    return str(value[0]) if isinstance(value, tuple) and value else ""

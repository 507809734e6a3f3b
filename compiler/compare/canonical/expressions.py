"""Expressions in canonical form.

Every rewriting here holds in Spark's ANSI mode for all values, nulls and NaN included, and for the
errors that end a query: what may fail is asked for by both sides for the same rows or by neither.
Spark evaluates the second operand of most operators only where the first is not null, and the
further ones of `and`, `or`, `case` and `coalesce` only where they are needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.compare.canonical import functions
from ssbt.compiler.compare.canonical.failing import can_fail
from ssbt.compiler.compare.canonical.numbers import as_double, as_number, is_number_literal
from ssbt.compiler.compare.canonical.values import Pool, Value
from ssbt.compiler.ir.terms import (
    CALL,
    LAMBDA,
    LITERAL,
    PARAMETER,
    STAR,
    CallForm,
    Term,
)
from ssbt.compiler.types.datatypes import (
    BOOLEAN,
    DOUBLE,
    UNKNOWN,
    DoubleType,
    FloatType,
    NumericType,
)

_COMPARING = frozenset({"=", "<", "<=", "<=>", ">", ">="})
_ARITHMETIC = frozenset({"+", "-", "*", "/", "%"})
_CHAINED = _COMPARING | _ARITHMETIC | {"||", "&", "|", "^", "div", "<<", ">>", ">>>"}
_MIRRORED = {">": "<", ">=": "<="}
_NEGATED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_COMMUTING = frozenset({"+", "*"})
_LOGIC = frozenset({"and", "or"})
_MAXIMUM = 3

Names = Mapping[tuple[str, ...], Value]


class Scope(Struct, frozen=True):
    """What an expression stands in.

    `names` are its columns, alone and behind their qualifiers. `rows` are those that it is computed
    among, `ordered_rows` the same where their order counts, too. `sites` counts the draws there.
    """

    names: Names
    rows: Value
    ordered_rows: Value
    sites: dict[object, int]


class Canonical:
    """Makes values of terms; `order_counts` is set once an order of rows decides about a value."""

    def __init__(self, pool: Pool, scope: Scope) -> None:
        self._pool, self._scope = pool, scope
        self.order_counts = False
        self.computes_among_rows = False

    def value(self, term: Term, *, lazy: bool = False) -> Value:
        """The value of a term; `lazy` where Spark may not ask for it."""
        if term.operator in _LOGIC:
            return self._logic(term, lazy=lazy)
        match term.operator:
            case "name":
                return self._column(term, lazy=lazy)
            case "call":
                return self._call(term, lazy=lazy)
            case "not":
                return self.negated(self.value(term.operands[0], lazy=lazy))
            case "cast":
                return self._cast(term, lazy=lazy)
            case "case":
                return self._case(term, lazy=lazy)
            case "between":
                return self._between(term, lazy=lazy)
            case "positive":
                return self.value(term.operands[0], lazy=lazy)
        if term.operator in _CHAINED:
            return self._chain(term, lazy=lazy)
        inner = lazy or term.operator == LAMBDA
        operands = [self.value(each, lazy=inner) for each in term.operands]
        return self._in(term, operands) if term.operator == "in" else self._plain(term, operands)

    def _chain(self, term: Term, *, lazy: bool) -> Value:
        """Operators between two operands, which may stand in a chain of thousands."""
        links: list[Term] = []
        while term.operator in _CHAINED:
            links.append(term)
            term = term.operands[0]
        value = self.value(term, lazy=lazy)
        for link in reversed(links):
            pair = [value, self.value(link.operands[1], lazy=lazy)]
            value = self._between_two(link, pair)
        return value

    def _between_two(self, term: Term, pair: list[Value]) -> Value:
        if term.operator in _COMPARING:
            return self.compared(term.operator, *pair, nullable=term.nullable)
        if term.operator in _ARITHMETIC:
            return self._computed(term, pair)
        if term.operator == "||":
            return self._of_call(CallForm("concat", 2), term, pair)
        return self._plain(term, pair)

    def conjuncts(self, term: Term) -> list[tuple[Term, Value]]:
        """The conditions that all must hold, each as it was told and as it is."""
        waiting, found = [term], []
        while waiting:
            each = waiting.pop()
            if each.operator == "and":
                waiting += reversed(each.operands)
                continue
            value = self.value(each)
            if value.operator == "and":
                found += [(each, part) for part in value.operands]
            else:
                found.append((each, value))
        return found

    # ---- leaves

    def _plain(self, term: Term, operands: Sequence[Value] = ()) -> Value:
        fails = can_fail(term.operator, operands, term.value, term.type)
        return self._pool.make(
            term.operator, operands, term.value, term.type, nullable=term.nullable, fails=fails
        )

    def _column(self, term: Term, *, lazy: bool) -> Value:
        parts = term.value
        assert isinstance(parts, tuple)
        for length in (2, 1):
            found = self._scope.names.get(parts[:length])
            if found is None or len(parts) < length:
                continue
            if lazy and found.fails:
                # The column is computed before, whether it is asked for or not.
                found = self._pool.marked("eager", found, None, fails=True)
            for part in parts[length:]:
                found = self._pool.make("field", (found,), part, term.type, nullable=True)
            return found
        # A column of a relation of which not all are known.
        return self._pool.make("open", (), parts, place=self._scope.rows)

    # ---- logic

    def _logic(self, term: Term, *, lazy: bool) -> Value:
        """A chain of `and`, or of `or`; behind the first, Spark may not ask for a condition."""
        waiting, found = [*reversed(term.operands)], list[Value]()
        while waiting:
            each = waiting.pop()
            if each.operator == term.operator:
                waiting += reversed(each.operands)
                continue
            found.append(self.value(each, lazy=lazy or bool(found)))
        return self.joined(term.operator, found)

    def joined(self, operator: str, values: Sequence[Value]) -> Value:
        """Conditions that all must hold, or of which one must."""
        flat = [part for each in values for part in _parts(operator, each)]
        ordered = in_order(flat)
        if len(ordered) == 1:
            return ordered[0]
        nullable = any(each.nullable for each in ordered)
        return self._pool.make(operator, ordered, None, BOOLEAN, nullable=nullable)

    def negated(self, value: Value, depth: int = 4) -> Value:
        """What is true where the value is false; Spark sorts NaN behind all numbers.

        What is nested deeper is negated as a whole.
        """
        match value.operator:
            case "not":
                return value.operands[0]
            case "<" | "<=" | ">" | ">=" as operator:
                left, right = value.operands
                return self.compared(_NEGATED[operator], left, right, nullable=value.nullable)
            case "and" | "or" if depth:
                other = "or" if value.operator == "and" else "and"
                parts = [self.negated(each, depth - 1) for each in value.operands]
                return self.joined(other, parts)
        if value.operator == LITERAL and isinstance(value.value, bool):
            return self._pool.make(LITERAL, (), not value.value, BOOLEAN, nullable=False)
        return self._pool.make("not", (value,), None, BOOLEAN, nullable=value.nullable)

    # ---- comparisons

    def compared(self, operator: str, left: Value, right: Value, *, nullable: bool) -> Value:
        """A comparison, of which the sides may change places."""
        left, right = self._as_numbers((left, right))
        if operator in _MIRRORED:
            if self._may_swap(left, right):
                return self.compared(_MIRRORED[operator], right, left, nullable=nullable)
        elif operator in ("=", "<=>") and left.number > right.number:
            left, right = (right, left) if self._may_swap(left, right) else (left, right)
        fails = can_fail(operator, (left, right), None, BOOLEAN)
        return self._pool.make(
            operator, (left, right), None, BOOLEAN, nullable=nullable, fails=fails
        )

    def _may_swap(self, left: Value, right: Value) -> bool:
        """Whether no side fails that Spark does not ask for where the other one is null."""
        if left.drawn or right.drawn:
            return False
        return not ((left.fails and right.nullable) or (right.fails and left.nullable))

    def _as_numbers(self, values: Sequence[Value]) -> list[Value]:
        """Literals compared with numbers, by what they are worth: 5 and 5.00 are the same there."""
        others = [each for each in values if not is_number_literal(each)]
        if not others or not all(isinstance(each.type, NumericType) for each in others):
            return list(values)
        types = [each.type for each in values]
        return [as_number(self._pool, each, types) for each in values]

    def _between(self, term: Term, *, lazy: bool) -> Value:
        """Two comparisons, as Spark itself makes of it; one of them where the value is drawn."""
        value, low, high = (self.value(each, lazy=lazy) for each in term.operands)
        if value.drawn:
            return self._plain(term, (value, low, high))
        above = self.compared(">=", value, low, nullable=value.nullable or low.nullable)
        again, high = (self.value(term.operands[place], lazy=True) for place in (0, 2))
        below = self.compared("<=", again, high, nullable=value.nullable or high.nullable)
        return self.joined("and", [above, below])

    def _in(self, term: Term, operands: list[Value]) -> Value:
        """The items in an order of their own, each once."""
        value, *items = self._as_numbers(operands)
        if any(each.fails or each.drawn for each in items):
            return self._plain(term, [value, *items])
        ordered = sorted(dict.fromkeys(items), key=lambda each: each.number)
        if len(ordered) == 1 and ordered[0].type == value.type:
            return self.compared("=", value, ordered[0], nullable=term.nullable)
        return self._plain(term, (value, *ordered))

    # ---- arithmetic

    def _computed(self, term: Term, operands: list[Value]) -> Value:
        if term.type == DOUBLE:
            operands = [as_double(self._pool, each) for each in operands]
        left, right = operands
        numbers = all(isinstance(each.type, NumericType) for each in operands)
        if term.operator in _COMMUTING and numbers and left.number > right.number:
            operands = [right, left] if self._may_swap(left, right) else operands
        return self._plain(term, operands)

    # ---- choices

    def _case(self, term: Term, *, lazy: bool) -> Value:
        parts = [
            self.value(each, lazy=lazy or place > 0) for place, each in enumerate(term.operands)
        ]
        return self._chosen(term, parts)

    def _chosen(self, term: Term, parts: list[Value]) -> Value:
        """A `case`; one without `else` is null there."""
        if len(parts) % 2 and _is_null(parts[-1]):
            parts = parts[:-1]
        fails = can_fail("case", parts, None, term.type)
        return self._pool.make("case", parts, None, term.type, nullable=term.nullable, fails=fails)

    def _cast(self, term: Term, *, lazy: bool) -> Value:
        (operand,) = (self.value(each, lazy=lazy) for each in term.operands)
        is_sized = _written(term.value) in ("char", "varchar", "character")
        if operand.type == term.type != UNKNOWN and not is_sized:
            return operand
        fails = can_fail("cast", (operand,), term.value, term.type)
        return self._pool.make(
            "cast", (operand,), term.value, term.type, nullable=term.nullable, fails=fails
        )

    # ---- calls

    def _call(self, term: Term, *, lazy: bool) -> Value:
        form = term.value
        assert isinstance(form, CallForm)
        name = functions.canonical_name(form.name)
        choosing = name in functions.CHOOSING
        operands = [
            self.value(each, lazy=lazy or (choosing and place > 0))
            for place, each in enumerate(term.operands)
        ]
        plain = form == CallForm(form.name, form.arguments, names=form.names)
        if plain and name == "if" and form.arguments == _MAXIMUM:
            return self._chosen(term, operands)
        if plain and name == "nvl2" and form.arguments == _MAXIMUM:
            known = self.negated(self._known_null(operands[0]))
            return self._chosen(term, [known, *operands[1:]])
        if plain and name in ("isnull", "isnotnull") and form.arguments == 1:
            null = self._known_null(operands[0])
            return null if name == "isnull" else self.negated(null)
        return self._of_call(form, term, operands)

    def _known_null(self, value: Value) -> Value:
        return self._pool.make("is null", (value,), None, BOOLEAN, nullable=False)

    def _of_call(self, form: CallForm, term: Term, operands: Sequence[Value]) -> Value:
        name = functions.canonical_name(form.name)
        kind = functions.kind_of(form.name)
        told = replace(form, name=name, names=_names(name, form.names))
        if name == "count" and _counts_rows(form, operands):
            told, operands = replace(told, arguments=0, names=()), operands[form.arguments :]
        drawn = functions.is_drawn(form.name)
        collects = kind in functions.COLLECTING or form.window is not None
        place = self._place(name, form, operands) if collects or drawn else None
        if name in ("grouping", "grouping_id") or name in functions.MULTIPLYING:
            place = self._scope.rows
        return self._pool.make(
            CALL,
            operands,
            (told, self._site(told, operands)) if drawn else told,
            term.type,
            nullable=term.nullable,
            fails=can_fail(name, operands, told, term.type, is_call=True),
            drawn=drawn,
            place=place,
        )

    def _place(self, name: str, form: CallForm, operands: Sequence[Value]) -> Value:
        """The rows that a value is computed among."""
        if form.window is not None or functions.is_drawn(form.name):
            self.computes_among_rows = True
        orderless = name in functions.ORDERLESS or (
            name in functions.ORDERLESS_IF_EXACT
            and bool(operands)
            and isinstance(operands[0].type, NumericType)
            and not isinstance(operands[0].type, FloatType | DoubleType)
        )
        frame = form.window.frame if form.window is not None else None
        if orderless and (frame is None or frame.unit != "rows"):
            return self._scope.rows
        self.order_counts = True
        return self._scope.ordered_rows

    def _site(self, told: object, operands: Sequence[Value]) -> int:
        """Which of the like draws among these rows this one is."""
        among = self._scope.ordered_rows.number
        key = (among, told, tuple(each.number for each in operands))
        self._scope.sites[key] = self._scope.sites.get(key, -1) + 1
        return self._scope.sites[key]


def in_order(values: Sequence[Value]) -> list[Value]:
    """Conditions in an order of their own, those that may fail where they stand."""
    found: list[Value] = []
    run: list[Value] = []
    seen: set[int] = set()
    for each in values:
        # The second time, a condition is as it was the first time, or nobody would ask for it.
        if each.number in seen and not each.drawn:
            continue
        seen.add(each.number)
        if each.fails or each.drawn:
            found += sorted(run, key=lambda one: one.number)
            run = []
            found.append(each)
        else:
            run.append(each)
    return found + sorted(run, key=lambda one: one.number)


def _parts(operator: str, value: Value) -> Iterator[Value]:
    yield from value.operands if value.operator == operator else (value,)


def _is_null(value: Value) -> bool:
    return value.operator == LITERAL and value.value is None


def _written(value: object) -> str:
    return str(value[0]) if isinstance(value, tuple) and value else ""


def _names(name: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """What arguments are called, where that goes into the result or tells which they are."""
    counts = name in ("struct", "arrays_zip") or any(each.endswith(" =>") for each in names)
    return names if counts else ()


def _counts_rows(form: CallForm, operands: Sequence[Value]) -> bool:
    """Whether every row counts: `count(*)`, `count(1)`, and `count` of what is never null."""
    if form.distinct or form.arguments != 1:
        return False
    (counted,) = operands[:1]
    if counted.operator == STAR:
        return counted.value == ((), ())
    if counted.operator == PARAMETER:
        return False
    return not (counted.nullable or counted.fails or counted.drawn)

"""Expressions: their names resolved, their types found, their place allowed.

One `Typing` looks at one expression. What it finds besides the type (aggregates, the columns
that the value comes from) is in its attributes afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatchmethod

from msgspec import Struct, field

from ssbt.compiler.connectors.secrets import flows
from ssbt.compiler.diagnostics.codes import expressions as codes
from ssbt.compiler.diagnostics.codes import names as name_codes
from ssbt.compiler.diagnostics.model import Code, Edit
from ssbt.compiler.ir.provenance import Provenance, merged, mixture
from ssbt.compiler.ir.relations import Column
from ssbt.compiler.resolve import scopes
from ssbt.compiler.resolve.expressions.bare_words import report_bare_word, words_beside_text
from ssbt.compiler.resolve.expressions.foreign_operators import (
    Hint,
    operator_hint,
    report_foreign_value,
    report_frame_column,
    report_or,
)
from ssbt.compiler.resolve.expressions.hyphens import hyphenated_column, report_hyphenated
from ssbt.compiler.resolve.expressions.literals import interval_of_parts, number, typed_literal
from ssbt.compiler.resolve.expressions.provenance import Value, fitted, struct
from ssbt.compiler.resolve.expressions.surroundings import (
    NOT_KNOWN,
    Surroundings,
    key_of,
    operators_unknown,
    own_name,
)
from ssbt.compiler.resolve.expressions.typenames import data_type
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.resolve.stars import Expansion, expand_star
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import column_text
from ssbt.compiler.syntax.names import parameter_text
from ssbt.compiler.types import casts, operators, zone_dependence
from ssbt.compiler.types.collation_strength import Strength, text_of
from ssbt.compiler.types.collations import is_collation
from ssbt.compiler.types.datatypes import (
    BOOLEAN,
    NULL,
    STRING,
    VARIANT,
    ArrayType,
    IntegralType,
    MapType,
    NullType,
    StringType,
    StructField,
    StructType,
    UnknownType,
    VariantType,
)
from ssbt.compiler.types.expected import exactly, implicit_cast
from ssbt.compiler.types.typed import Mismatch, Typed


class Typing(Struct):
    """One pass over one expression.

    `aggregates` and `windows` tell what is allowed; `grouping` are the keys where a column must be
    one of them or stand inside an aggregate, or be, by id, one of `grouped`: names inside a key
    that the expression repeats. `subtotals` tells that there is a row for each set of keys,
    `pivot` that the aggregates fill a pivot.
    `generator` is the one node that may be a generator. `starred` are the aliases, in lower case,
    whose columns are taken all, `spelled_stars` by id the stars that are written as names. `types`
    holds what was found of each node, by its id, beside the node itself, so that no other gets its
    id. `zone_use` is the first part whose value depends on the time zone of the session. `words`
    are the ids of names that are no columns and stand beside text.
    """

    around: Surroundings
    aggregates: bool = False
    windows: bool = False
    generator: e.Expression | None = None
    subtotals: bool = False
    pivot: bool = False
    grouping: frozenset[str] | None = None
    grouped: frozenset[int] = frozenset()
    ingredients: list[Provenance] = field(default_factory=list)
    time_windows: list[e.Call] = field(default_factory=list)
    used_aliases: set[str] = field(default_factory=set)
    starred: set[str] = field(default_factory=set)
    spelled_stars: dict[int, tuple[e.ColumnName, ...]] = field(default_factory=dict)
    used_parameters: list[str] = field(default_factory=list)
    found_aggregate: Span | None = None
    found_generator: Span | None = None
    inside_aggregate: bool = False
    inside_window: bool = False
    zone_use: Span | None = None
    words: set[int] = field(default_factory=set)
    locals: dict[str, Typed] = field(default_factory=dict)
    types: dict[int, tuple[e.Expression, Typed]] = field(default_factory=dict)

    def expand(self, node: e.Star) -> Expansion:
        """What a star stands for, and how it is written, noted."""
        found = expand_star(node, self.around)
        if found.qualifier is not None:
            self.used_aliases.add(found.qualifier)
            self.starred.add(found.qualifier)
        if found.names is not None:
            self.spelled_stars[id(node)] = found.names
            self.used_aliases |= {
                name.parts[0].text.casefold() for name in found.names if len(name.parts) > 1
            }
        return found

    @property
    def report(self) -> Report:
        return self.around.report

    def typed(self, node: e.Expression) -> Typed:
        """The type of an expression; unknown, with a finding, where it has none."""
        return self._typed(node)

    def provenance(self, value: Typed, start: int = 0) -> Provenance:
        """What a value is made from, where `ingredients` were noted for it from this place on."""
        parts = self.ingredients[start:]
        # An operator may hand on the very value of one operand, which knows of that one alone.
        if isinstance(value, Value) and len(parts) == 1 and parts[0] is value.provenance:
            return value.provenance
        return mixture(parts)

    def made(self, value: Typed, provenance: Provenance, start: int) -> Value:
        """The value with what it is made from; that takes the place of all from `start` on."""
        self.ingredients[start:] = [provenance]
        return Value(value.type, value.nullable, value.constant, value.strength, provenance)

    def part(self, node: e.Expression) -> tuple[Typed, Provenance]:
        """The type of a part of an expression, and what the part is made from."""
        start = len(self.ingredients)
        value = self._typed(node)
        return value, self.provenance(value, start)

    def result(
        self,
        node: e.Expression,
        result: Typed | Mismatch,
        operands: Sequence[e.Expression] = (),
        hint: Hint | None = None,
    ) -> Typed:
        """The type, or unknown with a finding at the operand that does not fit.

        `hint` is what was probably meant.
        """
        if isinstance(result, Typed):
            return result
        span = node.span
        if result.argument is not None and result.argument < len(operands):
            span = operands[result.argument].span
        expected = f"expected {result.expected}" if result.expected else ""
        code = codes.BAD_CONSTANT if result.of_value else codes.TYPE_MISMATCH
        help_, fix = hint if hint is not None else (result.help, ())
        self.report.add(code, span, result.reason, expected, help=help_ or (), fix=fix)
        return NOT_KNOWN

    def note_zone(self, node: e.Expression, depends: bool) -> None:
        """Remember the first part whose value depends on the time zone of the session."""
        if depends and self.zone_use is None:
            self.zone_use = node.span

    def mistake(
        self, code: Code, span: Span, message: str, label: str = "", help: str | None = None
    ) -> None:
        """Report a finding."""
        self.report.add(code, span, message, label, help=help or ())

    def _typed(self, node: e.Expression) -> Typed:
        self.words |= {*words_beside_text(node, self.around.relation)}
        return self.remember(node, self._type_of(node))

    def remember(self, node: e.Expression, value: Typed) -> Typed:
        """The type, which those who look at the expression afterwards find under the node."""
        self.types[id(node)] = (node, value)
        return value

    @singledispatchmethod
    def _type_of(self, node: e.Expression) -> Typed:
        raise AssertionError(f"no type for {type(node).__name__}")

    # ---- literals

    @_type_of.register
    def _(self, node: e.BrokenExpression) -> Typed:
        return NOT_KNOWN

    @_type_of.register
    def _(self, node: e.NullLiteral) -> Typed:
        return Typed(NULL, True)

    @_type_of.register
    def _(self, node: e.BooleanLiteral) -> Typed:
        return Typed(BOOLEAN, False, node.value)

    @_type_of.register
    def _(self, node: e.NumberLiteral) -> Typed:
        return number(self, node, negative=False)

    @_type_of.register
    def _(self, node: e.StringLiteral) -> Typed:
        return Typed(STRING, False, node.value, Strength.DEFAULT)

    @_type_of.register
    def _(self, node: e.TypedLiteral) -> Typed:
        if node.kind in ("timestamp", "timestamp_ltz"):
            self.note_zone(node, not zone_dependence.text_has_zone(node.value))
        return typed_literal(self, node)

    @_type_of.register
    def _(self, node: e.IntervalLiteral) -> Typed:
        for value, _ in node.parts:
            if not isinstance(value, e.StringLiteral):
                self._typed(value)
        return interval_of_parts(self, node)

    # ---- names

    @_type_of.register
    def _(self, node: e.ColumnName) -> Typed:
        first = node.parts[0].text.casefold()
        if first in self.locals:
            return self._local(node, self.locals[first])
        bare = self.bare_function(node)
        if bare is not None:
            return self._typed(bare)
        if report_foreign_value(node, self.around.relation, self.report):
            return NOT_KNOWN
        is_word = id(node) in self.words
        if is_word and report_bare_word(node, self.around.relation, self.report):
            return NOT_KNOWN
        found = scopes.found(node, self.around.relation, self.report)
        if found is None:
            return NOT_KNOWN
        if found.qualified:
            self.used_aliases.add(first)
        if found.column is not None:
            self.check_key(node, column_text(node), found.column)
        elif len(node.parts) > 1:
            # It may be the alias of an open relation.
            self.used_aliases.add(first)
        return self.made(Typed(found.type, found.nullable), found.provenance, len(self.ingredients))

    def bare_function(self, node: e.ColumnName) -> e.Call | None:
        """The call that a name without parentheses is, such as `current_date`, if it is one."""
        if not scopes.is_bare_function(node, self.around.relation):
            return None
        return e.Call(node.span, node.parts[0])

    def _local(self, node: e.ColumnName, value: Typed) -> Typed:
        made = value.provenance if isinstance(value, Value) else Provenance()
        for part in node.parts[1:]:
            inner = scopes.field_type(value.type, part.text)
            if inner is None:
                message = f"{value.type.sql} has no field `{part.text}`"
                self.mistake(name_codes.UNKNOWN_COLUMN, part.span, message)
                return NOT_KNOWN
            made = scopes.field_provenance(made, value.type, part.text)
            value = Typed(inner[0], value.nullable or inner[1])
        return self.made(value, made, len(self.ingredients))

    def check_key(self, node: e.Expression, text: str, column: Column) -> None:
        """Report a column that is not there once a row stands for many."""
        if self.grouping is None or self.inside_aggregate:
            return
        is_key = key_of(column.name, column.qualifier) in self.grouping
        if is_key or id(node) in self.grouped:
            return
        message = f"`{text}` is neither a grouping key nor inside an aggregate function"
        help_ = f"group by it, or take one value: `any_value({text})`"
        if self.pivot:
            message = f"`{text}` stands outside of the aggregate functions that fill the pivot"
            help_ = f"take one value: `any_value({text})`"
        self.mistake(codes.NOT_GROUPED, node.span, message, help=help_)

    @_type_of.register
    def _(self, node: e.ParameterUse) -> Typed:
        known = self.around.parameters.get(node.name.text.casefold())
        if known is None and node.name.text.casefold() in self.around.secrets:
            self.report.findings.append(flows(node.name.text, "an expression", node.span))
            return NOT_KNOWN
        if known is None:
            names = [name for name, _ in self.around.parameters.values()]
            message = f"there is no parameter `{node.name.text}`"
            code, text = name_codes.UNKNOWN_PARAM, node.name.text
            written = parameter_text
            if self.around.relation.named(text):
                plain = column_text(e.ColumnName(node.span, (node.name,)))
                fix, help_ = (Edit(node.span, plain),), f"a column is written `{plain}`"
                self.report.add(code, node.span, message, help=help_, fix=fix)
                return NOT_KNOWN
            self.report.unknown(
                code, node.span, message, text, names, "parameters", written=written
            )
            return NOT_KNOWN
        name, type_ = known
        if name not in self.used_parameters:
            self.used_parameters.append(name)
        self.note_zone(node, zone_dependence.holds_instant(type_))
        return Typed(casts.expression_type(type_), False, strength=Strength.DEFAULT)

    @_type_of.register
    def _(self, node: e.Star) -> Typed:
        message = "`*` stands for all columns in `select` and in the arguments of a function"
        self.mistake(codes.MISPLACED_STAR, node.span, message)
        return NOT_KNOWN

    # ---- operators

    @_type_of.register
    def _(self, node: e.Parenthesised) -> Typed:
        return self._typed(node.operand)

    @_type_of.register
    def _(self, node: e.Unary) -> Typed:
        if node.operator == "-" and isinstance(node.operand, e.NumberLiteral):
            return number(self, node.operand, negative=True)
        operand = self._typed(node.operand)
        found = operators.unary(node.operator, operand, self.around.ansi)
        hint = operator_hint(node, operand) if isinstance(found, Mismatch) else None
        return self.result(node, found, hint=hint)

    @_type_of.register
    def _(self, node: e.Binary) -> Typed:
        relation = self.around.relation
        if report_hyphenated(node, relation, self.report):
            return NOT_KNOWN
        # A chain of `and` may be thousands long: it is walked without recursion.
        chain: list[e.Binary] = []
        left: e.Expression = node
        while isinstance(left, e.Binary) and hyphenated_column(left, relation) is None:
            chain.append(left)
            self.words |= {*words_beside_text(left, self.around.relation)}
            left = left.left
        value = self._typed(left)
        for link in reversed(chain):
            right = self._typed(link.right)
            value = self.remember(link, self._binary(link, value, right))
        return value

    def _binary(self, node: e.Binary, left: Typed, right: Typed) -> Typed:
        if report_or(node, right, self.report):
            return NOT_KNOWN
        if left.unknown or right.unknown:
            return operators_unknown(node.operator, left, right)
        self.note_zone(node, zone_dependence.binary_depends(node.operator, left, right))
        if node.operator == "||":
            found = operators.concatenation((left, right), self.around.ansi)
        else:
            found = operators.binary(node.operator, left, right, self.around.ansi)
        hint = operator_hint(node, left, right) if isinstance(found, Mismatch) else None
        return self.result(node, found, (node.left, node.right), hint)

    @_type_of.register
    def _(self, node: e.Between) -> Typed:
        nodes = (node.operand, node.low, node.high)
        value, low, high = (self._typed(part) for part in nodes)
        self.note_zone(node, zone_dependence.mixes((value, low, high)))
        return self.result(node, operators.between(value, low, high, self.around.ansi), nodes)

    @_type_of.register
    def _(self, node: e.InList) -> Typed:
        nodes = (node.operand, *node.items)
        value, *choices = (self._typed(part) for part in nodes)
        self.note_zone(node, zone_dependence.mixes((value, *choices)))
        return self.result(node, operators.is_in(value, choices, self.around.ansi), nodes)

    @_type_of.register
    def _(self, node: e.Like) -> Typed:
        value = self._typed(node.operand)
        self.note_zone(node, zone_dependence.holds_instant(value.type))
        result = Typed(BOOLEAN, value.nullable)
        for pattern in node.patterns:
            given = self._typed(pattern)
            found = operators.like(value, given, self.around.ansi, node.operator)
            result = self.result(node, found, (node.operand, pattern))
        return result

    @_type_of.register
    def _(self, node: e.Is) -> Typed:
        value = self._typed(node.operand)
        if node.what == "null":
            return operators.is_null(value)
        if isinstance(operators.is_truth(value, self.around.ansi), Mismatch):
            message = f"`is {node.what}` does not take {value.type.sql}"
            self.mistake(codes.TYPE_MISMATCH, node.operand.span, message, "expected a BOOLEAN")
        return Typed(BOOLEAN, False)

    @_type_of.register
    def _(self, node: e.IsDistinctFrom) -> Typed:
        nodes = (node.left, node.right)
        left, right = (self._typed(part) for part in nodes)
        self.note_zone(node, zone_dependence.mixes((left, right)))
        found = operators.is_distinct_from(left, right, self.around.ansi)
        return self.result(node, found, nodes)

    @_type_of.register
    def _(self, node: e.Case) -> Typed:
        start = len(self.ingredients)
        operand = self._typed(node.operand) if node.operand is not None else None
        conditions = [self._typed(condition) for condition, _ in node.branches]
        deciding = self.ingredients[start:]
        parts = [self.part(value) for _, value in node.branches]
        values = [value for value, _ in parts]
        if node.otherwise is not None:
            parts.append(self.part(node.otherwise))
        otherwise = parts[-1][0] if node.otherwise is not None else None
        everything = [*conditions, *values, *([operand] if operand else [])]
        self.note_zone(node, zone_dependence.mixes([*values, *([otherwise] if otherwise else [])]))
        if any(value.unknown for value in everything) or (otherwise and otherwise.unknown):
            return NOT_KNOWN
        ansi = self.around.ansi
        if operand is None:
            found = operators.case(conditions, values, otherwise, ansi)
        else:
            found = operators.simple_case(operand, conditions, values, otherwise, ansi)
        result = self.result(node, found)
        made = merged(fitted(made, value.type, result.type) for value, made in parts)
        return self.made(result, made.with_computed(deciding), start)

    @_type_of.register
    def _(self, node: e.Cast) -> Typed:
        start = len(self.ingredients)
        value, made = self.part(node.operand)
        target = data_type(node.type, self.report)
        if value.unknown or isinstance(target, UnknownType):
            return Typed(casts.expression_type(target), True)
        self.note_zone(node, zone_dependence.cast_depends(value, target))
        if node.form == "try_cast":
            found = casts.try_cast(value, target)
        else:
            found = casts.cast(value, target, self.around.ansi)
        if isinstance(found, Mismatch):
            self.mistake(codes.BAD_CAST, node.span, found.reason, help=found.help)
            return Typed(casts.expression_type(target), True)
        strength = None if text_of(value.type) else Strength.DEFAULT
        found = Typed(found.type, found.nullable, found.constant, strength)
        return self.made(found, fitted(made, value.type, found.type), start)

    @_type_of.register
    def _(self, node: e.Collate) -> Typed:
        value = self._typed(node.operand)
        if not isinstance(value.type, StringType | NullType) and not value.unknown:
            message = f"`collate` does not take {value.type.sql}"
            self.mistake(codes.TYPE_MISMATCH, node.operand.span, message, "expected a string")
        elif not is_collation(node.collation):
            message = f"there is no collation `{node.collation}`"
            self.mistake(codes.BAD_CONSTANT, node.span, message)
        collated = StringType(node.collation.upper())
        return Typed(collated, value.nullable, strength=Strength.EXPLICIT)

    # ---- parts

    @_type_of.register
    def _(self, node: e.Subscript) -> Typed:
        if report_frame_column(node, self.around.relation, self.locals, self.report):
            return NOT_KNOWN
        start = len(self.ingredients)
        base, made = self.part(node.base)
        index, by = self.part(node.index)
        if isinstance(index.constant, str):
            made = scopes.field_provenance(made, base.type, index.constant)
        return self.made(self._element(node, base, index), made.with_computed((by,)), start)

    def _element(self, node: e.Subscript, base: Typed, index: Typed) -> Typed:
        """The type of `base[index]`."""
        if base.unknown or index.unknown:
            return NOT_KNOWN
        if isinstance(base.type, ArrayType):
            if not isinstance(index.type, IntegralType | NullType):
                message = f"an array is indexed by a whole number, not by {index.type.sql}"
                self.mistake(codes.TYPE_MISMATCH, node.index.span, message)
            return Typed(base.type.element, True)
        if isinstance(base.type, MapType):
            key = base.type.key
            is_text = isinstance(key, StringType) and isinstance(index.type, StringType)
            if is_text and not isinstance(node.index, e.StringLiteral) and index.type != key:
                message = f"the keys are {key.sql}, and this is {index.type.sql}"
                self.mistake(codes.TYPE_MISMATCH, node.index.span, message)
            elif implicit_cast(index.type, exactly(base.type.key), self.around.ansi) is None:
                message = f"the keys are {base.type.key.sql}, and this is {index.type.sql}"
                self.mistake(codes.TYPE_MISMATCH, node.index.span, message)
            return Typed(base.type.value, True)
        if isinstance(base.type, StructType) and isinstance(index.constant, str):
            inner = scopes.field_type(base.type, index.constant)
            return Typed(inner[0], base.nullable or inner[1]) if inner else NOT_KNOWN
        if isinstance(base.type, VariantType):
            return Typed(VARIANT, True)
        message = f"{base.type.sql} has no elements to take with `[…]`"
        ways = {
            StringType: "a character is `substring(…, 1, 1)`, counted from 1",
            StructType: "a field is written `….NAME`",
        }
        help_ = ways.get(type(base.type), ())
        self.report.add(codes.TYPE_MISMATCH, node.base.span, message, help=help_)
        return NOT_KNOWN

    @_type_of.register
    def _(self, node: e.Field) -> Typed:
        start = len(self.ingredients)
        base, made = self.part(node.base)
        inner = scopes.field_type(base.type, node.name.text)
        if inner is not None:
            made = scopes.field_provenance(made, base.type, node.name.text)
            return self.made(Typed(inner[0], base.nullable or inner[1]), made, start)
        message = f"{base.type.sql} has no field `{node.name.text}`"
        known = [each.name for each in scopes.fields_of(base.type)]
        self.report.unknown(
            name_codes.UNKNOWN_COLUMN, node.name.span, message, node.name.text, known, "fields"
        )
        return NOT_KNOWN

    @_type_of.register
    def _(self, node: e.VariantPath) -> Typed:
        base = self._typed(node.base)
        if not isinstance(base.type, VariantType) and not base.unknown:
            message = f"`:` takes a part out of a VARIANT, and this is {base.type.sql}"
            self.mistake(codes.TYPE_MISMATCH, node.base.span, message)
            return NOT_KNOWN
        return Typed(VARIANT, True)

    @_type_of.register
    def _(self, node: e.Tuple) -> Typed:
        start = len(self.ingredients)
        fields, parts = [], []
        if not node.items:
            message = "`()` is a set of no keys, which stands in groupings alone"
            self.mistake(codes.TYPE_MISMATCH, node.span, message)
            return NOT_KNOWN
        names = node.names or (None,) * len(node.items)
        for place, (item, given) in enumerate(zip(node.items, names, strict=True), start=1):
            value, made = self.part(item)
            name = given.text if given is not None else own_name(item) or f"col{place}"
            fields.append(StructField(name, value.type, value.nullable))
            parts.append((name, made))
        return self.made(Typed(StructType(tuple(fields)), False), struct(parts), start)

    @_type_of.register
    def _(self, node: e.Lambda) -> Typed:
        message = "a lambda is an argument of a function over collections"
        self.mistake(codes.MISPLACED_LAMBDA, node.span, message)
        return NOT_KNOWN

    @_type_of.register
    def _(self, node: e.Call) -> Typed:
        from ssbt.compiler.resolve.expressions.calls import call_type

        start = len(self.ingredients)
        found = call_type(self, node)
        if node.name.text.casefold() in self.around.masking:
            found = self.made(found, self.provenance(found, start).hidden, start)
        if self.report.seen is not None:
            self.report.seen.values[node.name.span] = found
        return found

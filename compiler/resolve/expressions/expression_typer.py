"""Expressions: their names resolved, their types found, their place allowed.

One `ExpressionTyper` looks at one expression. What it finds besides the type (aggregates, the
columns that the value comes from) is in its attributes afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatchmethod

from msgspec import Struct, field

from ssbt.compiler.connectors.secrets import secret_flow
from ssbt.compiler.diagnostics.codes import expressions as codes
from ssbt.compiler.diagnostics.codes import names as name_codes
from ssbt.compiler.diagnostics.model import Code, Edit
from ssbt.compiler.ir.provenance import Provenance, merge, mixture
from ssbt.compiler.ir.relations import Column
from ssbt.compiler.resolve import scopes
from ssbt.compiler.resolve.expressions.bare_words import find_words_beside_text, report_bare_word
from ssbt.compiler.resolve.expressions.expression_context import (
    NOT_KNOWN,
    ExpressionContext,
    grouping_key,
    implicit_name,
    type_of_unknown_operands,
)
from ssbt.compiler.resolve.expressions.foreign_operators import (
    Hint,
    operator_hint,
    report_foreign_value,
    report_frame_column,
    report_or,
)
from ssbt.compiler.resolve.expressions.hyphens import hyphenated_column, report_hyphenated
from ssbt.compiler.resolve.expressions.literals import (
    type_interval_parts,
    type_number,
    type_typed_literal,
)
from ssbt.compiler.resolve.expressions.provenance import (
    TracedValue,
    fit_provenance,
    struct_provenance,
)
from ssbt.compiler.resolve.expressions.typenames import resolve_data_type
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.resolve.stars import StarExpansion, expand_star
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import column_text
from ssbt.compiler.syntax.names import parameter_text
from ssbt.compiler.types import casts, operators, zone_dependence
from ssbt.compiler.types.collation_strength import Strength, string_type_of
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
from ssbt.compiler.types.expression_types import Mismatch, Typed
from ssbt.compiler.types.type_sets import exactly, implicit_cast


class ExpressionTyper(Struct):
    """One pass over one expression.

    `allows_aggregates` and `allows_windows` tell what is allowed; `grouping_keys` are the keys
    where a column must be one of them or stand inside an aggregate, or be, by id, one of
    `grouped_name_ids`: names inside a key that the expression repeats. `has_subtotals` tells that
    there is a row for each set of keys, `in_pivot` that the aggregates fill a pivot. `generator` is
    the one node that may be a generator. `starred_aliases` are the aliases, in lower case, whose
    columns are taken all, `spelled_stars` by id the stars that are written as names. `types` holds
    what was found of each node, by its id, beside the node itself, so that no other gets its id.
    `zone_use` is the first part whose value depends on the time zone of the session.
    `bare_word_ids` are the ids of names that are no columns and stand beside text.
    """

    context: ExpressionContext
    allows_aggregates: bool = False
    allows_windows: bool = False
    generator: e.Expression | None = None
    has_subtotals: bool = False
    in_pivot: bool = False
    grouping_keys: frozenset[str] | None = None
    grouped_name_ids: frozenset[int] = frozenset()
    ingredients: list[Provenance] = field(default_factory=list)
    time_windows: list[e.Call] = field(default_factory=list)
    used_aliases: set[str] = field(default_factory=set)
    starred_aliases: set[str] = field(default_factory=set)
    spelled_stars: dict[int, tuple[e.ColumnName, ...]] = field(default_factory=dict)
    used_parameters: list[str] = field(default_factory=list)
    found_aggregate: Span | None = None
    found_generator: Span | None = None
    inside_aggregate: bool = False
    inside_window: bool = False
    zone_use: Span | None = None
    bare_word_ids: set[int] = field(default_factory=set)
    lambda_variables: dict[str, Typed] = field(default_factory=dict)
    types: dict[int, tuple[e.Expression, Typed]] = field(default_factory=dict)

    def expand_star(self, node: e.Star) -> StarExpansion:
        """What a star stands for, and how it is written, noted."""
        expansion = expand_star(node, self.context)
        if expansion.qualifier is not None:
            self.used_aliases.add(expansion.qualifier)
            self.starred_aliases.add(expansion.qualifier)
        if expansion.names is not None:
            self.spelled_stars[id(node)] = expansion.names
            self.used_aliases |= {
                name.parts[0].text.casefold() for name in expansion.names if len(name.parts) > 1
            }
        return expansion

    @property
    def report(self) -> Report:
        return self.context.report

    def infer_type(self, node: e.Expression) -> Typed:
        """The type of an expression; unknown, with a finding, where it has none."""
        return self._infer_type(node)

    def provenance_of(self, value: Typed, start: int = 0) -> Provenance:
        """What a value is made from, where `ingredients` were noted for it from this place on."""
        parts = self.ingredients[start:]
        # An operator may hand on the very value of one operand, which knows of that one alone.
        if isinstance(value, TracedValue) and len(parts) == 1 and parts[0] is value.provenance:
            return value.provenance
        return mixture(parts)

    def with_provenance(self, value: Typed, provenance: Provenance, start: int) -> TracedValue:
        """The value with what it is made from; that takes the place of all from `start` on."""
        self.ingredients[start:] = [provenance]
        return TracedValue(value.type, value.nullable, value.constant, value.strength, provenance)

    def infer_part(self, node: e.Expression) -> tuple[Typed, Provenance]:
        """The type of a part of an expression, and what the part is made from."""
        start = len(self.ingredients)
        value = self._infer_type(node)
        return value, self.provenance_of(value, start)

    def resolve_result(
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
        code = codes.BAD_CONSTANT if result.is_about_value else codes.TYPE_MISMATCH
        help_, fix = hint if hint is not None else (result.help, ())
        self.report.add(code, span, result.reason, expected, help=help_ or (), fix=fix)
        return NOT_KNOWN

    def note_zone(self, node: e.Expression, depends: bool) -> None:
        """Remember the first part whose value depends on the time zone of the session."""
        if depends and self.zone_use is None:
            self.zone_use = node.span

    def report_mistake(
        self, code: Code, span: Span, message: str, label: str = "", help: str | None = None
    ) -> None:
        """Report a finding."""
        self.report.add(code, span, message, label, help=help or ())

    def _infer_type(self, node: e.Expression) -> Typed:
        self.bare_word_ids |= {*find_words_beside_text(node, self.context.relation)}
        return self.record_type(node, self._type_of(node))

    def record_type(self, node: e.Expression, value: Typed) -> Typed:
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
        return type_number(self, node, negative=False)

    @_type_of.register
    def _(self, node: e.StringLiteral) -> Typed:
        return Typed(STRING, False, node.value, Strength.DEFAULT)

    @_type_of.register
    def _(self, node: e.TypedLiteral) -> Typed:
        if node.kind in ("timestamp", "timestamp_ltz"):
            self.note_zone(node, not zone_dependence.text_has_zone(node.value))
        return type_typed_literal(self, node)

    @_type_of.register
    def _(self, node: e.IntervalLiteral) -> Typed:
        for value, _ in node.parts:
            if not isinstance(value, e.StringLiteral):
                self._infer_type(value)
        return type_interval_parts(self, node)

    # ---- names

    @_type_of.register
    def _(self, node: e.ColumnName) -> Typed:
        first = node.parts[0].text.casefold()
        if first in self.lambda_variables:
            return self._infer_local(node, self.lambda_variables[first])
        bare = self.find_bare_function(node)
        if bare is not None:
            return self._infer_type(bare)
        if report_foreign_value(node, self.context.relation, self.report):
            return NOT_KNOWN
        is_word = id(node) in self.bare_word_ids
        if is_word and report_bare_word(node, self.context.relation, self.report):
            return NOT_KNOWN
        inferred = scopes.resolve_column(node, self.context.relation, self.report)
        if inferred is None:
            return NOT_KNOWN
        if inferred.is_qualified:
            self.used_aliases.add(first)
        if inferred.column is not None:
            self.check_key(node, column_text(node), inferred.column)
        elif len(node.parts) > 1:
            # It may be the alias of an open relation.
            self.used_aliases.add(first)
        return self.with_provenance(
            Typed(inferred.type, inferred.nullable), inferred.provenance, len(self.ingredients)
        )

    def find_bare_function(self, node: e.ColumnName) -> e.Call | None:
        """The call that a name without parentheses is, such as `current_date`, if it is one."""
        if not scopes.is_bare_function(node, self.context.relation):
            return None
        return e.Call(node.span, node.parts[0])

    def _infer_local(self, node: e.ColumnName, value: Typed) -> Typed:
        provenance = value.provenance if isinstance(value, TracedValue) else Provenance()
        for part in node.parts[1:]:
            inner = scopes.field_type(value.type, part.text)
            if inner is None:
                message = f"{value.type.sql} has no field `{part.text}`"
                self.report_mistake(name_codes.UNKNOWN_COLUMN, part.span, message)
                return NOT_KNOWN
            provenance = scopes.field_provenance(provenance, value.type, part.text)
            value = Typed(inner[0], value.nullable or inner[1])
        return self.with_provenance(value, provenance, len(self.ingredients))

    def check_key(self, node: e.Expression, text: str, column: Column) -> None:
        """Report a column that is not there once a row stands for many."""
        if self.grouping_keys is None or self.inside_aggregate:
            return
        is_key = grouping_key(column.name, column.qualifier) in self.grouping_keys
        if is_key or id(node) in self.grouped_name_ids:
            return
        message = f"`{text}` is neither a grouping key nor inside an aggregate function"
        help_ = f"group by it, or take one value: `any_value({text})`"
        if self.in_pivot:
            message = f"`{text}` stands outside of the aggregate functions that fill the pivot"
            help_ = f"take one value: `any_value({text})`"
        self.report_mistake(codes.NOT_GROUPED, node.span, message, help=help_)

    @_type_of.register
    def _(self, node: e.ParameterUse) -> Typed:
        parameter = self.context.parameters.get(node.name.text.casefold())
        if parameter is None and node.name.text.casefold() in self.context.secrets:
            self.report.findings.append(secret_flow(node.name.text, "an expression", node.span))
            return NOT_KNOWN
        if parameter is None:
            names = [name for name, _ in self.context.parameters.values()]
            message = f"there is no parameter `{node.name.text}`"
            code, text = name_codes.UNKNOWN_PARAM, node.name.text
            spell = parameter_text
            if self.context.relation.find_columns(text):
                plain = column_text(e.ColumnName(node.span, (node.name,)))
                fix, help_ = (Edit(node.span, plain),), f"a column is written `{plain}`"
                self.report.add(code, node.span, message, help=help_, fix=fix)
                return NOT_KNOWN
            self.report.add_unknown_name(
                code, node.span, message, text, names, "parameters", spell=spell
            )
            return NOT_KNOWN
        name, type_ = parameter
        if name not in self.used_parameters:
            self.used_parameters.append(name)
        self.note_zone(node, zone_dependence.has_instant(type_))
        return Typed(casts.expression_type(type_), False, strength=Strength.DEFAULT)

    @_type_of.register
    def _(self, node: e.Star) -> Typed:
        message = "`*` stands for all columns in `select` and in the arguments of a function"
        self.report_mistake(codes.MISPLACED_STAR, node.span, message)
        return NOT_KNOWN

    # ---- operators

    @_type_of.register
    def _(self, node: e.Parenthesised) -> Typed:
        return self._infer_type(node.operand)

    @_type_of.register
    def _(self, node: e.Unary) -> Typed:
        if node.operator == "-" and isinstance(node.operand, e.NumberLiteral):
            return type_number(self, node.operand, negative=True)
        operand = self._infer_type(node.operand)
        inferred = operators.infer_unary(node.operator, operand, self.context.ansi)
        hint = operator_hint(node, operand) if isinstance(inferred, Mismatch) else None
        return self.resolve_result(node, inferred, hint=hint)

    @_type_of.register
    def _(self, node: e.Binary) -> Typed:
        relation = self.context.relation
        if report_hyphenated(node, relation, self.report):
            return NOT_KNOWN
        # A chain of `and` may be thousands long: it is walked without recursion.
        chain: list[e.Binary] = []
        leftmost: e.Expression = node
        while isinstance(leftmost, e.Binary) and hyphenated_column(leftmost, relation) is None:
            chain.append(leftmost)
            self.bare_word_ids |= {*find_words_beside_text(leftmost, self.context.relation)}
            leftmost = leftmost.left
        value = self._infer_type(leftmost)
        for link in reversed(chain):
            right = self._infer_type(link.right)
            value = self.record_type(link, self._infer_binary(link, value, right))
        return value

    def _infer_binary(self, node: e.Binary, left: Typed, right: Typed) -> Typed:
        if report_or(node, right, self.report):
            return NOT_KNOWN
        if left.is_unknown or right.is_unknown:
            return type_of_unknown_operands(node.operator, left, right)
        self.note_zone(node, zone_dependence.is_binary_zone_dependent(node.operator, left, right))
        if node.operator == "||":
            inferred = operators.infer_concatenation((left, right), self.context.ansi)
        else:
            inferred = operators.infer_binary(node.operator, left, right, self.context.ansi)
        hint = operator_hint(node, left, right) if isinstance(inferred, Mismatch) else None
        return self.resolve_result(node, inferred, (node.left, node.right), hint)

    @_type_of.register
    def _(self, node: e.Between) -> Typed:
        nodes = (node.operand, node.low, node.high)
        value, low, high = (self._infer_type(part) for part in nodes)
        self.note_zone(node, zone_dependence.has_mixed_zones((value, low, high)))
        return self.resolve_result(
            node, operators.infer_between(value, low, high, self.context.ansi), nodes
        )

    @_type_of.register
    def _(self, node: e.InList) -> Typed:
        nodes = (node.operand, *node.items)
        value, *choices = (self._infer_type(part) for part in nodes)
        self.note_zone(node, zone_dependence.has_mixed_zones((value, *choices)))
        return self.resolve_result(
            node, operators.infer_in(value, choices, self.context.ansi), nodes
        )

    @_type_of.register
    def _(self, node: e.Like) -> Typed:
        value = self._infer_type(node.operand)
        self.note_zone(node, zone_dependence.has_instant(value.type))
        result = Typed(BOOLEAN, value.nullable)
        for pattern in node.patterns:
            given = self._infer_type(pattern)
            inferred = operators.infer_like(value, given, self.context.ansi, node.operator)
            result = self.resolve_result(node, inferred, (node.operand, pattern))
        return result

    @_type_of.register
    def _(self, node: e.Is) -> Typed:
        value = self._infer_type(node.operand)
        if node.constant == "null":
            return operators.infer_is_null(value)
        if isinstance(operators.infer_is_truth(value, self.context.ansi), Mismatch):
            message = f"`is {node.constant}` does not take {value.type.sql}"
            self.report_mistake(
                codes.TYPE_MISMATCH, node.operand.span, message, "expected a BOOLEAN"
            )
        return Typed(BOOLEAN, False)

    @_type_of.register
    def _(self, node: e.IsDistinctFrom) -> Typed:
        nodes = (node.left, node.right)
        leftmost, right = (self._infer_type(part) for part in nodes)
        self.note_zone(node, zone_dependence.has_mixed_zones((leftmost, right)))
        inferred = operators.infer_is_distinct_from(leftmost, right, self.context.ansi)
        return self.resolve_result(node, inferred, nodes)

    @_type_of.register
    def _(self, node: e.Case) -> Typed:
        start = len(self.ingredients)
        operand = self._infer_type(node.operand) if node.operand is not None else None
        conditions = [self._infer_type(condition) for condition, _ in node.branches]
        deciding = self.ingredients[start:]
        parts = [self.infer_part(value) for _, value in node.branches]
        values = [value for value, _ in parts]
        if node.otherwise is not None:
            parts.append(self.infer_part(node.otherwise))
        otherwise = parts[-1][0] if node.otherwise is not None else None
        everything = [*conditions, *values, *([operand] if operand else [])]
        self.note_zone(
            node, zone_dependence.has_mixed_zones([*values, *([otherwise] if otherwise else [])])
        )
        if any(value.is_unknown for value in everything) or (otherwise and otherwise.is_unknown):
            return NOT_KNOWN
        ansi = self.context.ansi
        if operand is None:
            inferred = operators.infer_case(conditions, values, otherwise, ansi)
        else:
            inferred = operators.infer_simple_case(operand, conditions, values, otherwise, ansi)
        result = self.resolve_result(node, inferred)
        provenance = merge(
            fit_provenance(provenance, value.type, result.type) for value, provenance in parts
        )
        return self.with_provenance(result, provenance.with_computed(deciding), start)

    @_type_of.register
    def _(self, node: e.Cast) -> Typed:
        start = len(self.ingredients)
        value, provenance = self.infer_part(node.operand)
        target = resolve_data_type(node.type, self.report)
        if value.is_unknown or isinstance(target, UnknownType):
            return Typed(casts.expression_type(target), True)
        self.note_zone(node, zone_dependence.is_cast_zone_dependent(value, target))
        if node.form == "try_cast":
            inferred = casts.infer_try_cast(value, target)
        else:
            inferred = casts.infer_cast(value, target, self.context.ansi)
        if isinstance(inferred, Mismatch):
            self.report_mistake(codes.BAD_CAST, node.span, inferred.reason, help=inferred.help)
            return Typed(casts.expression_type(target), True)
        strength = None if string_type_of(value.type) else Strength.DEFAULT
        inferred = Typed(inferred.type, inferred.nullable, inferred.constant, strength)
        return self.with_provenance(
            inferred, fit_provenance(provenance, value.type, inferred.type), start
        )

    @_type_of.register
    def _(self, node: e.Collate) -> Typed:
        value = self._infer_type(node.operand)
        if not isinstance(value.type, StringType | NullType) and not value.is_unknown:
            message = f"`collate` does not take {value.type.sql}"
            self.report_mistake(
                codes.TYPE_MISMATCH, node.operand.span, message, "expected a string"
            )
        elif not is_collation(node.collation):
            message = f"there is no collation `{node.collation}`"
            self.report_mistake(codes.BAD_CONSTANT, node.span, message)
        collated = StringType(node.collation.upper())
        return Typed(collated, value.nullable, strength=Strength.EXPLICIT)

    # ---- parts

    @_type_of.register
    def _(self, node: e.Subscript) -> Typed:
        if report_frame_column(node, self.context.relation, self.lambda_variables, self.report):
            return NOT_KNOWN
        start = len(self.ingredients)
        base, provenance = self.infer_part(node.base)
        index, by = self.infer_part(node.index)
        if isinstance(index.constant, str):
            provenance = scopes.field_provenance(provenance, base.type, index.constant)
        return self.with_provenance(
            self._infer_element(node, base, index), provenance.with_computed((by,)), start
        )

    def _infer_element(self, node: e.Subscript, base: Typed, index: Typed) -> Typed:
        """The type of `base[index]`."""
        if base.is_unknown or index.is_unknown:
            return NOT_KNOWN
        if isinstance(base.type, ArrayType):
            if not isinstance(index.type, IntegralType | NullType):
                message = f"an array is indexed by a whole number, not by {index.type.sql}"
                self.report_mistake(codes.TYPE_MISMATCH, node.index.span, message)
            return Typed(base.type.element, True)
        if isinstance(base.type, MapType):
            key = base.type.key
            is_text = isinstance(key, StringType) and isinstance(index.type, StringType)
            if is_text and not isinstance(node.index, e.StringLiteral) and index.type != key:
                message = f"the keys are {key.sql}, and this is {index.type.sql}"
                self.report_mistake(codes.TYPE_MISMATCH, node.index.span, message)
            elif implicit_cast(index.type, exactly(base.type.key), self.context.ansi) is None:
                message = f"the keys are {base.type.key.sql}, and this is {index.type.sql}"
                self.report_mistake(codes.TYPE_MISMATCH, node.index.span, message)
            return Typed(base.type.value, True)
        if isinstance(base.type, StructType) and isinstance(index.constant, str):
            inner = scopes.field_type(base.type, index.constant)
            return Typed(inner[0], base.nullable or inner[1]) if inner else NOT_KNOWN
        if isinstance(base.type, VariantType):
            return Typed(VARIANT, True)
        message = f"{base.type.sql} has no elements to take with `[…]`"
        help_by_type = {
            StringType: "a character is `substring(…, 1, 1)`, counted from 1",
            StructType: "a field is written `….NAME`",
        }
        help_ = help_by_type.get(type(base.type), ())
        self.report.add(codes.TYPE_MISMATCH, node.base.span, message, help=help_)
        return NOT_KNOWN

    @_type_of.register
    def _(self, node: e.Field) -> Typed:
        start = len(self.ingredients)
        base, provenance = self.infer_part(node.base)
        inner = scopes.field_type(base.type, node.name.text)
        if inner is not None:
            provenance = scopes.field_provenance(provenance, base.type, node.name.text)
            return self.with_provenance(
                Typed(inner[0], base.nullable or inner[1]), provenance, start
            )
        message = f"{base.type.sql} has no field `{node.name.text}`"
        parameter = [each.name for each in scopes.fields_of(base.type)]
        self.report.add_unknown_name(
            name_codes.UNKNOWN_COLUMN, node.name.span, message, node.name.text, parameter, "fields"
        )
        return NOT_KNOWN

    @_type_of.register
    def _(self, node: e.VariantPath) -> Typed:
        base = self._infer_type(node.base)
        if not isinstance(base.type, VariantType) and not base.is_unknown:
            message = f"`:` takes a part out of a VARIANT, and this is {base.type.sql}"
            self.report_mistake(codes.TYPE_MISMATCH, node.base.span, message)
            return NOT_KNOWN
        return Typed(VARIANT, True)

    @_type_of.register
    def _(self, node: e.Tuple) -> Typed:
        start = len(self.ingredients)
        fields, parts = [], []
        if not node.items:
            message = "`()` is a set of no keys, which stands in groupings alone"
            self.report_mistake(codes.TYPE_MISMATCH, node.span, message)
            return NOT_KNOWN
        names = node.names or (None,) * len(node.items)
        for index, (item, given) in enumerate(zip(node.items, names, strict=True), start=1):
            value, provenance = self.infer_part(item)
            name = given.text if given is not None else implicit_name(item) or f"col{index}"
            fields.append(StructField(name, value.type, value.nullable))
            parts.append((name, provenance))
        return self.with_provenance(
            Typed(StructType(tuple(fields)), False), struct_provenance(parts), start
        )

    @_type_of.register
    def _(self, node: e.Lambda) -> Typed:
        message = "a lambda is an argument of a function over collections"
        self.report_mistake(codes.MISPLACED_LAMBDA, node.span, message)
        return NOT_KNOWN

    @_type_of.register
    def _(self, node: e.Call) -> Typed:
        from ssbt.compiler.resolve.expressions.calls import infer_call_type

        start = len(self.ingredients)
        inferred = infer_call_type(self, node)
        if node.name.text.casefold() in self.context.masking:
            inferred = self.with_provenance(
                inferred, self.provenance_of(inferred, start).as_hidden, start
            )
        if self.report.index is not None:
            self.report.index.values[node.name.span] = inferred
        return inferred

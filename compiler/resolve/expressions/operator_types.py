"""The types of operators and predicates, of `case`, casts and collations."""

from __future__ import annotations

from collections.abc import Sequence

from ssbt.compiler.diagnostics.codes import expressions as codes
from ssbt.compiler.diagnostics.model import Edit
from ssbt.compiler.ir.provenance import merge
from ssbt.compiler.resolve.expressions.bare_words import find_words_beside_text
from ssbt.compiler.resolve.expressions.expression_context import (
    NOT_KNOWN,
    type_of_unknown_operands,
)
from ssbt.compiler.resolve.expressions.expression_typer import ExpressionTyper
from ssbt.compiler.resolve.expressions.foreign_operators import (
    operator_hint,
    report_or,
    report_text_operator,
)
from ssbt.compiler.resolve.expressions.hyphens import hyphenated_column, report_hyphenated
from ssbt.compiler.resolve.expressions.literals import type_number
from ssbt.compiler.resolve.expressions.provenance import fit_provenance
from ssbt.compiler.resolve.expressions.typenames import resolve_data_type
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types import cast_results, casts, operators, zone_dependence
from ssbt.compiler.types.collation_strength import Strength, string_type_of
from ssbt.compiler.types.collations import is_collation
from ssbt.compiler.types.datatypes import (
    BOOLEAN,
    BooleanType,
    IntegralType,
    NullType,
    NumericType,
    StringType,
    UnknownType,
)
from ssbt.compiler.types.expression_types import Mismatch, Typed


def infer_unary(typer: ExpressionTyper, node: e.Unary) -> Typed:
    """The type of an operator before its operand."""
    if node.operator == "-" and isinstance(node.operand, e.NumberLiteral):
        return type_number(typer, node.operand, negative=True)
    if node.operator != "not":
        typer.operand_ids.add(id(node.operand))
    operand = typer.infer_type(node.operand)
    inferred = operators.infer_unary(node.operator, operand, typer.context.ansi)
    hint = operator_hint(node, operand) if isinstance(inferred, Mismatch) else None
    return typer.resolve_result(node, inferred, hint=hint)


def infer_binary(typer: ExpressionTyper, node: e.Binary) -> Typed:
    """The type of an operator between its operands."""
    relation = typer.context.relation
    if report_hyphenated(node, relation, typer.report):
        return NOT_KNOWN
    # A chain of `and` may be thousands long: it is walked without recursion.
    chain: list[e.Binary] = []
    leftmost: e.Expression = node
    while isinstance(leftmost, e.Binary) and hyphenated_column(leftmost, relation) is None:
        chain.append(leftmost)
        typer.bare_words.update(find_words_beside_text(leftmost, relation))
        if leftmost.operator not in ("and", "or"):
            typer.operand_ids |= {id(leftmost.left), id(leftmost.right)}
        leftmost = leftmost.left
    value = typer.infer_type(leftmost)
    for link in reversed(chain):
        right = typer.infer_type(link.right)
        value = typer.record_type(link, _infer_binary(typer, link, value, right))
    return value


def _infer_binary(typer: ExpressionTyper, node: e.Binary, left: Typed, right: Typed) -> Typed:
    if report_or(node, right, typer.report):
        return NOT_KNOWN
    if typer.context.ansi and report_text_operator(node, left, right, typer.report):
        return NOT_KNOWN
    if left.is_unknown or right.is_unknown:
        return type_of_unknown_operands(node.operator, left, right)
    typer.note_zone(node, zone_dependence.is_binary_zone_dependent(node.operator, left, right))
    if node.operator == "||":
        inferred = operators.infer_concatenation((left, right), typer.context.ansi)
    else:
        inferred = operators.infer_binary(node.operator, left, right, typer.context.ansi)
    hint = operator_hint(node, left, right) if isinstance(inferred, Mismatch) else None
    return typer.resolve_result(node, inferred, (node.left, node.right), hint)


def infer_between(typer: ExpressionTyper, node: e.Between) -> Typed:
    """The type of `between … and …`."""
    nodes = (node.operand, node.low, node.high)
    value, low, high = (typer.infer_type(part) for part in nodes)
    typer.note_zone(node, zone_dependence.has_mixed_zones((value, low, high)))
    return typer.resolve_result(
        node, operators.infer_between(value, low, high, typer.context.ansi), nodes
    )


def infer_in_list(typer: ExpressionTyper, node: e.InList) -> Typed:
    """The type of `in (…)`."""
    nodes = (node.operand, *node.items)
    value, *choices = (typer.infer_type(part) for part in nodes)
    typer.note_zone(node, zone_dependence.has_mixed_zones((value, *choices)))
    return typer.resolve_result(node, operators.infer_in(value, choices, typer.context.ansi), nodes)


def infer_like(typer: ExpressionTyper, node: e.Like) -> Typed:
    """The type of `like` and its relatives."""
    value = typer.infer_type(node.operand)
    typer.note_zone(node, zone_dependence.has_instant(value.type))
    result = Typed(BOOLEAN, value.nullable)
    for pattern in node.patterns:
        if isinstance(pattern, e.Tuple) and node.quantifier is None:
            at = Span(pattern.span.path, pattern.span.start, pattern.span.start)
            message = f"`{node.operator}` takes one pattern, not {len(pattern.items)}"
            help_, fix = f"write `{node.operator} any (…)`", (Edit(at, "any "),)
            typer.report.add(codes.TYPE_MISMATCH, pattern.span, message, help=help_, fix=fix)
            return NOT_KNOWN
        pattern_type = typer.infer_type(pattern)
        inferred = operators.infer_like(value, pattern_type, typer.context.ansi, node.operator)
        result = typer.resolve_result(node, inferred, (node.operand, pattern))
    return result


def infer_is(typer: ExpressionTyper, node: e.Is) -> Typed:
    """The type of `is null`, `is true` and the like."""
    value = typer.infer_type(node.operand)
    if node.constant == "null":
        return operators.infer_is_null(value)
    if isinstance(operators.infer_is_truth(value, typer.context.ansi), Mismatch):
        message = f"`is {node.constant}` does not take {value.type.sql}"
        help_ = "compare it: `= 1`, or `!= 0`" if isinstance(value.type, NumericType) else None
        typer.report_mistake(
            codes.TYPE_MISMATCH, node.operand.span, message, "expected a BOOLEAN", help=help_
        )
    return Typed(BOOLEAN, False)


def infer_is_distinct_from(typer: ExpressionTyper, node: e.IsDistinctFrom) -> Typed:
    """The type of `is distinct from`."""
    nodes = (node.left, node.right)
    leftmost, right = (typer.infer_type(part) for part in nodes)
    typer.note_zone(node, zone_dependence.has_mixed_zones((leftmost, right)))
    inferred = operators.infer_is_distinct_from(leftmost, right, typer.context.ansi)
    return typer.resolve_result(node, inferred, nodes)


def infer_case(typer: ExpressionTyper, node: e.Case) -> Typed:
    """The type of a `case`."""
    start = len(typer.ingredients)
    operand = typer.infer_type(node.operand) if node.operand is not None else None
    conditions = [typer.infer_type(condition) for condition, _ in node.branches]
    deciding = typer.ingredients[start:]
    parts = [typer.infer_part(value) for _, value in node.branches]
    values = [value for value, _ in parts]
    if node.otherwise is not None:
        parts.append(typer.infer_part(node.otherwise))
    otherwise = parts[-1][0] if node.otherwise is not None else None
    everything = [*conditions, *values, *([operand] if operand else [])]
    typer.note_zone(
        node, zone_dependence.has_mixed_zones([*values, *([otherwise] if otherwise else [])])
    )
    if any(value.is_unknown for value in everything) or (otherwise and otherwise.is_unknown):
        return NOT_KNOWN
    ansi = typer.context.ansi
    if operand is None:
        inferred = operators.infer_case(conditions, values, otherwise, ansi)
    else:
        inferred = operators.infer_simple_case(operand, conditions, values, otherwise, ansi)
    result = typer.resolve_result(node, inferred, _operands_at(node, inferred))
    provenance = merge(
        fit_provenance(provenance, value.type, result.type) for value, provenance in parts
    )
    return typer.with_provenance(result, provenance.with_computed(deciding), start)


def _operands_at(node: e.Case, inferred: Typed | Mismatch) -> Sequence[e.Expression]:
    """The conditions, if one of them is none; values of branches have no numbers of their own."""
    is_condition = isinstance(inferred, Mismatch) and inferred.expected == "a BOOLEAN"
    return [condition for condition, _ in node.branches] if is_condition else ()


def infer_cast(typer: ExpressionTyper, node: e.Cast) -> Typed:
    """The type of a cast, whatever its form."""
    start = len(typer.ingredients)
    value, provenance = typer.infer_part(node.operand)
    of_whole = isinstance(value.type, IntegralType | BooleanType | NullType)
    target = resolve_data_type(node.type, typer.report, of_whole=of_whole)
    if value.is_unknown or isinstance(target, UnknownType):
        return Typed(casts.expression_type(target), True)
    typer.note_zone(node, zone_dependence.is_cast_zone_dependent(value, target))
    if node.form == "try_cast":
        inferred = cast_results.infer_try_cast(value, target)
    else:
        inferred = cast_results.infer_cast(value, target, typer.context.ansi)
    if isinstance(inferred, Mismatch):
        typer.report_mistake(codes.BAD_CAST, node.span, inferred.reason, help=inferred.help)
        return Typed(casts.expression_type(target), True)
    strength = None if string_type_of(value.type) else Strength.DEFAULT
    inferred = Typed(inferred.type, inferred.nullable, inferred.constant, strength)
    return typer.with_provenance(
        inferred, fit_provenance(provenance, value.type, inferred.type), start
    )


def infer_collate(typer: ExpressionTyper, node: e.Collate) -> Typed:
    """The type of `collate`."""
    value = typer.infer_type(node.operand)
    if not isinstance(value.type, StringType | NullType) and not value.is_unknown:
        message = f"`collate` does not take {value.type.sql}"
        typer.report_mistake(codes.TYPE_MISMATCH, node.operand.span, message, "expected a string")
    elif not is_collation(node.collation):
        message = f"there is no collation `{node.collation}`"
        typer.report_mistake(codes.BAD_CONSTANT, node.span, message)
    collated = StringType(node.collation.upper())
    return Typed(collated, value.nullable, strength=Strength.EXPLICIT)

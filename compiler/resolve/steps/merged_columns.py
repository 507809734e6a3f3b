"""The columns that two sides have in common: keys of joins by name, columns of set operations."""

from __future__ import annotations

from msgspec.structs import replace

from ssbt.compiler.diagnostics.codes import steps as codes
from ssbt.compiler.diagnostics.model import Label
from ssbt.compiler.ir import provenance
from ssbt.compiler.ir.provenance import Provenance
from ssbt.compiler.ir.relations import Column
from ssbt.compiler.resolve.expressions.provenance import fit_provenance
from ssbt.compiler.resolve.query_context import QueryContext
from ssbt.compiler.resolve.traps.merged_decimals import find_cut_column
from ssbt.compiler.resolve.traps.text_numbers import TEXT_READ_AS_NUMBER, reads_text
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.syntax.ast.nodes import Name
from ssbt.compiler.types.coercion import wider_type
from ssbt.compiler.types.datatypes import DataType
from ssbt.compiler.types.expression_types import Mismatch, Typed
from ssbt.compiler.types.operators import infer_comparison
from ssbt.compiler.types.promotion import cast_implicitly
from ssbt.compiler.types.ranges.model import ValueRange, unite_ranges


def merge_keys(kind: str, name: Name, left: Column, right: Column, context: QueryContext) -> Column:
    """The one column that two key columns become."""
    ansi = context.settings.ansi
    compared_type = infer_comparison("=", Typed(left.type), Typed(right.type), ansi)
    if isinstance(compared_type, Mismatch):
        also = tuple(
            Label(c.declared, f"{c.type.sql} here") for c in (left, right) if c.declared is not None
        )
        message = f"`{name.text}` is {left.type.sql} on the left and {right.type.sql} on the right"
        context.report.add(codes.KEY_EXPRESSION, name.span, message, also=also)
    _check_texts(name.span, left, right, context)
    if kind == "right":
        return right
    if kind == "full":
        type_ = wider_type(left.type, right.type, ansi) or left.type
        key_provenance = _merge_provenance(left, right, type_)
        # Spark knows of each side that it may be missing, not that one is always there.
        return Column(left.name, type_, True, None, key_provenance)
    return left


def merge_columns(
    node: s.SetOperation, left: Column, right: Column, context: QueryContext
) -> Column:
    """The one column that two columns of a set operation become."""
    if context.report.index is not None:
        context.report.index.link_columns(left, right)
    type_ = wider_type(left.type, right.type, context.settings.ansi)
    if type_ is None:
        also = tuple(
            Label(c.declared, f"{c.type.sql} here") for c in (left, right) if c.declared is not None
        )
        message = (
            f"column `{left.name}` is {left.type.sql} on one side and {right.type.sql} on the other"
        )
        context.report.add(codes.DIFFERENT_COLUMNS, node.right.span, message, also=also)
        type_ = left.type
    else:
        _check_texts(node.right.span, left, right, context)
        cut = find_cut_column(node.right.span, (left.type, right.type), type_)
        if cut is not None:
            message = f"column `{left.name}`: {cut.message}"
            context.report.findings.append(replace(cut, message=message))
    nulls = [cast_implicitly(Typed(c.type, c.nullable), type_).nullable for c in (left, right)]
    nullable = {"intersect": all(nulls), "except": nulls[0]}.get(node.operator, any(nulls))
    merged = replace(left, type=type_, nullable=nullable, qualifier=None)
    if type_ != left.type:
        merged = replace(merged, values=None, filtered=None, written=None)
    if node.operator == "except":
        # Values of the right side only keep rows out.
        return merged
    if node.operator == "union":
        written = left.written if left.written == right.written else None
        values = _merge_values(left, right, type_)
        traits = left.traits & right.traits
        merged = replace(merged, values=values, filtered=None, written=written, traits=traits)
    merged_provenance = _merge_provenance(left, right, type_)
    return replace(merged, provenance=merged_provenance)


def _check_texts(span: Span, left: Column, right: Column, context: QueryContext) -> None:
    """Report a column that is text on one side and something else on the other."""
    for text, counterpart in ((left, right), (right, left)):
        if reads_text(text.type, counterpart.type):
            also = tuple(
                Label(c.declared, f"{c.type.sql} here") for c in (text, counterpart) if c.declared
            )
            message = (
                f"`{left.name}` is text on one side, and Spark reads it as {counterpart.type.sql}"
            )
            help_ = (
                f"cast one side before: `|> set {text.name} = cast(… as {counterpart.type.sql})`"
            )
            context.report.add(TEXT_READ_AS_NUMBER, span, message, also=also, help=help_)


def _merge_values(left: Column, right: Column, type_: DataType) -> ValueRange | None:
    """What is known of the values that come from either side."""
    if left.values is None or right.values is None or not left.type == right.type == type_:
        return None
    return unite_ranges([left.values, right.values], left.values.reason)


def _merge_provenance(left: Column, right: Column, type_: DataType) -> Provenance:
    """What a column of this type is made from that has the values of both."""
    return provenance.merge(fit_provenance(c.provenance, c.type, type_) for c in (left, right))

"""The types of names and of parts of values, and of values put together."""

from __future__ import annotations

from ssbt.compiler.connectors.secrets import secret_flow
from ssbt.compiler.diagnostics.codes import expressions as codes
from ssbt.compiler.diagnostics.codes import names as name_codes
from ssbt.compiler.diagnostics.model import Edit
from ssbt.compiler.ir.provenance import Provenance
from ssbt.compiler.resolve import scopes
from ssbt.compiler.resolve.expressions.bare_words import report_bare_word
from ssbt.compiler.resolve.expressions.expression_context import (
    NOT_KNOWN,
    implicit_name,
)
from ssbt.compiler.resolve.expressions.expression_typer import ExpressionTyper
from ssbt.compiler.resolve.expressions.foreign_words import (
    report_foreign_value,
    report_frame_column,
)
from ssbt.compiler.resolve.expressions.function_words import report_function_word
from ssbt.compiler.resolve.expressions.provenance import (
    TracedValue,
    struct_provenance,
)
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.names import column_text
from ssbt.compiler.syntax.names import parameter_text
from ssbt.compiler.types import casts, zone_dependence
from ssbt.compiler.types.collation_strength import Strength
from ssbt.compiler.types.datatypes import (
    VARIANT,
    ArrayType,
    IntegralType,
    MapType,
    NullType,
    StringType,
    StructField,
    StructType,
    VariantType,
)
from ssbt.compiler.types.expression_types import Typed
from ssbt.compiler.types.type_sets import exactly, implicit_cast


def infer_column(typer: ExpressionTyper, node: e.ColumnName) -> Typed:
    """The type of a column, of a lambda's variable or of a function without parentheses."""
    first = node.parts[0].text.casefold()
    if first in typer.lambda_variables:
        return _infer_local(typer, node, typer.lambda_variables[first])
    bare = typer.find_bare_function(node)
    if bare is not None:
        return typer.infer_type(bare)
    if report_foreign_value(node, typer.context.relation, typer.report):
        return NOT_KNOWN
    text = typer.bare_words.get(id(node))
    if text is not None and report_bare_word(node, text, typer.context.relation, typer.report):
        return NOT_KNOWN
    if report_function_word(node, typer.context.relation, typer.report):
        return NOT_KNOWN
    inferred = scopes.resolve_column(node, typer.context.relation, typer.report)
    if inferred is None:
        return NOT_KNOWN
    if inferred.is_qualified:
        typer.used_aliases.add(first)
    if inferred.column is not None:
        typer.check_key(node, column_text(node), inferred.column)
    elif len(node.parts) > 1:
        # It may be the alias of an open relation.
        typer.used_aliases.add(first)
    return typer.with_provenance(
        Typed(inferred.type, inferred.nullable), inferred.provenance, len(typer.ingredients)
    )


def _infer_local(typer: ExpressionTyper, node: e.ColumnName, value: Typed) -> Typed:
    provenance = value.provenance if isinstance(value, TracedValue) else Provenance()
    for part in node.parts[1:]:
        inner = scopes.field_type(value.type, part.text)
        if inner is None:
            message = f"{value.type.sql} has no field `{part.text}`"
            path = ".".join(each.text for each in node.parts[: node.parts.index(part)])
            if not scopes.report_function(node.parts, path, message, typer.report):
                typer.report_mistake(name_codes.UNKNOWN_COLUMN, part.span, message)
            return NOT_KNOWN
        provenance = scopes.field_provenance(provenance, value.type, part.text)
        value = Typed(inner[0], value.nullable or inner[1])
    return typer.with_provenance(value, provenance, len(typer.ingredients))


def infer_parameter(typer: ExpressionTyper, node: e.ParameterUse) -> Typed:
    """The type of `${name}`; a secret and what is not declared are findings."""
    parameter = typer.context.parameters.get(node.name.text.casefold())
    if parameter is None and node.name.text.casefold() in typer.context.secrets:
        typer.report.findings.append(secret_flow(node.name.text, "an expression", node.span))
        return NOT_KNOWN
    if parameter is None:
        names = [name for name, _ in typer.context.parameters.values()]
        message = f"there is no parameter `{node.name.text}`"
        code, text = name_codes.UNKNOWN_PARAM, node.name.text
        spell = parameter_text
        if typer.context.relation.find_columns(text):
            plain = column_text(e.ColumnName(node.span, (node.name,)))
            fix, help_ = (Edit(node.span, plain),), f"a column is written `{plain}`"
            typer.report.add(code, node.span, message, help=help_, fix=fix)
            return NOT_KNOWN
        typer.report.add_unknown_name(
            code, node.span, message, text, names, "parameters", spell=spell
        )
        return NOT_KNOWN
    name, type_ = parameter
    if name not in typer.used_parameters:
        typer.used_parameters.append(name)
    typer.note_zone(node, zone_dependence.has_instant(type_))
    return Typed(casts.expression_type(type_), False, strength=Strength.DEFAULT)


def infer_subscript(typer: ExpressionTyper, node: e.Subscript) -> Typed:
    """The type of `base[index]`."""
    if report_frame_column(node, typer.context.relation, typer.lambda_variables, typer.report):
        return NOT_KNOWN
    start = len(typer.ingredients)
    base, provenance = typer.infer_part(node.base)
    index, by = typer.infer_part(node.index)
    if isinstance(index.constant, str):
        provenance = scopes.field_provenance(provenance, base.type, index.constant)
    return typer.with_provenance(
        _infer_element(typer, node, base, index), provenance.with_computed((by,)), start
    )


def _infer_element(typer: ExpressionTyper, node: e.Subscript, base: Typed, index: Typed) -> Typed:
    """The type of `base[index]`."""
    if base.is_unknown or index.is_unknown:
        return NOT_KNOWN
    if isinstance(base.type, ArrayType):
        if not isinstance(index.type, IntegralType | NullType):
            message = f"an array is indexed by a whole number, not by {index.type.sql}"
            typer.report_mistake(codes.TYPE_MISMATCH, node.index.span, message)
        return Typed(base.type.element, True)
    if isinstance(base.type, MapType):
        key = base.type.key
        is_text = isinstance(key, StringType) and isinstance(index.type, StringType)
        if is_text and not isinstance(node.index, e.StringLiteral) and index.type != key:
            message = f"the keys are {key.sql}, and this is {index.type.sql}"
            typer.report_mistake(codes.TYPE_MISMATCH, node.index.span, message)
        elif implicit_cast(index.type, exactly(base.type.key), typer.context.ansi) is None:
            message = f"the keys are {base.type.key.sql}, and this is {index.type.sql}"
            typer.report_mistake(codes.TYPE_MISMATCH, node.index.span, message)
        return Typed(base.type.value, True)
    if isinstance(base.type, StructType) and isinstance(index.constant, str):
        inner = scopes.field_type(base.type, index.constant)
        return Typed(inner[0], base.nullable or inner[1]) if inner else NOT_KNOWN
    if isinstance(base.type, VariantType):
        return Typed(VARIANT, True)
    message = f"{base.type.sql} has no elements to take with `[…]`"
    help_by_type: dict[type, str] = {
        StringType: "a character is `substring(…, 1, 1)`, counted from 1",
        StructType: "a field is written `….NAME`",
    }
    help_ = help_by_type.get(type(base.type), ())
    typer.report.add(codes.TYPE_MISMATCH, node.base.span, message, help=help_)
    return NOT_KNOWN


def infer_field(typer: ExpressionTyper, node: e.Field) -> Typed:
    """The type of `base.name`."""
    start = len(typer.ingredients)
    base, provenance = typer.infer_part(node.base)
    inner = scopes.field_type(base.type, node.name.text)
    if inner is not None:
        provenance = scopes.field_provenance(provenance, base.type, node.name.text)
        return typer.with_provenance(Typed(inner[0], base.nullable or inner[1]), provenance, start)
    message = f"{base.type.sql} has no field `{node.name.text}`"
    parameter = [each.name for each in scopes.fields_of(base.type)]
    typer.report.add_unknown_name(
        name_codes.UNKNOWN_COLUMN, node.name.span, message, node.name.text, parameter, "fields"
    )
    return NOT_KNOWN


def infer_variant_path(typer: ExpressionTyper, node: e.VariantPath) -> Typed:
    """The type of `base:name`."""
    base = typer.infer_type(node.base)
    if not isinstance(base.type, VariantType) and not base.is_unknown:
        message = f"`:` takes a part out of a VARIANT, and this is {base.type.sql}"
        help_ = "JSON in a text is read by `parse_json(TEXT):name`"
        fix: tuple[Edit, ...] = ()
        if isinstance(base.type, StructType):
            colon = Span(node.span.path, node.base.span.end, node.base.span.end + 1)
            help_, fix = "a field of a STRUCT is written with a dot", (Edit(colon, "."),)
        span = node.base.span
        typer.report.add(codes.TYPE_MISMATCH, span, message, help=help_, fix=fix)
        return NOT_KNOWN
    return Typed(VARIANT, True)


def infer_tuple(typer: ExpressionTyper, node: e.Tuple) -> Typed:
    """The type of `(a, b as c)`, a struct."""
    start = len(typer.ingredients)
    fields, parts = [], []
    if not node.items:
        message = "`()` is a set of no keys, which stands in groupings alone"
        typer.report_mistake(codes.TYPE_MISMATCH, node.span, message)
        return NOT_KNOWN
    names = node.names or (None,) * len(node.items)
    for index, (item, alias) in enumerate(zip(node.items, names, strict=True), start=1):
        value, provenance = typer.infer_part(item)
        name = alias.text if alias is not None else implicit_name(item) or f"col{index}"
        fields.append(StructField(name, value.type, value.nullable))
        parts.append((name, provenance))
    return typer.with_provenance(
        Typed(StructType(tuple(fields)), False), struct_provenance(parts), start
    )

"""The steps that run something of the user's own: transforms and Python functions."""

from __future__ import annotations

from ssbt.compiler.diagnostics.codes import steps as codes
from ssbt.compiler.ir import steps as ir
from ssbt.compiler.ir.provenance import Provenance, mixture
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.resolve.modules import ModulePurpose
from ssbt.compiler.resolve.query_context import QueryContext
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.syntax.ast.values import TextValue
from ssbt.compiler.types.casts import expression_type
from ssbt.compiler.types.datatypes import StructType

_TARGET = lazy_pattern(r"((?:[\w.\-]+/)*[^\W\d]\w*\.py):([^\W\d]\w*)\Z")


def resolve_use_transform(node: s.UseTransform, context: QueryContext) -> ir.Step | None:
    instance = context.lookup.use_transform(node, context.relation, context)
    if instance is None:
        context.relation = Relation((), True)
        return None
    input_, output = instance
    return ir.UseTransform(node.span, output, input_.dataset, input_.arguments or (), input_.body)


def resolve_apply(node: s.Apply, context: QueryContext) -> ir.Step | None:
    schema = context.lookup.find_schema(node.schema)
    target = resolve_target(node.target, ModulePurpose.FUNCTION, context)
    if schema is None or target is None:
        context.relation = Relation((), True)
        return None
    output = declared_relation(schema, code_provenance(node.target, context))
    return ir.ApplyFunction(node.span, output, *target, schema[0])


def code_provenance(target: TextValue, context: QueryContext) -> Provenance:
    """What the columns are made from that code of the user's makes: any may come from any."""
    text = "".join(part for part in target.parts if isinstance(part, str))
    provenance = provenance_of_all(context.relation)
    return provenance.as_hidden if text.casefold() in context.settings.masking else provenance


def resolve_target(
    node: TextValue, purpose: ModulePurpose, context: QueryContext
) -> tuple[str, str] | None:
    """The module to import and what a step uses of it; None, with a finding, where it is none."""
    text = "".join(part for part in node.parts if isinstance(part, str))
    target = parse_python_target(text)
    if any(not isinstance(part, str) for part in node.parts):
        message = f"the {purpose.noun} is known when compiling: it holds no parameter"
        context.report.add(codes.BAD_MODULE, node.span, message)
        return None
    if target is None:
        message = f'"{text}" names no {purpose.noun}'
        help_ = f'write it as "module.py:{purpose.noun}", the file relative to this one'
        context.report.add(codes.BAD_MODULE, node.span, message, help=help_)
        return None
    module = context.lookup.add_module(node.span, *target, purpose)
    return (module or "", target[1])


def parse_python_target(text: str) -> tuple[str, str] | None:
    """Path and function of `"folder/module.py:function"`."""
    match = _TARGET.match(text)
    return (match[1], match[2]) if match is not None else None


def declared_relation(schema: tuple[str, StructType], provenance: Provenance) -> Relation:
    """What flows out of a step that declares its schema: any column may come from any."""
    return Relation(
        tuple(
            Column(
                field.name,
                expression_type(field.type),
                field.nullable,
                None,
                provenance,
                # The step may hand on a window as it was.
                time_window=isinstance(field.type, StructType),
            )
            for field in schema[1].fields
        )
    )


def provenance_of_all(*relations: Relation) -> Provenance:
    """What is made of any columns of these."""
    return mixture(column.provenance for each in relations for column in each.columns)

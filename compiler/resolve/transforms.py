"""Transforms: each resolved by itself, and once more over the datasets of each of its uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace

from ssbt.compiler.diagnostics.codes import names as codes
from ssbt.compiler.diagnostics.codes import syntax as syntax_codes
from ssbt.compiler.diagnostics.model import Label
from ssbt.compiler.ir import pipeline as ir
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.ir.steps import Query
from ssbt.compiler.resolve import scopes
from ssbt.compiler.resolve.foreign_steps import report_step
from ssbt.compiler.resolve.program_context import ProgramContext
from ssbt.compiler.resolve.query_context import QueryContext
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.resolve.schemas.declarations import SchemaColumn
from ssbt.compiler.resolve.steps.queries import resolve_query
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.syntax.ast.nodes import Name
from ssbt.compiler.syntax.names import name_text
from ssbt.compiler.types.casts import can_up_cast, expression_type
from ssbt.compiler.types.datatypes import UnknownType

_OPEN = Relation((), True)
_MAX_DEPTH = 50
Scope = Mapping[str, tuple[str, Relation]]


class TransformResolver:
    """The transforms of a program; `resolved` has those that are resolved, by lower-case name."""

    def __init__(
        self, program: ProgramContext, new_context: Callable[[Report, Scope | None], QueryContext]
    ) -> None:
        self._program, self._new_context = program, new_context
        self._instances: dict[tuple[str, tuple[Relation, ...]], Query] = {}
        self._in_progress: list[str] = []
        self._reported_cycles: set[str] = set()
        self.resolved: dict[str, ir.Transform] = {}

    def resolve_all(self) -> None:
        """Resolve each by itself, so that its mistakes are reported even where it is not used."""
        for key, transform in self._program.declarations.transforms.items():
            self.resolved[key] = self._resolve_transform(transform)

    def find_transform(
        self, name: Name, report: Report, use: s.UseTransform | None = None
    ) -> d.Transform | None:
        """The transform of a name; None, with a finding, where there is none.

        `use` is the step that names it, if one does.
        """
        declarations = self._program.declarations
        node = declarations.transforms.get(name.text.casefold())
        if node is None and name.text.casefold() not in declarations.broken:
            candidates = (each.name.text for each in declarations.transforms.values())
            message = f"there is no transform `{name.text}`"
            if name.text.casefold() in declarations.datasets:
                message = f"`{name.text}` is a dataset, and takes no parentheses"
                help_ = "a dataset flows in with `from`, or comes in with a `join` or `union`"
                report.add(codes.UNKNOWN_TRANSFORM, name.span, message, help=help_)
                return None
            if use is not None and report_step(use, message, report):
                return None
            report.add_unknown_name(
                codes.UNKNOWN_TRANSFORM, name.span, message, name.text, candidates, "transforms"
            )
        return node

    def _resolve_transform(self, node: d.Transform) -> ir.Transform:
        """A transform by itself, over the schemas of its parameters."""
        scope: dict[str, tuple[str, Relation]] = {}
        parameters = []
        for parameter in node.parameters:
            schema = self._program.schema_names.find(parameter.schema.text, parameter.schema.span)
            relation = _OPEN
            if schema is not None:
                columns = schema.columns_as_read()
                # It may be used with streams: that is what its script must be able to do.
                relation = scopes.as_dataset(parameter.name.text, Relation(columns, False, True))
            if parameter.name.text.casefold() in scope:
                message = f"`{parameter.name.text}` is declared twice"
                self._program.report.add(codes.DUPLICATE_DECLARATION, parameter.name.span, message)
            scope[parameter.name.text.casefold()] = (parameter.name.text, relation)
            parameters.append((parameter.name.text, parameter.schema.text))
        self._in_progress.append(node.name.text.casefold())
        query = resolve_query(node.query, self._new_context(self._program.report, scope))
        self._in_progress.pop()
        description = self._program.describe(node.span)
        return ir.Transform(node.name.text, tuple(parameters), query, description, node.span)

    def instantiate(
        self,
        node: d.Transform,
        relations: Sequence[Relation],
        spans: Sequence[Span],
        span: Span,
        context: QueryContext,
    ) -> Query | None:
        """A transform over these datasets; None, with a finding, where it cannot take them."""
        if not self._can_be_used(node, span) or not _has_argument_count(
            node, len(relations), span, context
        ):
            return None
        for parameter, relation, argument_span in zip(
            node.parameters, relations, spans, strict=True
        ):
            self._check_argument(node, parameter, relation, argument_span, context)
        key = node.name.text.casefold()
        instance_key = (key, tuple(relations))
        if instance_key not in self._instances:
            scope = {
                parameter.name.text.casefold(): (parameter.name.text, relation)
                for parameter, relation in zip(node.parameters, relations, strict=True)
            }
            self._in_progress.append(key)
            # Its own mistakes have been told where it is declared.
            query = resolve_query(node.query, self._new_context(Report(), scope))
            self._in_progress.pop()
            output = scopes.requalify(query.output, None)
            self._instances[instance_key] = replace(query, output=output)
        return self._instances[instance_key]

    def _can_be_used(self, node: d.Transform, span: Span) -> bool:
        """Whether it uses neither itself nor too many others inside each other."""
        key = node.name.text.casefold()
        if key in self._in_progress:
            self._report_cycle(key, span)
            return False
        if len(self._in_progress) > _MAX_DEPTH:
            message = f"transforms use each other more than {_MAX_DEPTH} levels deep"
            self._program.report.add(syntax_codes.NESTED_TOO_DEEPLY, node.name.span, message)
            return False
        return True

    def _report_cycle(self, key: str, span: Span) -> None:
        """Report transforms that use each other, once for all of them."""
        chain = self._in_progress[self._in_progress.index(key) :]
        if self._reported_cycles & set(chain):
            return
        self._reported_cycles |= set(chain)
        names = [self._program.declarations.transforms[each].name for each in chain]
        text = " → ".join([*(name.text for name in names), names[0].text])
        also = tuple(Label(name.span, "declared here") for name in names)
        message = f"the transform `{names[0].text}` uses itself: {text}"
        self._program.report.add(codes.CYCLE, span, message, also=also)

    def _check_argument(
        self,
        node: d.Transform,
        parameter: d.TransformParameter,
        relation: Relation,
        argument_span: Span,
        context: QueryContext,
    ) -> None:
        """The columns of the parameter's schema must be there, with types that fit."""
        schema_node = self._program.declarations.schemas.get(parameter.schema.text.casefold())
        if schema_node is None:
            return
        schema = self._program.schema_names.find(parameter.schema.text, parameter.schema.span)
        missing_columns: list[SchemaColumn] = []
        for each in schema.columns if schema is not None else ():
            matches = [c for c in relation.columns if scopes.is_same_name(c.name, each.field.name)]
            expected = expression_type(each.field.type)
            also = (Label(each.span, f"`{node.name.text}` needs this column"),)
            if not matches:
                missing_columns.append(each)
            elif not (
                isinstance(matches[0].type, UnknownType) or can_up_cast(matches[0].type, expected)
            ):
                actual = matches[0].type.sql
                message = f"column `{each.field.name}` is {actual}, and {expected.sql} is needed"
                name, type_ = name_text(each.field.name), expected.sql.lower()
                help_ = f"cast it before: `|> set {name} = cast({name} as {type_})`"
                context.report.add(
                    codes.BAD_TRANSFORM_USE, argument_span, message, also=also, help=help_
                )
        if missing_columns and not relation.is_open:
            names = ", ".join(f"`{each.field.name}`" for each in missing_columns)
            message = f"`{node.name.text}` needs {names}, which does not flow into it"
            if len(missing_columns) > 1:
                message = f"`{node.name.text}` needs {names}, which do not flow into it"
            also = (Label(parameter.span, "needed for this"),)
            context.report.add(codes.BAD_TRANSFORM_USE, argument_span, message, also=also)


def _has_argument_count(node: d.Transform, count: int, span: Span, context: QueryContext) -> bool:
    """Whether this many datasets are what it takes; reports other numbers."""
    expected = len(node.parameters)
    if count == expected:
        return True
    datasets = f"{expected} dataset{'s' if expected != 1 else ''}"
    message = f"`{node.name.text}` takes {datasets}, and {count} flow into it"
    also = (Label(node.name.span, "declared here"),)
    context.report.add(codes.BAD_TRANSFORM_USE, span, message, also=also)
    return False

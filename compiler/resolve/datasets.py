"""Datasets by name: what each yields, whatever the order in which they are declared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from msgspec.structs import replace

from ssbt.compiler.diagnostics.codes import names as codes
from ssbt.compiler.diagnostics.codes import syntax as syntax_codes
from ssbt.compiler.diagnostics.model import Label
from ssbt.compiler.ir import pipeline as ir
from ssbt.compiler.ir.expressions import Expression, Origin
from ssbt.compiler.ir.pipeline import Parameter
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.ir.steps import Input, Query
from ssbt.compiler.resolve import scopes
from ssbt.compiler.resolve.declarations import Declared, Settings
from ssbt.compiler.resolve.dependencies import behind_their_needs, named_datasets
from ssbt.compiler.resolve.flow import Finders, Flow
from ssbt.compiler.resolve.modules import Purpose
from ssbt.compiler.resolve.queries import resolved_query
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.resolve.schema_names import SchemaNames
from ssbt.compiler.resolve.schemas import SchemaColumn
from ssbt.compiler.resolve.sources import Sources
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.syntax.names import name_text
from ssbt.compiler.syntax.vocabulary import OTHER_STEPS, STEPS
from ssbt.compiler.types.casts import can_up_cast, expression_type
from ssbt.compiler.types.datatypes import UNKNOWN, StructType, UnknownType

_OPEN = Relation((), True)
_DEEPEST = 50
Scope = Mapping[str, tuple[str, Relation]]


class Around(Protocol):
    """What datasets need of the program."""

    declared: Declared
    parameters: dict[str, Parameter]
    report: Report
    sources: Sources
    schema_names: SchemaNames

    def module(self, span: Span, path: str, wanted: str, purpose: Purpose) -> str | None:
        """A Python module to import."""

    def describe(self, span: Span) -> str:
        """The comment above a declaration."""


class Datasets:
    """Sources, lets and transforms, each resolved once."""

    def __init__(self, around: Around, settings: Settings) -> None:
        self._around = around
        self._settings = settings
        self._relations: dict[str, Relation] = {}
        self._under_way: list[str] = []
        self._instances: dict[tuple[str, tuple[Relation, ...]], Query] = {}
        self._transforms_under_way: list[str] = []
        self._told_cycles: set[str] = set()
        self.lets: dict[str, ir.Let] = {}
        self.transforms: dict[str, ir.Transform] = {}
        self._typed_parameters = {
            key: (each.name, each.type) for key, each in around.parameters.items()
        }
        for key in around.declared.broken:
            self._typed_parameters.setdefault(key, (key, UNKNOWN))

    def resolve_all(self) -> None:
        """Resolve whatever is declared, so that its mistakes are told even where it is not used."""
        declared = self._around.declared
        for key, transform in declared.transforms.items():
            self.transforms[key] = self._transform(transform)
        # A dataset that needs others comes behind them, or a long chain would recurse too deeply.
        for key in behind_their_needs(declared.datasets, self._needs):
            self.named(declared.datasets[key].name)

    def _needs(self, key: str) -> list[str]:
        """The datasets that a dataset is made from, as far as they are declared."""
        known = self._around.declared.datasets
        node = known[key]
        if isinstance(node, d.SourceRead):
            return []
        return [name for name in named_datasets(node) if name in known]

    # ---- names

    def named(self, name: e.Name) -> tuple[str, Relation] | None:
        """A dataset's declared name and columns; None where there is none of that name."""
        key = name.text.casefold()
        node = self._around.declared.datasets.get(key)
        if node is None:
            self._unknown(name)
            return None
        if key in self._under_way:
            self._cycle(name)
            return node.name.text, _OPEN
        if key not in self._relations:
            self._under_way.append(key)
            relation = self._relation(node)
            self._under_way.pop()
            self._relations[key] = relation
            if self._around.report.seen is not None:
                self._around.report.seen.datasets[key] = relation
        return node.name.text, self._relations[key]

    def _relation(self, node: d.SourceRead | d.Let) -> Relation:
        if isinstance(node, d.SourceRead):
            relation = self._around.sources.relation(node)
        else:
            query = resolved_query(node.query, self._flow(self._around.report, None))
            description = self._around.describe(node.span)
            let = ir.Let(node.name.text, query, description, node.span)
            self.lets[node.name.text.casefold()] = let
            relation = query.output
        if self._around.report.seen is not None:
            self._around.report.seen.made[node.name.text.casefold()] = relation
        return _as_dataset(node.name.text, relation)

    def _unknown(self, name: e.Name) -> None:
        declared = self._around.declared
        if name.text.casefold() in declared.broken:
            return
        if name.text.casefold() in declared.transforms:
            message = f"`{name.text}` is a transform, not a dataset"
            help_ = f"use it with a dataset: `{name.text}(…)`"
            self._around.report.add(codes.UNKNOWN_DATASET, name.span, message, help=help_)
            return
        known = (each.name.text for each in declared.datasets.values())
        message = f"there is no dataset `{name.text}`"
        report = self._around.report
        report.unknown(codes.UNKNOWN_DATASET, name.span, message, name.text, known, "datasets")

    def _cycle(self, name: e.Name) -> None:
        start = self._under_way.index(name.text.casefold())
        nodes = self._around.declared.datasets
        names = [nodes[key].name for key in self._under_way[start:]]
        chain = " → ".join([*(each.text for each in names), names[0].text])
        also = tuple(Label(each.span, "made here") for each in names)
        message = f"`{name.text}` is made from itself: {chain}"
        self._around.report.add(codes.CYCLE, name.span, message, also=also)

    def relation(self, key: str) -> Relation:
        """The columns of a resolved dataset, by lower-case name."""
        return self._relations.get(key, _OPEN)

    def constant(self, node: e.Expression, report: Report) -> Expression:
        """An expression that names no column; what is wrong with it goes into the report."""
        flow = self._flow(report, None)
        flow.relation = Relation()
        return flow.value(node)

    # ---- queries

    def _flow(self, report: Report, scope: Scope | None) -> Flow:
        finders = Finders(
            self._input, self._use_transform, self._schema, self._around.module, self._dataset
        )
        return Flow(_OPEN, self._typed_parameters, self._settings, report, finders, scope)

    def _schema(self, name: e.Name) -> tuple[str, StructType] | None:
        found = self._around.schema_names.found(name.text, name.span)
        return (found.name, found.type) if found is not None else None

    def _dataset(self, name: e.Name, flow: Flow) -> tuple[str, Relation] | None:
        """A dataset of a `sql` step."""
        if flow.scope is not None:
            return flow.scope.get(name.text.casefold())
        declared = name.text.casefold() in self._around.declared.datasets
        return self.named(name) if declared else None

    def _input(self, use: s.DatasetUse, flow: Flow) -> tuple[Input, Relation] | None:
        """The input that a `from` or a join names, and its columns under their alias."""
        alias = use.alias.text if use.alias is not None else use.name.text
        if use.arguments is not None:
            return self._call(use, flow, alias)
        if flow.scope is not None:
            got = flow.scope.get(use.name.text.casefold())
            if got is None:
                known = [name for name, _ in flow.scope.values()]
                message = f"a transform sees its parameters alone, and `{use.name.text}` is none"
                name = use.name.text
                flow.report.unknown(
                    codes.UNKNOWN_DATASET, use.name.span, message, name, known, "parameters"
                )
        else:
            got = self.named(use.name)
        if got is None:
            return None
        flow.use_dataset(got[0])
        flow.take(got[1])
        return Input(got[0], None, alias), scopes.requalified(got[1], alias)

    # ---- transforms

    def _argument(self, use: s.DatasetUse, flow: Flow) -> tuple[Input, Relation] | None:
        """The input that an argument names; an alias has no meaning for it."""
        if use.alias is not None:
            name = use.alias
            message = f"`as {name.text}` means nothing here"
            help_ = "inside the transform the dataset goes by the name of the parameter: remove it"
            flow.report.add(codes.BAD_TRANSFORM_USE, name.span, message, help=help_)
        return self._input(use, flow)

    def _call(self, use: s.DatasetUse, flow: Flow, alias: str) -> tuple[Input, Relation] | None:
        node = self._known_transform(use.name, flow.report)
        if node is None:
            return None
        got = [self._argument(argument, flow) for argument in use.arguments or ()]
        if any(each is None for each in got):
            return None
        inputs = tuple(replace(each[0], alias=None) for each in got if each is not None)
        relations = [each[1] for each in got if each is not None]
        places = [argument.span for argument in use.arguments or ()]
        body = self._instance(node, relations, places, use.name.span, flow)
        output = body.output if body is not None else _OPEN
        return Input(node.name.text, inputs, alias, body), scopes.requalified(output, alias)

    def _use_transform(
        self, node: s.UseTransform, relation: Relation, flow: Flow
    ) -> tuple[Input, Relation] | None:
        transform = self._known_transform(node.name, flow.report)
        if transform is None:
            return None
        got = [self._argument(argument, flow) for argument in node.arguments]
        if any(each is None for each in got):
            return None
        inputs = tuple(replace(each[0], alias=None) for each in got if each is not None)
        relations = [relation, *(each[1] for each in got if each is not None)]
        places = [node.name.span, *(argument.span for argument in node.arguments)]
        body = self._instance(transform, relations, places, node.name.span, flow)
        output = body.output if body is not None else _OPEN
        return Input(transform.name.text, inputs, None, body), output

    def _known_transform(self, name: e.Name, report: Report) -> d.Transform | None:
        declared = self._around.declared
        node = declared.transforms.get(name.text.casefold())
        if node is None and name.text.casefold() not in declared.broken:
            known = (each.name.text for each in declared.transforms.values())
            message = f"there is no transform `{name.text}`"
            if name.text.casefold() in declared.datasets:
                message = f"`{name.text}` is a dataset, and takes no parentheses"
                help_ = "a dataset flows in with `from`, or comes in with a `join` or `union`"
                report.add(codes.UNKNOWN_TRANSFORM, name.span, message, help=help_)
                return None
            step = OTHER_STEPS.get(name.text.lower(), name.text.lower())
            if step in STEPS:
                help_ = f"the step `{step}` is written without parentheses"
                report.add(codes.UNKNOWN_TRANSFORM, name.span, message, help=help_)
                return None
            report.unknown(
                codes.UNKNOWN_TRANSFORM, name.span, message, name.text, known, "transforms"
            )
        return node

    def _transform(self, node: d.Transform) -> ir.Transform:
        """A transform by itself, over the schemas of its parameters."""
        scope: dict[str, tuple[str, Relation]] = {}
        parameters = []
        for parameter in node.parameters:
            schema = self._around.schema_names.found(parameter.schema.text, parameter.schema.span)
            relation = _OPEN
            if schema is not None:
                columns = schema.when_read()
                # It may be used with streams: that is what its script must be able to do.
                relation = _as_dataset(parameter.name.text, Relation(columns, False, True))
            if parameter.name.text.casefold() in scope:
                message = f"`{parameter.name.text}` is declared twice"
                self._around.report.add(codes.DUPLICATE_DECLARATION, parameter.name.span, message)
            scope[parameter.name.text.casefold()] = (parameter.name.text, relation)
            parameters.append((parameter.name.text, parameter.schema.text))
        self._transforms_under_way.append(node.name.text.casefold())
        query = resolved_query(node.query, self._flow(self._around.report, scope))
        self._transforms_under_way.pop()
        description = self._around.describe(node.span)
        return ir.Transform(node.name.text, tuple(parameters), query, description, node.span)

    def _instance(
        self,
        node: d.Transform,
        relations: Sequence[Relation],
        places: Sequence[Span],
        span: Span,
        flow: Flow,
    ) -> Query | None:
        """A transform over these datasets; None, with a finding, where it cannot take them."""
        key = node.name.text.casefold()
        if key in self._transforms_under_way:
            self._transform_cycle(key, span)
            return None
        if len(self._transforms_under_way) > _DEEPEST:
            message = f"transforms use each other more than {_DEEPEST} levels deep"
            self._around.report.add(syntax_codes.NESTED_TOO_DEEPLY, node.name.span, message)
            return None
        if len(relations) != len(node.parameters):
            wanted = len(node.parameters)
            message = (
                f"`{node.name.text}` takes {wanted} dataset{'s' if wanted != 1 else ''}, "
                f"and {len(relations)} flow into it"
            )
            also = (Label(node.name.span, "declared here"),)
            flow.report.add(codes.BAD_TRANSFORM_USE, span, message, also=also)
            return None
        for parameter, relation, place in zip(node.parameters, relations, places, strict=True):
            self._check_argument(node, parameter, relation, place, flow)
        instance = (key, tuple(relations))
        if instance not in self._instances:
            scope = {
                parameter.name.text.casefold(): (parameter.name.text, relation)
                for parameter, relation in zip(node.parameters, relations, strict=True)
            }
            self._transforms_under_way.append(key)
            # Its own mistakes have been told where it is declared.
            query = resolved_query(node.query, self._flow(Report(), scope))
            self._transforms_under_way.pop()
            output = scopes.requalified(query.output, None)
            self._instances[instance] = replace(query, output=output)
        return self._instances[instance]

    def _transform_cycle(self, key: str, span: Span) -> None:
        """Report transforms that use each other, once for all of them."""
        chain = self._transforms_under_way[self._transforms_under_way.index(key) :]
        if self._told_cycles & set(chain):
            return
        self._told_cycles |= set(chain)
        names = [self._around.declared.transforms[each].name for each in chain]
        text = " → ".join([*(name.text for name in names), names[0].text])
        also = tuple(Label(name.span, "declared here") for name in names)
        message = f"the transform `{names[0].text}` uses itself: {text}"
        self._around.report.add(codes.CYCLE, span, message, also=also)

    def _check_argument(
        self,
        node: d.Transform,
        parameter: d.TransformParameter,
        relation: Relation,
        place: Span,
        flow: Flow,
    ) -> None:
        """The columns of the parameter's schema must be there, with types that fit."""
        quiet = self._around.declared.schemas.get(parameter.schema.text.casefold())
        if quiet is None:
            return
        schema = self._around.schema_names.found(parameter.schema.text, parameter.schema.span)
        missing: list[SchemaColumn] = []
        for each in schema.columns if schema is not None else ():
            matches = [c for c in relation.columns if scopes.same(c.name, each.field.name)]
            wanted = expression_type(each.field.type)
            also = (Label(each.span, f"`{node.name.text}` needs this column"),)
            if not matches:
                missing.append(each)
            elif not (
                isinstance(matches[0].type, UnknownType) or can_up_cast(matches[0].type, wanted)
            ):
                found = matches[0].type.sql
                message = f"column `{each.field.name}` is {found}, and {wanted.sql} is needed"
                name, type_ = name_text(each.field.name), wanted.sql.lower()
                help_ = f"cast it before: `|> set {name} = cast({name} as {type_})`"
                flow.report.add(codes.BAD_TRANSFORM_USE, place, message, also=also, help=help_)
        if missing and not relation.is_open:
            names = ", ".join(f"`{each.field.name}`" for each in missing)
            message = f"`{node.name.text}` needs {names}, which does not flow into it"
            if len(missing) > 1:
                message = f"`{node.name.text}` needs {names}, which do not flow into it"
            also = (Label(parameter.span, "needed for this"),)
            flow.report.add(codes.BAD_TRANSFORM_USE, place, message, also=also)


def _as_dataset(name: str, relation: Relation) -> Relation:
    """The columns of a dataset as those see it who use it."""
    columns = tuple(
        replace(column, qualifier=None, origins=(Origin(name, column.name),))
        for column in relation.columns
    )
    return replace(relation, columns=columns)

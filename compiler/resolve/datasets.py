"""Datasets by name: what each yields, whatever the order in which they are declared."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from ssbt.compiler.diagnostics.codes import names as codes
from ssbt.compiler.diagnostics.model import Label
from ssbt.compiler.ir import pipeline as ir
from ssbt.compiler.ir.expressions import Expression
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.ir.steps import Input
from ssbt.compiler.lineage.tags import Tags
from ssbt.compiler.resolve import scopes
from ssbt.compiler.resolve.around import Around
from ssbt.compiler.resolve.declarations import Settings
from ssbt.compiler.resolve.dependencies import behind_their_needs, named_datasets
from ssbt.compiler.resolve.flow import Finders, Flow
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.resolve.steps.queries import resolved_query
from ssbt.compiler.resolve.transforms import Scope, Transforms
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.types.datatypes import UNKNOWN, StructType

_OPEN = Relation((), True)


class Datasets:
    """Sources, lets and transforms, each resolved once."""

    def __init__(self, around: Around, settings: Settings) -> None:
        self._around = around
        self._settings = settings
        self._relations: dict[str, Relation] = {}
        self._tags = Tags()
        self._under_way: list[str] = []
        self.lets: dict[str, ir.Let] = {}
        self._typed_parameters = {
            key: (each.name, each.type) for key, each in around.parameters.items()
        }
        for key in around.declared.broken:
            self._typed_parameters.setdefault(key, (key, UNKNOWN))
        self._transforms = Transforms(around, self._flow)

    def resolve_all(self) -> None:
        """Resolve whatever is declared, so that its mistakes are told even where it is not used."""
        declared = self._around.declared
        self._transforms.resolve_all()
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
            query = replace(query, output=self._tags.tagged(query.output))
            description = self._around.describe(node.span)
            let = ir.Let(node.name.text, query, description, node.span)
            self.lets[node.name.text.casefold()] = let
            relation = query.output
        self._tags.add(node.name.text, relation)
        if self._around.report.seen is not None:
            self._around.report.seen.made[node.name.text.casefold()] = relation
            self._around.report.seen.tags = self._tags
        return scopes.as_dataset(node.name.text, relation)

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

    @property
    def transforms(self) -> dict[str, ir.Transform]:
        """The resolved transforms by lower-case name."""
        return self._transforms.made

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
        flow.take(got[1], alias)
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
        got = self._instance(use.name, use.arguments or (), None, flow)
        if got is None:
            return None
        input_, output = got
        flow.take(output, alias)
        return replace(input_, alias=alias), scopes.requalified(output, alias)

    def _use_transform(
        self, node: s.UseTransform, relation: Relation, flow: Flow
    ) -> tuple[Input, Relation] | None:
        return self._instance(node.name, node.arguments, relation, flow)

    def _instance(
        self, name: e.Name, nodes: Sequence[s.DatasetUse], before: Relation | None, flow: Flow
    ) -> tuple[Input, Relation] | None:
        """A transform over the datasets that its arguments name, behind what flows into it."""
        transform = self._transforms.known(name, flow.report)
        if transform is None:
            return None
        arguments = [self._argument(node, flow) for node in nodes]
        got = [each for each in arguments if each is not None]
        if len(got) < len(arguments):
            return None
        relations, places = [each[1] for each in got], [node.span for node in nodes]
        if before is not None:
            relations, places = [before, *relations], [name.span, *places]
        body = self._transforms.instance(transform, relations, places, name.span, flow)
        inputs = tuple(replace(each[0], alias=None) for each in got)
        output = body.output if body is not None else _OPEN
        return Input(transform.name.text, inputs, None, body), output

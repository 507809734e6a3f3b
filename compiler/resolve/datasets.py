"""Datasets by name: what each yields, whatever the order in which they are declared."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from ssbt.compiler.diagnostics.codes import names as codes
from ssbt.compiler.diagnostics.model import Label
from ssbt.compiler.ir import pipeline as ir
from ssbt.compiler.ir.expressions import Expression
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.ir.steps import Input, Query
from ssbt.compiler.lineage.tags import Tags
from ssbt.compiler.resolve import scopes
from ssbt.compiler.resolve.declarations import TypingSettings
from ssbt.compiler.resolve.dependencies import order_by_dependencies, referenced_datasets
from ssbt.compiler.resolve.program_context import ProgramContext
from ssbt.compiler.resolve.query_cache import Inputs, QueryCache, QueryRecording
from ssbt.compiler.resolve.query_context import ProgramLookup, QueryContext
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.resolve.steps.queries import resolve_query
from ssbt.compiler.resolve.transforms import Scope, TransformResolver
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.syntax.ast.nodes import Name
from ssbt.compiler.types.datatypes import UNKNOWN, StructType

_OPEN = Relation((), True)


class DatasetResolver:
    """Sources, lets and transforms, each resolved once."""

    def __init__(
        self, program: ProgramContext, settings: TypingSettings, cache: QueryCache | None = None
    ) -> None:
        self._program = program
        self._settings = settings
        self._relations: dict[str, Relation] = {}
        self._tags = Tags()
        self._in_progress: list[str] = []
        self.lets: dict[str, ir.Let] = {}
        self._typed_parameters = {
            key: (each.name, each.type) for key, each in program.parameters.items()
        }
        for key in program.declarations.broken:
            self._typed_parameters.setdefault(key, (key, UNKNOWN))
        self._transforms = TransformResolver(program, self._new_context)
        self._cache = cache
        if cache is not None:
            with_index = program.report.index is not None
            cache.begin((settings, with_index), self._typed_parameters)

    def resolve_all(self) -> None:
        """Resolve what is declared, so that mistakes are reported even in what is not used."""
        declarations = self._program.declarations
        self._transforms.resolve_all()
        # A dataset that needs others comes after them, or a long chain would recurse too deeply.
        for key in order_by_dependencies(declarations.datasets, self._find_dependencies):
            self.resolve_dataset(declarations.datasets[key].name)

    def _find_dependencies(self, key: str) -> list[str]:
        """The datasets that a dataset is made from, as far as they are declared."""
        datasets = self._program.declarations.datasets
        node = datasets[key]
        if isinstance(node, d.SourceRead):
            return []
        entry = self._cache.previous.get(key) if self._cache is not None else None
        if entry is not None and entry.node is node:
            return [name for name in entry.inputs if name in datasets]
        return [name for name in referenced_datasets(node) if name in datasets]

    # ---- names

    def resolve_dataset(self, name: Name) -> tuple[str, Relation] | None:
        """A dataset's declared name and columns; None where there is none of that name."""
        key = name.text.casefold()
        node = self._program.declarations.datasets.get(key)
        if node is None:
            self._report_unknown(name)
            return None
        if key in self._in_progress:
            self._report_cycle(name)
            return node.name.text, _OPEN
        if key not in self._relations:
            self._in_progress.append(key)
            relation = self._resolve_relation(node)
            self._in_progress.pop()
            self._relations[key] = relation
            if self._program.report.index is not None:
                self._program.report.index.datasets[key] = relation
        return node.name.text, self._relations[key]

    def _resolve_relation(self, node: d.SourceRead | d.Let) -> Relation:
        if isinstance(node, d.SourceRead):
            relation = self._program.sources.resolve_relation(node)
        else:
            query = self._resolve_let(node)
            query = replace(query, output=self._tags.tag_relation(query.output))
            description = self._program.describe(node.span)
            let = ir.Let(node.name.text, query, description, node.span)
            self.lets[node.name.text.casefold()] = let
            relation = query.output
        self._tags.add(node.name.text, relation)
        if self._program.report.index is not None:
            self._program.report.index.query_outputs[node.name.text.casefold()] = relation
            self._program.report.index.tags = self._tags
        return scopes.as_dataset(node.name.text, relation)

    def _resolve_let(self, node: d.Let) -> Query:
        """The query of a dataset, resolved now or for an earlier version of the text."""
        report, cache, key = self._program.report, self._cache, node.name.text.casefold()
        if cache is None:
            return resolve_query(node.query, self._new_context(report, None))
        text = self._program.files.sources[node.span.path].text[node.span.start : node.span.end]
        entry = cache.find_entry(key, node, text)
        if entry is not None and self._are_current(entry.inputs):
            cache.current[key] = entry
            entry.add_to(report)
            return entry.query
        recording = QueryRecording.within(report)
        context = self._new_context(recording.report, None)
        context.lookup = recording.wrap_lookup(context.lookup, self._find_resolvable)
        query = resolve_query(node.query, context)
        new_entry = recording.build_entry(node, query)
        if new_entry is not None:
            cache.current[key] = new_entry
        recording.add_to(report)
        return query

    def _are_current(self, inputs: Inputs) -> bool:
        """Whether datasets have the columns that they had."""
        return all(self._find_resolvable(key) == relation for key, relation in inputs.items())

    def _find_resolvable(self, key: str) -> tuple[str, Relation] | None:
        """A dataset that is declared and not made from the one that asks."""
        node = self._program.declarations.datasets.get(key)
        if node is None or key in self._in_progress:
            return None
        return self.resolve_dataset(node.name)

    def _report_unknown(self, name: Name) -> None:
        declarations = self._program.declarations
        if name.text.casefold() in declarations.broken:
            return
        if name.text.casefold() in declarations.transforms:
            message = f"`{name.text}` is a transform, not a dataset"
            help_ = f"use it with a dataset: `{name.text}(…)`"
            self._program.report.add(codes.UNKNOWN_DATASET, name.span, message, help=help_)
            return
        candidates = (each.name.text for each in declarations.datasets.values())
        message = f"there is no dataset `{name.text}`"
        report = self._program.report
        report.add_unknown_name(
            codes.UNKNOWN_DATASET, name.span, message, name.text, candidates, "datasets"
        )

    def _report_cycle(self, name: Name) -> None:
        start = self._in_progress.index(name.text.casefold())
        nodes = self._program.declarations.datasets
        names = [nodes[key].name for key in self._in_progress[start:]]
        chain = " → ".join([*(each.text for each in names), names[0].text])
        also = tuple(Label(each.span, "made here") for each in names)
        message = f"`{name.text}` is made from itself: {chain}"
        self._program.report.add(codes.CYCLE, name.span, message, also=also)

    def relation(self, key: str) -> Relation:
        """The columns of a resolved dataset, by lower-case name."""
        return self._relations.get(key, _OPEN)

    def resolve_constant(self, node: e.Expression, report: Report) -> Expression:
        """An expression that names no column; what is wrong with it goes into the report."""
        context = self._new_context(report, None)
        context.relation = Relation()
        return context.resolve_value(node)

    def resolve_condition(
        self, node: e.Expression, relation: Relation, report: Report
    ) -> Expression:
        """A condition over the columns of a relation."""
        context = self._new_context(report, None)
        context.relation = relation
        return context.resolve_condition(node)

    @property
    def transforms(self) -> dict[str, ir.Transform]:
        """The resolved transforms by lower-case name."""
        return self._transforms.resolved

    # ---- queries

    def _new_context(self, report: Report, scope: Scope | None) -> QueryContext:
        lookup = ProgramLookup(
            self._resolve_input,
            self._use_transform,
            self._find_schema,
            self._program.add_module,
            self._find_dataset,
        )
        return QueryContext(_OPEN, self._typed_parameters, self._settings, report, lookup, scope)

    def _find_schema(self, name: Name) -> tuple[str, StructType] | None:
        schema = self._program.schema_names.find(name.text, name.span)
        return (schema.name, schema.type) if schema is not None else None

    def _find_dataset(self, name: Name, context: QueryContext) -> tuple[str, Relation] | None:
        """A dataset of a `sql` step."""
        if context.scope is not None:
            return context.scope.get(name.text.casefold())
        is_declared = name.text.casefold() in self._program.declarations.datasets
        return self.resolve_dataset(name) if is_declared else None

    def _resolve_input(
        self, use: s.DatasetUse, context: QueryContext
    ) -> tuple[Input, Relation] | None:
        """The input that a `from` or a join names, and its columns under their alias."""
        alias = use.alias.text if use.alias is not None else use.name.text
        if use.arguments is not None:
            return self._resolve_call(use, context, alias)
        if context.scope is not None:
            dataset = context.scope.get(use.name.text.casefold())
            if dataset is None:
                parameters = [name for name, _ in context.scope.values()]
                message = f"a transform sees its parameters alone, and `{use.name.text}` is none"
                name = use.name.text
                context.report.add_unknown_name(
                    codes.UNKNOWN_DATASET, use.name.span, message, name, parameters, "parameters"
                )
        else:
            dataset = self.resolve_dataset(use.name)
        if dataset is None:
            return None
        context.use_dataset(dataset[0])
        context.add_input(dataset[1], alias)
        return Input(dataset[0], None, alias), scopes.requalify(dataset[1], alias)

    # ---- transforms

    def _resolve_argument(
        self, use: s.DatasetUse, context: QueryContext
    ) -> tuple[Input, Relation] | None:
        """The input that an argument names; an alias has no meaning for it."""
        if use.alias is not None:
            name = use.alias
            message = f"`as {name.text}` means nothing here"
            help_ = "inside the transform the dataset goes by the name of the parameter: remove it"
            context.report.add(codes.BAD_TRANSFORM_USE, name.span, message, help=help_)
        return self._resolve_input(use, context)

    def _resolve_call(
        self, use: s.DatasetUse, context: QueryContext, alias: str
    ) -> tuple[Input, Relation] | None:
        instance = self._instantiate(use.name, use.arguments or (), None, context)
        if instance is None:
            return None
        input_, output = instance
        context.add_input(output, alias)
        return replace(input_, alias=alias), scopes.requalify(output, alias)

    def _use_transform(
        self, node: s.UseTransform, relation: Relation, context: QueryContext
    ) -> tuple[Input, Relation] | None:
        return self._instantiate(node.name, node.arguments, relation, context, node)

    def _instantiate(
        self,
        name: Name,
        nodes: Sequence[s.DatasetUse],
        input_relation: Relation | None,
        context: QueryContext,
        use: s.UseTransform | None = None,
    ) -> tuple[Input, Relation] | None:
        """A transform over the datasets that its arguments name, behind what flows into it."""
        transform = self._transforms.find_transform(name, context.report, use)
        if transform is None:
            return None
        arguments = [self._resolve_argument(node, context) for node in nodes]
        resolved_arguments = [each for each in arguments if each is not None]
        if len(resolved_arguments) < len(arguments):
            return None
        relations, spans = [each[1] for each in resolved_arguments], [node.span for node in nodes]
        if input_relation is not None:
            relations, spans = [input_relation, *relations], [name.span, *spans]
        body = self._transforms.instantiate(transform, relations, spans, name.span, context)
        inputs = tuple(replace(each[0], alias=None) for each in resolved_arguments)
        output = body.output if body is not None else _OPEN
        return Input(transform.name.text, inputs, None, body), output

"""Datasets that tell which branches and which sides of joins the data of a test reaches.

A probe is the query up to a step, with conditions in the place of the step: Spark itself says what
its rows do, and the functions of the script stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.emit.testing.probe_steps import (
    append_step,
    condition_column,
    list_expressions,
    marking_query,
    marking_step,
    pivot_as_groups,
    project_columns,
    reference_column,
)
from ssbt.compiler.emit.uses import used_transforms
from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.coverage import Branch, CoverageTarget, Probe, ProbedPipeline
from ssbt.compiler.ir.expressions import Expression, NamedExpression
from ssbt.compiler.ir.pipeline import Let, Pipeline, Transform
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.source import Span

# The branches of the whole expression at a place.
FindBranches = Callable[[Span], Sequence[Branch]]
_LEFT, _RIGHT = "ssbt_left_side", "ssbt_right_side"
_MARKING_NAME = "coverage_side"
# What a join must have met, and the kind of join that shows all of it.
_SIDES = {
    "inner": ("inner", ("matched",)),
    "cross": ("cross", ("matched",)),
    "semi": ("inner", ("matched",)),
    "left": ("left", ("matched", "left")),
    "anti": ("left", ("matched", "left")),
    "right": ("right", ("matched", "right")),
    "full": ("full", ("matched", "left", "right")),
}
_SIDE_TEXTS = {
    "matched": (f"{_LEFT} and {_RIGHT}", "rows that match", "no row has a match"),
    "left": (f"{_RIGHT} is null", "a left row without a match", "every left row has a match"),
    "right": (f"{_LEFT} is null", "a right row without a match", "every right row has a match"),
}


class _ProbeQuery(Struct, frozen=True):
    """A query whose columns stand for points."""

    query: s.Query
    points: tuple[int, ...]


def add_probes(pipeline: Pipeline, find: FindBranches) -> ProbedPipeline:
    """The pipeline with a probe for every step that has branches or sides."""
    return _Prober(pipeline, find).add_probes()


class _Prober:
    """Walks through the queries of a pipeline."""

    def __init__(self, pipeline: Pipeline, find: FindBranches) -> None:
        self._pipeline, self._find = pipeline, find
        self._declared = {item.name: item for item in pipeline.transforms}
        self._points: dict[CoverageTarget, int] = {}
        self._probes: list[Probe] = []
        self._lets: list[Let] = []
        self._transforms: dict[str, list[Transform]] = {}
        definitions = (*pipeline.datasets, *pipeline.transforms)
        self._taken = {item.name.casefold() for item in definitions}
        self._marking: list[Transform] = []
        self._numbers = count(1)

    def add_probes(self) -> ProbedPipeline:
        """The whole, with the probes behind everything else."""
        lets = [item for item in self._pipeline.datasets if isinstance(item, Let)]
        definitions: tuple[Let | Transform, ...] = (*lets, *self._pipeline.transforms)
        computed = {
            item.name: tuple(map(self._computation_point, self._with_transforms(item)))
            for item in definitions
        }
        for item in self._pipeline.transforms:
            self._probe_transform(item)
        for let in lets:
            for probe_query in self._find_probes(let.query):
                probe = Let(self._claim_name("coverage"), probe_query.query, "", let.span)
                self._lets.append(probe)
                self._probes.append(Probe(probe.name, let.name, probe_query.points))
        probes = (each for several in self._transforms.values() for each in several)
        transforms = (*self._pipeline.transforms, *probes, *self._marking)
        datasets = (*self._pipeline.datasets, *self._lets)
        pipeline = replace(self._pipeline, datasets=datasets, transforms=transforms)
        return ProbedPipeline(pipeline, tuple(self._points), tuple(self._probes), computed)

    def _computation_point(self, item: Let | Transform) -> int:
        noun = "transform" if isinstance(item, Transform) else "let"
        description = f"{noun} {item.name}"
        return self._register_point(
            CoverageTarget("dataset", item.span, description, f"{description}: no test computes it")
        )

    def _with_transforms(self, item: Let | Transform) -> Iterator[Let | Transform]:
        """A dataset or transform and all transforms that it calls."""
        waiting, visited = [item], {item.name}
        while waiting:
            definition = waiting.pop()
            yield definition
            for name in used_transforms(definition.query):
                if name not in visited:
                    visited.add(name)
                    waiting.append(self._declared[name])

    def _claim_name(self, prefix: str) -> str:
        """A name that nothing has, such as `coverage_3`."""
        names = (f"{prefix}_{number}" for number in self._numbers)
        name = next(each for each in names if each not in self._taken)
        self._taken.add(name)
        return name

    def _register_point(self, point: CoverageTarget) -> int:
        return self._points.setdefault(point, len(self._points))

    def _probe_transform(self, item: Transform) -> list[Transform]:
        """The probes into a transform, which go by the order of its query."""
        if item.name not in self._transforms:
            probes = []
            for probe_query in self._find_probes(item.query):
                name = self._claim_name("coverage")
                probes.append(replace(item, name=name, query=probe_query.query))
                self._probes.append(Probe(name, item.name, probe_query.points))
            self._transforms[item.name] = probes
        return self._transforms[item.name]

    # ---- queries

    def _find_probes(self, query: s.Query) -> Iterator[_ProbeQuery]:
        """What is asked of a query, in its order, the transforms that it calls included."""
        yield from self._find_input_probes(query.base, query)
        for index, step in enumerate(query.steps):
            part = replace(query, steps=query.steps[:index])
            match step:
                case s.UseTransform():
                    for argument in step.arguments:
                        yield from self._find_input_probes(argument, query)
                    for name, probe_query in self._find_call_probes(step.transform, step.body):
                        call = replace(step, transform=name, body=probe_query.query)
                        yield _ProbeQuery(append_step(part, call), probe_query.points)
                case s.SetOperation():
                    yield from self._find_input_probes(step.right, query)
                case s.Join():
                    yield from self._find_input_probes(step.right, query)
                    yield from self._find_join_probes(part, step)
                case _:
                    yield from self._find_step_probes(part, step)

    def _find_input_probes(self, operand: s.Input, query: s.Query) -> Iterator[_ProbeQuery]:
        """What is asked of the transforms that an input calls."""
        for argument in operand.arguments or ():
            yield from self._find_input_probes(argument, query)
        if operand.arguments is not None:
            for name, probe_query in self._find_call_probes(operand.dataset, operand.body):
                base = replace(operand, dataset=name, body=probe_query.query, alias=None)
                whole = replace(query, base=base, steps=(), output=probe_query.query.output)
                yield _ProbeQuery(whole, probe_query.points)

    def _find_call_probes(
        self, transform: str, body: s.Query | None
    ) -> Iterator[tuple[str, _ProbeQuery]]:
        """The probes into a transform, and what they are over the datasets of a call."""
        assert body is not None, "a call of something that is not a transform is a mistake"
        probes = self._probe_transform(self._declared[transform])
        for probe, probe_query in zip(probes, self._find_probes(body), strict=True):
            yield probe.name, probe_query

    # ---- steps

    def _find_step_probes(self, part: s.Query, step: s.Step) -> Iterator[_ProbeQuery]:
        """What is asked of a step over the rows of `part`."""
        match step:
            case s.Filter(condition=expression) | s.Explode(expression=expression):
                yield from self._find_row_probes(part, step, [expression])
            case s.Project(columns=columns):
                yield from self._find_row_probes(part, step, list_expressions(columns))
            case s.WithColumns(groups=groups):
                for index, group in enumerate(groups):
                    earlier = replace(step, groups=groups[:index])
                    with_them = append_step(part, earlier) if index else part
                    yield from self._find_row_probes(with_them, step, list_expressions(group))
            case s.Sort(keys=keys):
                yield from self._find_row_probes(part, step, [key.expression for key in keys])
            case s.Aggregate() | s.Pivot():
                yield from self._find_row_probes(part, step, list_expressions(step.keys))
                yield from self._find_group_probes(part, step)
            case s.DropColumns() | s.RenameColumns() | s.Alias() | s.Distinct() | s.Deduplicate():
                pass
            case s.Watermark() | s.Limit() | s.Offset() | s.Unpivot() | s.Sample():
                pass
            case s.ApplyFunction() | s.Stateful() | s.SqlQuery():
                # Code of the user's has no branches that we know.
                pass
            case s.Join() | s.SetOperation() | s.UseTransform():
                raise AssertionError("`_within` looks at these")

    def _find_row_probes(
        self, part: s.Query, step: s.Step, expressions: Iterable[Expression]
    ) -> Iterator[_ProbeQuery]:
        """The branches that rows take."""
        columns, points = self._branch_columns(expressions)
        if columns:
            yield _ProbeQuery(append_step(part, project_columns(step, columns)), points)

    def _find_group_probes(
        self, part: s.Query, step: s.Aggregate | s.Pivot
    ) -> Iterator[_ProbeQuery]:
        """The branches that are taken as groups are made into rows."""
        columns, points = self._branch_columns(list_expressions(step.aggregates))
        if columns:
            if isinstance(step, s.Pivot):
                part, step = pivot_as_groups(part, step)
            grouped = append_step(part, replace(step, aggregates=columns))
            names = tuple(reference_column(column) for column in columns)
            yield _ProbeQuery(append_step(grouped, project_columns(step, names)), points)

    def _branch_columns(
        self, expressions: Iterable[Expression]
    ) -> tuple[tuple[NamedExpression, ...], tuple[int, ...]]:
        """A column for each branch, and the points that they stand for."""
        columns: list[NamedExpression] = []
        points: list[int] = []
        for expression in expressions:
            for branch in self._find(expression.span):
                message, measured = f"no row takes `{branch.label}`", branch.condition is not None
                point = CoverageTarget("branch", branch.span, branch.label, message, measured)
                number = self._register_point(point)
                if branch.condition is not None:
                    columns.append(
                        condition_column(branch.span, branch.condition, f"point_{number}")
                    )
                    points.append(number)
        return tuple(columns), tuple(points)

    def _find_join_probes(self, part: s.Query, step: s.Join) -> Iterator[_ProbeQuery]:
        """The branches in a join's condition, for each pair of rows, and its sides."""
        if step.condition is not None:
            pairs = replace(step, kind="cross", condition=None)
            yield from self._find_row_probes(append_step(part, pairs), step, [step.condition])
        probe_kind, met = _SIDES[step.kind]
        join = f"{'' if step.kind == 'inner' else f'{step.kind} '}join {step.right.dataset}"
        points, columns = [], []
        for side in met:
            condition, description, message = _SIDE_TEXTS[side]
            point = CoverageTarget(
                "join", step.span, f"{join}: {description}", f"{join}: {message}"
            )
            points.append(self._register_point(point))
            columns.append(condition_column(step.span, (condition,), f"point_{points[-1]}"))
        right = s.Input(
            self._marking_transform(),
            (replace(step.right, alias=None),),
            step.right.alias,
            marking_query(_RIGHT, step),
        )
        marked = append_step(part, marking_step(_LEFT, step))
        joined = append_step(marked, replace(step, kind=probe_kind, right=right))
        yield _ProbeQuery(append_step(joined, project_columns(step, tuple(columns))), tuple(points))

    def _marking_transform(self) -> str:
        """The transform that marks rows as those of the right side."""
        if not self._marking:
            span = self._pipeline.span
            query = marking_query(_RIGHT, s.StepBase(span, Relation()))
            self._marking = [
                Transform(self._claim_name(_MARKING_NAME), (("rows", ""),), query, "", span)
            ]
        return self._marking[0].name

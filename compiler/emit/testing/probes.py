"""Datasets that tell which branches and which sides of joins the data of a test reaches.

A probe is the query up to a step, with conditions in the place of the step: Spark itself says what
its rows do, and the functions of the script stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.emit.uses import used_transforms
from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.coverage import Branch, Point, Probe, Probed
from ssbt.compiler.ir.expressions import Expression, Named, Text
from ssbt.compiler.ir.pipeline import Let, Pipeline, Transform
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.source import Span
from ssbt.compiler.types.datatypes import BOOLEAN, UNKNOWN
from ssbt.compiler.types.quoting import quoted_name, quoted_string

# The branches of the whole expression at a place.
FindBranches = Callable[[Span], Sequence[Branch]]
_LEFT, _RIGHT = "ssbt_left_side", "ssbt_right_side"
_MARKED = "coverage_side"
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
_MET = {
    "matched": (f"{_LEFT} and {_RIGHT}", "rows that match", "no row has a match"),
    "left": (f"{_RIGHT} is null", "a left row without a match", "every left row has a match"),
    "right": (f"{_LEFT} is null", "a right row without a match", "every right row has a match"),
}


class _Asked(Struct, frozen=True):
    """A query whose columns stand for points."""

    query: s.Query
    points: tuple[int, ...]


def probed(pipeline: Pipeline, find: FindBranches) -> Probed:
    """The pipeline with a probe for every step that has branches or sides."""
    return _Prober(pipeline, find).probed()


class _Prober:
    """Walks through the queries of a pipeline."""

    def __init__(self, pipeline: Pipeline, find: FindBranches) -> None:
        self._pipeline, self._find = pipeline, find
        self._declared = {item.name: item for item in pipeline.transforms}
        self._points: dict[Point, int] = {}
        self._probes: list[Probe] = []
        self._lets: list[Let] = []
        self._transforms: dict[str, list[Transform]] = {}
        named = (*pipeline.datasets, *pipeline.transforms)
        self._taken = {item.name.casefold() for item in named}
        self._marking: list[Transform] = []
        self._numbers = count(1)

    def probed(self) -> Probed:
        """The whole, with the probes behind everything else."""
        lets = [item for item in self._pipeline.datasets if isinstance(item, Let)]
        made: tuple[Let | Transform, ...] = (*lets, *self._pipeline.transforms)
        computed = {
            item.name: tuple(map(self._computed, self._with_transforms(item))) for item in made
        }
        for item in self._pipeline.transforms:
            self._probes_of(item)
        for let in lets:
            for asked in self._within(let.query):
                probe = Let(self._free("coverage"), asked.query, "", let.span)
                self._lets.append(probe)
                self._probes.append(Probe(probe.name, let.name, asked.points))
        probes = (each for several in self._transforms.values() for each in several)
        transforms = (*self._pipeline.transforms, *probes, *self._marking)
        datasets = (*self._pipeline.datasets, *self._lets)
        pipeline = replace(self._pipeline, datasets=datasets, transforms=transforms)
        return Probed(pipeline, tuple(self._points), tuple(self._probes), computed)

    def _computed(self, item: Let | Transform) -> int:
        word = "transform" if isinstance(item, Transform) else "let"
        what = f"{word} {item.name}"
        return self._point(Point("dataset", item.span, what, f"{what}: no test computes it"))

    def _with_transforms(self, item: Let | Transform) -> Iterator[Let | Transform]:
        """A dataset or transform and all transforms that it calls."""
        waiting, seen = [item], {item.name}
        while waiting:
            each = waiting.pop()
            yield each
            for name in used_transforms(each.query):
                if name not in seen:
                    seen.add(name)
                    waiting.append(self._declared[name])

    def _free(self, wanted: str) -> str:
        """A name that nothing has, such as `coverage_3`."""
        names = (f"{wanted}_{number}" for number in self._numbers)
        name = next(each for each in names if each not in self._taken)
        self._taken.add(name)
        return name

    def _point(self, point: Point) -> int:
        return self._points.setdefault(point, len(self._points))

    def _probes_of(self, item: Transform) -> list[Transform]:
        """The probes into a transform, which go by the order of its query."""
        if item.name not in self._transforms:
            made = []
            for asked in self._within(item.query):
                name = self._free("coverage")
                made.append(replace(item, name=name, query=asked.query))
                self._probes.append(Probe(name, item.name, asked.points))
            self._transforms[item.name] = made
        return self._transforms[item.name]

    # ---- queries

    def _within(self, query: s.Query) -> Iterator[_Asked]:
        """What is asked of a query, in its order, the transforms that it calls included."""
        yield from self._of_input(query.base, query)
        for place, step in enumerate(query.steps):
            part = replace(query, steps=query.steps[:place])
            match step:
                case s.UseTransform():
                    for argument in step.arguments:
                        yield from self._of_input(argument, query)
                    for name, asked in self._called(step.transform, step.body):
                        call = replace(step, transform=name, body=asked.query)
                        yield _Asked(_behind(part, call), asked.points)
                case s.SetOperation():
                    yield from self._of_input(step.right, query)
                case s.Join():
                    yield from self._of_input(step.right, query)
                    yield from self._join(part, step)
                case _:
                    yield from self._step(part, step)

    def _of_input(self, given: s.Input, query: s.Query) -> Iterator[_Asked]:
        """What is asked of the transforms that an input calls."""
        for argument in given.arguments or ():
            yield from self._of_input(argument, query)
        if given.arguments is not None:
            for name, asked in self._called(given.dataset, given.body):
                base = replace(given, dataset=name, body=asked.query, alias=None)
                whole = replace(query, base=base, steps=(), output=asked.query.output)
                yield _Asked(whole, asked.points)

    def _called(self, transform: str, body: s.Query | None) -> Iterator[tuple[str, _Asked]]:
        """The probes into a transform, and what they are over the datasets of a call."""
        assert body is not None, "a call of a transform that is none is a mistake"
        probes = self._probes_of(self._declared[transform])
        for probe, asked in zip(probes, self._within(body), strict=True):
            yield probe.name, asked

    # ---- steps

    def _step(self, part: s.Query, step: s.Step) -> Iterator[_Asked]:
        """What is asked of a step over the rows of `part`."""
        match step:
            case s.Filter(condition=expression) | s.Explode(expression=expression):
                yield from self._rows(part, step, [expression])
            case s.Project(columns=columns):
                yield from self._rows(part, step, _expressions(columns))
            case s.WithColumns(groups=groups):
                for place, group in enumerate(groups):
                    before = replace(step, groups=groups[:place])
                    with_them = _behind(part, before) if place else part
                    yield from self._rows(with_them, step, _expressions(group))
            case s.Sort(keys=keys):
                yield from self._rows(part, step, [key.expression for key in keys])
            case s.Aggregate() | s.Pivot():
                yield from self._rows(part, step, _expressions(step.keys))
                yield from self._groups(part, step)
            case s.DropColumns() | s.RenameColumns() | s.Alias() | s.Distinct() | s.Deduplicate():
                pass
            case s.Watermark() | s.Limit() | s.Offset() | s.Unpivot() | s.Sample():
                pass
            case s.ApplyFunction() | s.Stateful() | s.SqlQuery():
                # Code of the user's has no branches that we know.
                pass
            case s.Join() | s.SetOperation() | s.UseTransform():
                raise AssertionError("`_within` looks at these")

    def _rows(
        self, part: s.Query, step: s.Step, expressions: Iterable[Expression]
    ) -> Iterator[_Asked]:
        """The branches that rows take."""
        columns, points = self._columns(expressions)
        if columns:
            yield _Asked(_behind(part, _project(step, columns)), points)

    def _groups(self, part: s.Query, step: s.Aggregate | s.Pivot) -> Iterator[_Asked]:
        """The branches that are taken as groups are made into rows."""
        columns, points = self._columns(_expressions(step.aggregates))
        if columns:
            if isinstance(step, s.Pivot):
                part, step = _as_groups(part, step)
            grouped = _behind(part, replace(step, aggregates=columns))
            names = tuple(_plain(column) for column in columns)
            yield _Asked(_behind(grouped, _project(step, names)), points)

    def _columns(
        self, expressions: Iterable[Expression]
    ) -> tuple[tuple[Named, ...], tuple[int, ...]]:
        """A column for each branch, and the points that they stand for."""
        columns: list[Named] = []
        points: list[int] = []
        for expression in expressions:
            for branch in self._find(expression.span):
                missing, measured = f"no row takes `{branch.label}`", branch.taken is not None
                point = Point("branch", branch.span, branch.label, missing, measured)
                number = self._point(point)
                if branch.taken is not None:
                    columns.append(_named(branch.span, branch.taken, f"point_{number}"))
                    points.append(number)
        return tuple(columns), tuple(points)

    def _join(self, part: s.Query, step: s.Join) -> Iterator[_Asked]:
        """The branches in a join's condition, for each pair of rows, and its sides."""
        if step.condition is not None:
            pairs = replace(step, kind="cross", condition=None)
            yield from self._rows(_behind(part, pairs), step, [step.condition])
        kind, met = _SIDES[step.kind]
        join = f"{'' if step.kind == 'inner' else f'{step.kind} '}join {step.right.dataset}"
        points, columns = [], []
        for each in met:
            taken, what, missing = _MET[each]
            point = Point("join", step.span, f"{join}: {what}", f"{join}: {missing}")
            points.append(self._point(point))
            columns.append(_named(step.span, (taken,), f"point_{points[-1]}"))
        right = s.Input(
            self._marked(),
            (replace(step.right, alias=None),),
            step.right.alias,
            _marking_query(_RIGHT, step),
        )
        marked = _behind(part, _mark(_LEFT, step))
        joined = _behind(marked, replace(step, kind=kind, right=right))
        yield _Asked(_behind(joined, _project(step, tuple(columns))), tuple(points))

    def _marked(self) -> str:
        """The transform that marks rows as those of the right side."""
        if not self._marking:
            span = self._pipeline.span
            query = _marking_query(_RIGHT, s.StepBase(span, Relation()))
            self._marking = [Transform(self._free(_MARKED), (("rows", ""),), query, "", span)]
        return self._marking[0].name


def _expressions(columns: Iterable[Named]) -> list[Expression]:
    return [each.expression for each in columns]


def _behind(part: s.Query, step: s.Step) -> s.Query:
    return replace(part, steps=(*part.steps, step), output=step.output)


def _named(span: Span, text: Text, name: str) -> Named:
    return Named(Expression(span, text, BOOLEAN, True), (name,))


def _plain(column: Named) -> Named:
    """A column that is there already."""
    (name,) = column.names
    return Named(replace(column.expression, text=(name,), column=name), ())


def _project(step: s.StepBase, columns: tuple[Named, ...]) -> s.Project:
    """The columns alone, of what flows as `step` does."""
    made = (Column(str(each.names), BOOLEAN, True) for each in columns)
    return s.Project(
        step.span, Relation(tuple(made), streaming=step.output.streaming), columns, False
    )


def _as_groups(part: s.Query, step: s.Pivot) -> tuple[s.Query, s.Aggregate]:
    """The groups that fill the columns of a pivot, each as a row."""
    name = quoted_name(step.column)
    listed = ", ".join(map(_constant, step.values))
    chosen = Expression(step.span, (f"{name} in ({listed})",), BOOLEAN, True)
    key = Named(Expression(step.span, (name,), UNKNOWN, True, name))
    rows = _behind(part, s.Filter(step.span, step.output, chosen))
    return rows, s.Aggregate(step.span, step.output, "", (*step.keys, key), step.aggregates)


def _constant(value: str | int | bool) -> str:
    return quoted_string(value) if isinstance(value, str) else str(value).lower()


def _mark(name: str, step: s.StepBase) -> s.WithColumns:
    return s.WithColumns(step.span, step.output, ((_named(step.span, ("true",), name),),))


def _marking_query(name: str, step: s.StepBase) -> s.Query:
    return s.Query(s.Input("rows"), (_mark(name, step),), step.output, ("rows",), ())

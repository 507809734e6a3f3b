"""A source or a step in its place in a query, with what it comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from msgspec import Struct
from msgspec.structs import force_setattr

from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.pipeline import Source
from ssbt.compiler.ir.relations import Column, Relation


class DatasetInput(s.StepBase, frozen=True):
    """A dataset as it flows into the query of another, whatever is after it."""

    name: str


class Operator(Struct, frozen=True, eq=False, dict=True):
    """A source or a step, with what flows into it and out of it.

    `aliases` are what the step calls the datasets that flow into it, empty where it has no name
    for one. The others say what it comes from, itself included, each once and after its own
    inputs. `origins` are sources and what runs the user's code: what cannot be looked into. They
    are found as the operator is made: a walk from each one would take time by the square.
    """

    step: Source | DatasetInput | s.Step
    inputs: tuple[Operator, ...]
    output: Relation
    aliases: tuple[str, ...] = ()
    origins: tuple[Operator, ...] = ()
    watermarks: tuple[Operator, ...] = ()
    aggregations: tuple[Operator, ...] = ()
    processors: tuple[Operator, ...] = ()
    keeps_state: bool = False
    passed_on: Operator | None = None

    def __post_init__(self) -> None:
        step = self.step
        owns = {
            "origins": isinstance(step, Source | DatasetInput | s.SqlQuery | s.ApplyFunction),
            "watermarks": isinstance(step, s.Watermark),
            "aggregations": self.is_aggregation,
            "processors": isinstance(step, s.Stateful),
        }
        for name, is_own in owns.items():
            inherited = _unite([getattr(each, name) for each in self.inputs])
            force_setattr(self, name, (*inherited, self) if is_own else inherited)
        keeps_state = self.stateful or any(each.keeps_state for each in self.inputs)
        force_setattr(self, "keeps_state", keeps_state)
        if len(self.inputs) == 1 and not self.stateful and not owns["origins"]:
            force_setattr(self, "passed_on", self.inputs[0].anchor)

    @property
    def anchor(self) -> Operator:
        """The last operator, itself included, that has several inputs, has state or is an origin.

        Those between pass rows of one stream on, changed or not.
        """
        return self.passed_on or self

    @property
    def streaming(self) -> bool:
        """Whether what flows out has no end."""
        return self.output.streaming

    @property
    def is_aggregation(self) -> bool:
        """Whether it makes one row of a stream's group; keys alone are a deduplication."""
        step = self.step
        return self.streaming and isinstance(step, s.Aggregate | s.Pivot) and bool(step.aggregates)

    @cached_property
    def distinct_columns(self) -> tuple[Column, ...] | None:
        """The columns of which a stream keeps each combination once; None where it keeps none."""
        if not self.streaming:
            return None
        match self.step:
            case s.Deduplicate(columns=columns) if columns:
                names = {name.casefold() for name in columns}
                return tuple(c for c in self.output.columns if c.name.casefold() in names)
            case s.Deduplicate() | s.Distinct() | s.Project(distinct=True):
                return self.output.columns
            case s.SetOperation(operator="union", all=False) | s.Aggregate(aggregates=()):
                return self.output.columns
            case _:
                return None

    @property
    def has_event_time_key(self) -> bool:
        """Whether a grouping key has a watermark, or is a window over a column that does."""
        step = self.step
        count = len(step.keys) if isinstance(step, s.Aggregate | s.Pivot) else 0
        return any(column.event_time for column in self.output.columns[:count])

    @cached_property
    def stateful(self) -> bool:
        """Whether Spark keeps something between two batches for it."""
        if not self.streaming:
            return False
        match self.step:
            case s.Aggregate() | s.Limit() | s.Pivot() | s.Stateful():
                return True
            case s.Join():
                return all(each.streaming for each in self.inputs)
            case s.SetOperation(operator="except"):
                return True
            case Source() | DatasetInput() | s.Filter() | s.WithColumns() | s.DropColumns():
                return False
            case s.RenameColumns() | s.Alias() | s.Watermark() | s.Sort() | s.Offset():
                return False
            case s.Unpivot() | s.Sample() | s.Explode() | s.UseTransform():
                return False
            case s.ApplyFunction() | s.SqlQuery():
                # Unknown: `origins` has them.
                return False
            case s.Project() | s.Distinct() | s.Deduplicate() | s.SetOperation():
                return self.distinct_columns is not None


def _unite(groups: list[tuple[Operator, ...]]) -> tuple[Operator, ...]:
    """Those of several inputs, each once; one tuple is shared by all operators where it can be."""
    if not groups:
        return ()
    first, *rest = groups
    if all(each is first for each in rest):
        return first
    ids = set(map(id, first))
    additions = dict.fromkeys(each for group in rest for each in group if id(each) not in ids)
    return (*first, *additions) if additions else first


def walk_operators(
    root: Operator, inputs: Callable[[Operator], Iterable[Operator]], visited: set[int]
) -> Iterator[Operator]:
    """`root` and what flows into it, each after its inputs; none whose id is in `done`."""
    waiting = [(root, False)]
    while waiting:
        operator, inputs_done = waiting.pop()
        if id(operator) in visited:
            continue
        if inputs_done:
            visited.add(id(operator))
            yield operator
            continue
        waiting.append((operator, True))
        waiting += [(input_operator, False) for input_operator in reversed(tuple(inputs(operator)))]

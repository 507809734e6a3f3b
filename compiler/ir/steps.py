"""The resolved steps of a query, in the words of the DataFrame API.

Every step carries the relation that flows out of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from ssbt.compiler.ir.expressions import Expression, NamedExpression, ParameterText, SortKey
from ssbt.compiler.ir.provenance import Origin
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.ir.state import StateVariable, TimeMode
from ssbt.compiler.source import Span
from ssbt.compiler.types.datatypes import DataType


class Input(Struct, frozen=True):
    """A dataset where it is used: by name, or a transform called with datasets.

    `alias` is present only where an expression qualifies a column with it. `body` is the transform
    over these very datasets.
    """

    dataset: str
    arguments: tuple[Input, ...] | None = None
    alias: str | None = None
    body: Query | None = None


class StepBase(Struct, frozen=True):
    """What every step has."""

    span: Span
    output: Relation


class Filter(StepBase, frozen=True):
    """Rows for which the condition is true."""

    condition: Expression


class Project(StepBase, frozen=True):
    """The named expressions, and nothing else; `distinct` drops repeated rows after it."""

    columns: tuple[NamedExpression, ...]
    distinct: bool


class WithColumns(StepBase, frozen=True):
    """Columns added or replaced; a group may use what the groups before it have made."""

    groups: tuple[tuple[NamedExpression, ...], ...]


class DropColumns(StepBase, frozen=True):
    """Columns as Spark finds them; `qualified` ones need a Column, a plain string is ignored."""

    columns: tuple[str, ...]
    qualified: bool


class RenameColumns(StepBase, frozen=True):
    """Pairs of old and new name, all unambiguous and applied at once."""

    pairs: tuple[tuple[str, str], ...]


class Alias(StepBase, frozen=True):
    """The alias of all columns so far."""

    alias: str


class JoinTerms(Struct, frozen=True):
    """What the condition of a join says, as far as the state of two joined streams depends on it.

    `equality` of something of both sides; `on_event_time` when a side of one is a column that
    has a watermark. `right_bounded` when such a column of the right is at most a time of the
    left but for a constant, so that its watermark tells when a row of the left can no longer
    match; `left_bounded` is the mirror.
    """

    equality: bool = False
    on_event_time: bool = False
    right_bounded: bool = False
    left_bounded: bool = False


class Join(StepBase, frozen=True):
    """`kind` is inner, left, right, full, semi, anti or cross; a condition or `using` columns."""

    kind: str
    right: Input
    condition: Expression | None
    using: tuple[str, ...]
    terms: JoinTerms = JoinTerms()


class Aggregate(StepBase, frozen=True):
    """`form` is empty, `rollup`, `cube` or `grouping sets`; `sets` index into `keys`."""

    form: str
    keys: tuple[NamedExpression, ...]
    aggregates: tuple[NamedExpression, ...]
    sets: tuple[tuple[int, ...], ...] = ()


class Distinct(StepBase, frozen=True):
    """Every row once."""


class Deduplicate(StepBase, frozen=True):
    """One row for each combination of the columns, or of all where none is named.

    `within_watermark` when a combination is forgotten once the watermark has passed it.
    """

    columns: tuple[str, ...]
    within_watermark: bool = False


class Watermark(StepBase, frozen=True):
    """Rows of a stream whose `column` is older than the latest by more than `delay` may be dropped.

    `delay` is a Spark interval such as `10 minutes`.
    """

    column: str
    delay: str


class Sort(StepBase, frozen=True):
    """Rows in order."""

    keys: tuple[SortKey, ...]


class Limit(StepBase, frozen=True):
    """The first rows."""

    count: int | ParameterText


class Offset(StepBase, frozen=True):
    """All but the first rows."""

    count: int | ParameterText


class SetOperation(StepBase, frozen=True):
    """union, intersect or except with columns matched by name.

    `order` are the names of the right side's columns in the left side's order, where they stand
    otherwise and Spark's own operation goes by position (intersect, except).
    """

    operator: str
    all: bool
    right: Input
    order: tuple[str, ...] | None


class Pivot(StepBase, frozen=True):
    """Aggregates for each value of the column called `column`; `keys` are the columns that stay.

    `renames` maps the names that Spark gives the new columns to those of the pipeline.
    """

    keys: tuple[NamedExpression, ...]
    column: str
    values: tuple[str | int | bool, ...]
    aggregates: tuple[NamedExpression, ...]
    renames: tuple[tuple[str, str], ...]


class Unpivot(StepBase, frozen=True):
    """Columns to rows: `ids` stay, `columns` become pairs of a name and a value.

    Both are as Spark finds them. `renames`, of plain names, are made before, for columns whose name
    in the rows is to be another.
    """

    ids: tuple[str, ...]
    columns: tuple[str, ...]
    renames: tuple[tuple[str, str], ...]
    name: str
    value: str
    include_nulls: bool


class Sample(StepBase, frozen=True):
    """A random part of the rows; `fraction` as a Python number's text."""

    fraction: str
    replacement: bool
    seed: int | None


class Explode(StepBase, frozen=True):
    """A row for each element; `function` is explode, posexplode, or one with `_outer`."""

    function: str
    expression: Expression
    names: tuple[str, ...]


class UseTransform(StepBase, frozen=True):
    """A transform of the pipeline; what flows in is its first argument.

    `body` is the transform over these very datasets.
    """

    transform: str
    arguments: tuple[Input, ...]
    body: Query | None = None


class ApplyFunction(StepBase, frozen=True):
    """A Python function of the user's, `module.function`; the result must have `schema`."""

    module: str
    function: str
    schema: str


class Stateful(StepBase, frozen=True):
    """A processor of the user's, `module.processor`, which keeps `variables` for each key.

    `timers` are what it may set. `event_time` is the column of the result that has the watermark
    on. The result has `schema`.
    """

    module: str
    processor: str
    keys: tuple[str, ...]
    schema: str
    variables: tuple[StateVariable, ...]
    timers: TimeMode
    event_time: str | None

    @property
    def time_mode(self) -> TimeMode:
        """The timers, or what Spark needs to forget by itself."""
        if self.timers is TimeMode.NONE and any(each.ttl is not None for each in self.variables):
            return TimeMode.PROCESSING_TIME
        return self.timers


class SqlQuery(StepBase, frozen=True):
    """A Spark query; `{name}` stands for a dataset, `:name` for a parameter.

    `inputs` are the datasets that it names besides `{input}`; what flows in is named so. `rows`
    are the columns that decide about its rows, by how; where they cannot be told, every column of
    the result is made from every column that goes in.
    """

    text: str
    inputs: tuple[str, ...]
    uses_input: bool
    parameters: tuple[tuple[str, DataType], ...]
    schema: str
    rows: tuple[tuple[str, tuple[Origin, ...]], ...] = ()


Step = (
    Filter
    | Project
    | WithColumns
    | DropColumns
    | RenameColumns
    | Alias
    | Join
    | Aggregate
    | Distinct
    | Deduplicate
    | Watermark
    | Sort
    | Limit
    | Offset
    | SetOperation
    | Pivot
    | Unpivot
    | Sample
    | Explode
    | UseTransform
    | ApplyFunction
    | Stateful
    | SqlQuery
)
"""Any step. A `match` over it names every one: mypy says which is missing."""


def schemas_of(step: Step) -> Iterator[str]:
    """The names of the schemas that a step names."""
    if isinstance(step, ApplyFunction | SqlQuery | Stateful):
        yield step.schema
    for variable in step.variables if isinstance(step, Stateful) else ():
        yield variable.schema
        if variable.key_schema is not None:
            yield variable.key_schema


class Query(Struct, frozen=True):
    """An input and its steps; `uses` are the datasets that it takes, in order of use.

    `whole` is false where a mistake left out the input or a step.
    """

    base: Input
    steps: tuple[Step, ...]
    output: Relation
    uses: tuple[str, ...]
    parameters: tuple[str, ...]
    whole: bool = True

"""The resolved steps of a query, in the words of the DataFrame API.

Every step carries the relation that flows out of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from ssbt.compiler.ir.expressions import Expression, Named, ParameterText, SortKey
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.source import Span
from ssbt.compiler.types.datatypes import DataType


@dataclass(frozen=True, slots=True)
class Input:
    """A dataset where it is used: by name, or a transform called with datasets.

    `alias` is present only where an expression qualifies a column with it.
    """

    dataset: str
    arguments: tuple[Input, ...] | None = None
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What every step has."""

    span: Span
    output: Relation


@dataclass(frozen=True, slots=True)
class Filter(Step):
    """Rows for which the condition is true."""

    condition: Expression


@dataclass(frozen=True, slots=True)
class Project(Step):
    """The named expressions, and nothing else; `distinct` drops repeated rows after it."""

    columns: tuple[Named, ...]
    distinct: bool


@dataclass(frozen=True, slots=True)
class WithColumns(Step):
    """Columns added or replaced; a group may use what the groups before it have made."""

    groups: tuple[tuple[Named, ...], ...]


@dataclass(frozen=True, slots=True)
class DropColumns(Step):
    """Columns as Spark finds them; `qualified` ones need a Column, a plain string is ignored."""

    columns: tuple[str, ...]
    qualified: bool


@dataclass(frozen=True, slots=True)
class RenameColumns(Step):
    """Pairs of old and new name, all unambiguous and applied at once."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Alias(Step):
    """The alias of all columns so far."""

    alias: str


@dataclass(frozen=True, slots=True)
class Join(Step):
    """`kind` is inner, left, right, full, semi, anti or cross; a condition or `using` columns."""

    kind: str
    right: Input
    condition: Expression | None
    using: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Aggregate(Step):
    """`form` is empty, `rollup`, `cube` or `grouping sets`; `sets` index into `keys`."""

    form: str
    keys: tuple[Named, ...]
    aggregates: tuple[Named, ...]
    sets: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Distinct(Step):
    """Every row once."""


@dataclass(frozen=True, slots=True)
class Deduplicate(Step):
    """One row for each combination of the columns, or of all where none is named."""

    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sort(Step):
    """Rows in order."""

    keys: tuple[SortKey, ...]


@dataclass(frozen=True, slots=True)
class Limit(Step):
    """The first rows."""

    count: int | ParameterText


@dataclass(frozen=True, slots=True)
class Offset(Step):
    """All but the first rows."""

    count: int | ParameterText


@dataclass(frozen=True, slots=True)
class SetOperation(Step):
    """union, intersect or except with columns matched by name.

    `order` are the names of the right side's columns in the left side's order, where they stand
    otherwise and Spark's own operation goes by position (intersect, except).
    """

    operator: str
    all: bool
    right: Input
    order: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Pivot(Step):
    """Aggregates for each value of the column called `column`; `keys` are the columns that stay.

    `renames` maps the names that Spark gives the new columns to those of the pipeline.
    """

    keys: tuple[Named, ...]
    column: str
    values: tuple[str | int | bool, ...]
    aggregates: tuple[Named, ...]
    renames: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Unpivot(Step):
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


@dataclass(frozen=True, slots=True)
class Sample(Step):
    """A random part of the rows; `fraction` as a Python number's text."""

    fraction: str
    replacement: bool
    seed: int | None


@dataclass(frozen=True, slots=True)
class Explode(Step):
    """A row for each element; `function` is explode, posexplode, or one with `_outer`."""

    function: str
    expression: Expression
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UseTransform(Step):
    """A transform of the pipeline; what flows in is its first argument."""

    transform: str
    arguments: tuple[Input, ...]


@dataclass(frozen=True, slots=True)
class ApplyFunction(Step):
    """A Python function of the user's, `module.function`; the result must have `schema`."""

    module: str
    function: str
    schema: str


@dataclass(frozen=True, slots=True)
class SqlQuery(Step):
    """A Spark query; `{name}` stands for a dataset, `:name` for a parameter.

    `inputs` are the datasets that it names besides `{input}`; what flows in is called so.
    """

    text: str
    inputs: tuple[str, ...]
    uses_input: bool
    parameters: tuple[tuple[str, DataType], ...]
    schema: str


@dataclass(frozen=True, slots=True)
class Query:
    """An input and its steps; `uses_input` names are the datasets it takes, in order of use."""

    base: Input
    steps: tuple[Step, ...]
    output: Relation
    uses: tuple[str, ...]
    parameters: tuple[str, ...]

"""Queries: a dataset and the steps that it flows through."""

from __future__ import annotations

from dataclasses import dataclass

from ssbt.compiler.syntax.ast.expressions import (
    ColumnName,
    Expression,
    Name,
    Node,
    ParameterUse,
    SortKey,
)
from ssbt.compiler.syntax.ast.values import Entry, QuantityValue, TextValue


@dataclass(frozen=True, slots=True)
class DatasetUse(Node):
    """`orders`, `orders as o`, `cleaned(orders)`; `arguments` is None without parentheses."""

    name: Name
    arguments: tuple[DatasetUse, ...] | None
    alias: Name | None


@dataclass(frozen=True, slots=True)
class Item(Node):
    """`expression [as name]`; a generator may have several names, `as (k, v)`."""

    value: Expression
    names: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Where(Node):
    """`where condition`."""

    condition: Expression


@dataclass(frozen=True, slots=True)
class Select(Node):
    """`select items`."""

    items: tuple[Item, ...]
    distinct: bool


@dataclass(frozen=True, slots=True)
class Extend(Node):
    """`extend items`: new columns at the right."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Assignment(Node):
    """`column = value` of a `set`."""

    column: ColumnName
    value: Expression


@dataclass(frozen=True, slots=True)
class SetColumns(Node):
    """`set a = …, b = …`: columns replaced in place."""

    assignments: tuple[Assignment, ...]


@dataclass(frozen=True, slots=True)
class Drop(Node):
    """`drop a, b`."""

    columns: tuple[ColumnName, ...]


@dataclass(frozen=True, slots=True)
class Renaming(Node):
    """`column as name` of a `rename`."""

    column: ColumnName
    name: Name


@dataclass(frozen=True, slots=True)
class Rename(Node):
    """`rename a as b, c as d`."""

    renamings: tuple[Renaming, ...]


@dataclass(frozen=True, slots=True)
class As(Node):
    """`as alias`: the name by which the columns so far can be qualified."""

    alias: Name


@dataclass(frozen=True, slots=True)
class Join(Node):
    """`[kind] join right on …` or `using (…)`.

    `kind` is inner, left, right, full, semi, anti or cross.
    """

    kind: str
    right: DatasetUse
    condition: Expression | None
    using: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Grouping(Node):
    """`group by keys`; `form` is empty, `rollup`, `cube` or `grouping sets` (then see `sets`)."""

    form: str
    keys: tuple[Item, ...]
    sets: tuple[tuple[Expression, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Aggregate(Node):
    """`aggregate items [group by …]`."""

    items: tuple[Item, ...]
    grouping: Grouping | None


@dataclass(frozen=True, slots=True)
class Distinct(Node):
    """`distinct`."""


@dataclass(frozen=True, slots=True)
class OrderBy(Node):
    """`order by keys`."""

    keys: tuple[SortKey, ...]


@dataclass(frozen=True, slots=True)
class Limit(Node):
    """`limit count`."""

    count: int | ParameterUse


@dataclass(frozen=True, slots=True)
class Offset(Node):
    """`offset count`."""

    count: int | ParameterUse


@dataclass(frozen=True, slots=True)
class SetOperation(Node):
    """`union|intersect|except [all] right`, columns matched by name."""

    operator: str
    all: bool
    right: DatasetUse


@dataclass(frozen=True, slots=True)
class PivotValue(Node):
    """A value of the pivot column and the name of the column that it becomes."""

    value: Expression
    name: Name | None


@dataclass(frozen=True, slots=True)
class Pivot(Node):
    """`pivot aggregates for column in (values) [group by keys]`."""

    aggregates: tuple[Item, ...]
    column: ColumnName
    values: tuple[PivotValue, ...]
    keys: tuple[Item, ...] | None


@dataclass(frozen=True, slots=True)
class Unpivot(Node):
    """`unpivot [include nulls] value for name in (columns)`."""

    value: Name
    name: Name
    columns: tuple[Item, ...]
    include_nulls: bool


@dataclass(frozen=True, slots=True)
class Sample(Node):
    """`sample N percent [with replacement] [seed N]`; `percent` as written."""

    percent: str
    replacement: bool
    seed: int | None


@dataclass(frozen=True, slots=True)
class Explode(Node):
    """`explode [outer] value as item|(key, value) [with position as name]`."""

    value: Expression
    outer: bool
    names: tuple[Name, ...]
    position: Name | None


@dataclass(frozen=True, slots=True)
class UseTransform(Node):
    """`name(arguments)`: the dataset so far is the transform's first argument."""

    name: Name
    arguments: tuple[DatasetUse, ...]


@dataclass(frozen=True, slots=True)
class Apply(Node):
    """`apply "module.py:function" returns SCHEMA`."""

    target: TextValue
    schema: Name


@dataclass(frozen=True, slots=True)
class Sql(Node):
    """`sql "query" returns SCHEMA`."""

    query: TextValue
    schema: Name


@dataclass(frozen=True, slots=True)
class Watermark(Node):
    """`watermark column delay duration`."""

    column: ColumnName
    delay: QuantityValue


@dataclass(frozen=True, slots=True)
class Deduplicate(Node):
    """`deduplicate [by columns] [within watermark]`."""

    columns: tuple[ColumnName, ...]
    within_watermark: bool


@dataclass(frozen=True, slots=True)
class Stateful(Node):
    """`stateful "module.py:Processor" by keys returns SCHEMA`."""

    target: TextValue
    keys: tuple[ColumnName, ...]
    schema: Name
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class BrokenStep(Node):
    """A step that did not parse; what flows out of it is not known."""


Step = (
    Where
    | Select
    | Extend
    | SetColumns
    | Drop
    | Rename
    | As
    | Join
    | Aggregate
    | Distinct
    | OrderBy
    | Limit
    | Offset
    | SetOperation
    | Pivot
    | Unpivot
    | Sample
    | Explode
    | UseTransform
    | Apply
    | Sql
    | Watermark
    | Deduplicate
    | Stateful
    | BrokenStep
)


@dataclass(frozen=True, slots=True)
class Query(Node):
    """`from base |> step |> step`."""

    base: DatasetUse
    steps: tuple[Step, ...]

"""Queries: a dataset and the steps that it flows through."""

from __future__ import annotations

from ssbt.compiler.syntax.ast.expressions import ColumnName, Expression, ParameterUse, SortKey
from ssbt.compiler.syntax.ast.nodes import Name, Node
from ssbt.compiler.syntax.ast.values import Entry, QuantityValue, TextValue


class DatasetUse(Node, frozen=True):
    """`orders`, `orders as o`, `cleaned(orders)`; `arguments` is None without parentheses."""

    name: Name
    arguments: tuple[DatasetUse, ...] | None
    alias: Name | None


class Item(Node, frozen=True):
    """`expression [as name]`; a generator may have several names, `as (k, v)`."""

    value: Expression
    names: tuple[Name, ...]


class Where(Node, frozen=True):
    """`where condition`."""

    condition: Expression


class Select(Node, frozen=True):
    """`select items`."""

    items: tuple[Item, ...]
    distinct: bool


class Extend(Node, frozen=True):
    """`extend items`: new columns at the right."""

    items: tuple[Item, ...]


class Assignment(Node, frozen=True):
    """`column = value` of a `set`."""

    column: ColumnName
    value: Expression


class SetColumns(Node, frozen=True):
    """`set a = …, b = …`: columns replaced in place."""

    assignments: tuple[Assignment, ...]


class Drop(Node, frozen=True):
    """`drop a, b`."""

    columns: tuple[ColumnName, ...]


class Renaming(Node, frozen=True):
    """`column as name` of a `rename`."""

    column: ColumnName
    name: Name


class Rename(Node, frozen=True):
    """`rename a as b, c as d`."""

    renamings: tuple[Renaming, ...]


class As(Node, frozen=True):
    """`as alias`: the name by which the columns so far can be qualified."""

    alias: Name


class Join(Node, frozen=True):
    """`[kind] join right on …` or `using (…)`.

    `kind` is inner, left, right, full, semi, anti or cross.
    """

    kind: str
    right: DatasetUse
    condition: Expression | None
    using: tuple[Name, ...]


class GroupingElement(Node, frozen=True):
    """Keys that count together, where `form` is empty, or `rollup`, `cube` or `grouping sets`.

    The latter have `members` instead of `keys`.
    """

    form: str
    keys: tuple[Item, ...] = ()
    members: tuple[GroupingElement, ...] = ()


class Grouping(Node, frozen=True):
    """`group by elements`, each of which meets every other; `group by all` has none."""

    elements: tuple[GroupingElement, ...]
    by_all: bool = False


class Aggregate(Node, frozen=True):
    """`aggregate items [group by …]`."""

    items: tuple[Item, ...]
    grouping: Grouping | None


class Distinct(Node, frozen=True):
    """`distinct`."""


class OrderBy(Node, frozen=True):
    """`order by keys`."""

    keys: tuple[SortKey, ...]


class Limit(Node, frozen=True):
    """`limit count`."""

    count: int | ParameterUse


class Offset(Node, frozen=True):
    """`offset count`."""

    count: int | ParameterUse


class SetOperation(Node, frozen=True):
    """`union|intersect|except [all] right`, columns matched by name."""

    operator: str
    all: bool
    right: DatasetUse


class PivotValue(Node, frozen=True):
    """A value of the pivot column and the name of the column that it becomes."""

    value: Expression
    name: Name | None


class Pivot(Node, frozen=True):
    """`pivot aggregates for column in (values) [group by keys]`."""

    aggregates: tuple[Item, ...]
    column: ColumnName
    values: tuple[PivotValue, ...]
    keys: tuple[Item, ...] | None


class Unpivot(Node, frozen=True):
    """`unpivot [include nulls] value for name in (columns)`."""

    value: Name
    name: Name
    columns: tuple[Item, ...]
    include_nulls: bool


class Sample(Node, frozen=True):
    """`sample N percent [with replacement] [seed N]`; `percent` as written."""

    percent: str
    replacement: bool
    seed: int | None


class Explode(Node, frozen=True):
    """`explode [outer] value as item|(key, value) [with position as name]`."""

    value: Expression
    outer: bool
    names: tuple[Name, ...]
    position: Name | None


class UseTransform(Node, frozen=True):
    """`name(arguments)`: the dataset so far is the transform's first argument."""

    name: Name
    arguments: tuple[DatasetUse, ...]


class Apply(Node, frozen=True):
    """`apply "module.py:function" returns SCHEMA`."""

    target: TextValue
    schema: Name


class Sql(Node, frozen=True):
    """`sql "query" returns SCHEMA`."""

    query: TextValue
    schema: Name


class Watermark(Node, frozen=True):
    """`watermark column delay duration`."""

    column: ColumnName
    delay: QuantityValue


class Deduplicate(Node, frozen=True):
    """`deduplicate [by columns] [within watermark]`."""

    columns: tuple[ColumnName, ...]
    within_watermark: bool


class Stateful(Node, frozen=True):
    """`stateful "module.py:Processor" by keys returns SCHEMA`."""

    target: TextValue
    keys: tuple[ColumnName, ...]
    schema: Name
    entries: tuple[Entry, ...]


class BrokenStep(Node, frozen=True):
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


class Query(Node, frozen=True):
    """`from base |> step |> step`."""

    base: DatasetUse
    steps: tuple[Step, ...]

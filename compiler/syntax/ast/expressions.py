"""Expressions and types, as Spark SQL writes them.

Parentheses are kept as nodes: the formatter gives a reviewer back what the author wrote, and
printing needs no table of precedences.
"""

from __future__ import annotations

from dataclasses import dataclass

from ssbt.compiler.source import Span


@dataclass(frozen=True, slots=True)
class Node:
    """Anything that has a place."""

    span: Span


@dataclass(frozen=True, slots=True)
class Name(Node):
    """An identifier, without its backticks."""

    text: str


@dataclass(frozen=True, slots=True)
class TypeField(Node):
    """A field of a struct type."""

    name: Name
    type: TypeName
    not_null: bool
    comment: str | None


@dataclass(frozen=True, slots=True)
class TypeName(Node):
    """A type as written: `decimal(12,2)`, `array<string>`, `struct<a: int>`, `interval day`.

    `numbers` are the parameters in parentheses, `arguments` the types in angle brackets,
    `units` the fields of an interval type.
    """

    name: str
    numbers: tuple[int, ...] = ()
    arguments: tuple[TypeName, ...] = ()
    fields: tuple[TypeField, ...] = ()
    units: tuple[str, ...] = ()
    collation: str | None = None


@dataclass(frozen=True, slots=True)
class NullLiteral(Node):
    """`null`."""


@dataclass(frozen=True, slots=True)
class BooleanLiteral(Node):
    """`true` or `false`."""

    value: bool


@dataclass(frozen=True, slots=True)
class NumberLiteral(Node):
    """A number as written, with its suffix: `1`, `2.50`, `1e3`, `10L`, `0.5BD`."""

    text: str


@dataclass(frozen=True, slots=True)
class StringLiteral(Node):
    """A character string; `value` is what it means, escapes resolved."""

    value: str


@dataclass(frozen=True, slots=True)
class TypedLiteral(Node):
    """`date '2026-01-01'`, `timestamp '…'`, `x'1F'`, `interval '1-2' year to month`.

    `kind` is lower case; `units` are the fields behind an interval's string.
    """

    kind: str
    value: str
    units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IntervalLiteral(Node):
    """`interval 1 day -2 hours`: pairs of a value and a unit; a value may be an expression."""

    parts: tuple[tuple[Expression, str], ...]


@dataclass(frozen=True, slots=True)
class ColumnName(Node):
    """A possibly qualified name: `amount`, `orders.amount`, `orders.address.city`."""

    parts: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class ParameterUse(Node):
    """`${name}`."""

    name: Name


@dataclass(frozen=True, slots=True)
class Star(Node):
    """`*`, `orders.*`, `* except (a, b)`."""

    qualifier: tuple[Name, ...] = ()
    excluded: tuple[ColumnName, ...] = ()


@dataclass(frozen=True, slots=True)
class Parenthesised(Node):
    """`(operand)`."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Unary(Node):
    """`not a`, `-a`, `+a`, `~a`."""

    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """`left operator right`; the operator is in its canonical spelling (`<>` and `!=` are `!=`)."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Between(Node):
    """`operand [not] between low and high`."""

    operand: Expression
    low: Expression
    high: Expression
    negated: bool


@dataclass(frozen=True, slots=True)
class InList(Node):
    """`operand [not] in (items)`."""

    operand: Expression
    items: tuple[Expression, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class Like(Node):
    """`operand [not] like|ilike|rlike [any|all] patterns [escape 'c']`."""

    operand: Expression
    operator: str
    quantifier: str | None
    patterns: tuple[Expression, ...]
    escape: str | None
    negated: bool


@dataclass(frozen=True, slots=True)
class Is(Node):
    """`operand is [not] null|true|false|unknown`."""

    operand: Expression
    what: str
    negated: bool


@dataclass(frozen=True, slots=True)
class IsDistinctFrom(Node):
    """`left is [not] distinct from right`."""

    left: Expression
    right: Expression
    negated: bool


@dataclass(frozen=True, slots=True)
class Case(Node):
    """`case [operand] when … then … [else …] end`."""

    operand: Expression | None
    branches: tuple[tuple[Expression, Expression], ...]
    otherwise: Expression | None


@dataclass(frozen=True, slots=True)
class Cast(Node):
    """`cast(a as t)`, `try_cast(a as t)`, `a :: t`; `form` is `cast`, `try_cast` or `::`."""

    operand: Expression
    type: TypeName
    form: str


@dataclass(frozen=True, slots=True)
class Subscript(Node):
    """`base[index]`."""

    base: Expression
    index: Expression


@dataclass(frozen=True, slots=True)
class Field(Node):
    """`base.name` where the base is not itself a column name."""

    base: Expression
    name: Name


@dataclass(frozen=True, slots=True)
class VariantPath(Node):
    """`base:name`, a field of a variant; an empty name is the variant itself, in `base:[0]`."""

    base: Expression
    name: Name


@dataclass(frozen=True, slots=True)
class Collate(Node):
    """`operand collate NAME`."""

    operand: Expression
    collation: str


@dataclass(frozen=True, slots=True)
class Tuple(Node):
    """`(a, b)`: a struct of its items."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Lambda(Node):
    """`x -> body`, `(x, y) -> body`."""

    parameters: tuple[Name, ...]
    body: Expression


@dataclass(frozen=True, slots=True)
class Argument(Node):
    """An argument of a call; `name` for `name => value`, `alias` for `struct(a as b)`."""

    value: Expression
    name: Name | None = None
    alias: Name | None = None


@dataclass(frozen=True, slots=True)
class SortKey(Node):
    """`value [asc|desc] [nulls first|last]`."""

    value: Expression
    descending: bool
    nulls: str | None


@dataclass(frozen=True, slots=True)
class FrameBound(Node):
    """`unbounded preceding`, `2 preceding`, `current row`, `2 following`."""

    side: str
    offset: Expression | None


@dataclass(frozen=True, slots=True)
class Frame(Node):
    """`rows|range between start and end`, or with a start alone."""

    unit: str
    start: FrameBound
    end: FrameBound | None


@dataclass(frozen=True, slots=True)
class Window(Node):
    """What stands behind `over`."""

    partition: tuple[Expression, ...]
    order: tuple[SortKey, ...]
    frame: Frame | None


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function call.

    `keywords` is true for calls that SQL writes with words between the arguments; their
    arguments then carry those words: `extract(year from d)`, `trim(both 'x' from s)`,
    `substring(s from 1 for 2)`, `position('a' in s)`, `overlay(s placing t from 1)`,
    `timestampadd(month, 1, ts)`; see `words`: the word before each argument, "" for none.
    """

    name: Name
    arguments: tuple[Argument, ...] = ()
    distinct: bool = False
    nulls: str | None = None
    within_group: tuple[SortKey, ...] = ()
    filter: Expression | None = None
    window: Window | None = None
    words: tuple[str, ...] = ()
    bare: bool = False


@dataclass(frozen=True, slots=True)
class BrokenExpression(Node):
    """An expression that was refused while parsing; its mistake has been told."""


Expression = (
    BrokenExpression
    | NullLiteral
    | BooleanLiteral
    | NumberLiteral
    | StringLiteral
    | TypedLiteral
    | IntervalLiteral
    | ColumnName
    | ParameterUse
    | Star
    | Parenthesised
    | Unary
    | Binary
    | Between
    | InList
    | Like
    | Is
    | IsDistinctFrom
    | Case
    | Cast
    | Subscript
    | Field
    | VariantPath
    | Collate
    | Tuple
    | Lambda
    | Call
)

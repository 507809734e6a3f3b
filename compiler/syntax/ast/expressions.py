"""Expressions, as Spark SQL writes them.

Parentheses are kept as nodes: the formatter gives a reviewer back what the author wrote, and
printing needs no table of precedences.
"""

from __future__ import annotations

from ssbt.compiler.syntax.ast.nodes import Name, Node, StringPiece
from ssbt.compiler.syntax.ast.types import TypeName


class NullLiteral(Node, frozen=True):
    """`null`."""


class BooleanLiteral(Node, frozen=True):
    """`true` or `false`."""

    value: bool


class NumberLiteral(Node, frozen=True):
    """A number as written, with its suffix: `1`, `2.50`, `1e3`, `10L`, `0.5BD`."""

    text: str


class StringLiteral(Node, frozen=True):
    """A character string; `value` is what it means, escapes resolved; `raw` if written `r'…'`.

    `pieces` are the neighbouring literals that it was written as, if it was not one alone.
    """

    value: str
    raw: bool = False
    pieces: tuple[StringPiece, ...] = ()


class TypedLiteral(Node, frozen=True):
    """`date '2026-01-01'`, `timestamp '…'`, `x'1F'`, `interval '1-2' year to month`.

    `kind` is lower case; `units` are the fields after an interval's string.
    """

    kind: str
    value: str
    units: tuple[str, ...] = ()


class IntervalLiteral(Node, frozen=True):
    """`interval 1 day -2 hours`: pairs of a value and a unit; a value may be an expression."""

    parts: tuple[tuple[Expression, str], ...]


class ColumnName(Node, frozen=True):
    """A possibly qualified name: `amount`, `orders.amount`, `orders.address.city`."""

    parts: tuple[Name, ...]


class ParameterUse(Node, frozen=True):
    """`${name}`."""

    name: Name


class Star(Node, frozen=True):
    """`*`, `orders.*`, `* except (a, b)`."""

    qualifier: tuple[Name, ...] = ()
    excluded: tuple[ColumnName, ...] = ()


class Parenthesised(Node, frozen=True):
    """`(operand)`."""

    operand: Expression


class Unary(Node, frozen=True):
    """`not a`, `-a`, `+a`, `~a`."""

    operator: str
    operand: Expression


class Binary(Node, frozen=True):
    """`left operator right`; the operator is in its canonical spelling (`<>` and `!=` are `!=`)."""

    operator: str
    left: Expression
    right: Expression


class Between(Node, frozen=True):
    """`operand [not] between low and high`."""

    operand: Expression
    low: Expression
    high: Expression
    negated: bool


class InList(Node, frozen=True):
    """`operand [not] in (items)`; `keyword` is `one of` where a check says it so."""

    operand: Expression
    items: tuple[Expression, ...]
    negated: bool
    keyword: str = "in"


class Like(Node, frozen=True):
    """`operand [not] like|ilike|rlike [any|all] patterns [escape 'c']`."""

    operand: Expression
    operator: str
    quantifier: str | None
    patterns: tuple[Expression, ...]
    escape: str | None
    negated: bool


class Is(Node, frozen=True):
    """`operand is [not] null|true|false|unknown`."""

    operand: Expression
    constant: str
    negated: bool


class IsDistinctFrom(Node, frozen=True):
    """`left is [not] distinct from right`."""

    left: Expression
    right: Expression
    negated: bool


class Case(Node, frozen=True):
    """`case [operand] when … then … [else …] end`."""

    operand: Expression | None
    branches: tuple[tuple[Expression, Expression], ...]
    otherwise: Expression | None


class Cast(Node, frozen=True):
    """`cast(a as t)`, `try_cast(a as t)`, `a :: t`; `form` is `cast`, `try_cast` or `::`."""

    operand: Expression
    type: TypeName
    form: str


class Subscript(Node, frozen=True):
    """`base[index]`."""

    base: Expression
    index: Expression


class Field(Node, frozen=True):
    """`base.name` where the base is not itself a column name."""

    base: Expression
    name: Name


class VariantPath(Node, frozen=True):
    """`base:name`, a field of a variant; an empty name is the variant itself, in `base:[0]`."""

    base: Expression
    name: Name


class Collate(Node, frozen=True):
    """`operand collate NAME`."""

    operand: Expression
    collation: str


class Tuple(Node, frozen=True):
    """`(a, b as c)`: a struct of its items; `names` is empty where `as` gives none a name."""

    items: tuple[Expression, ...]
    names: tuple[Name | None, ...] = ()


class Lambda(Node, frozen=True):
    """`x -> body`, `(x, y) -> body`."""

    parameters: tuple[Name, ...]
    body: Expression


class Argument(Node, frozen=True):
    """An argument of a call; `name` for `name => value`, `alias` for `struct(a as b)`."""

    value: Expression
    name: Name | None = None
    alias: Name | None = None


class SortKey(Node, frozen=True):
    """`value [asc|desc] [nulls first|last]`."""

    value: Expression
    descending: bool
    nulls: str | None


class FrameBound(Node, frozen=True):
    """`unbounded preceding`, `2 preceding`, `current row`, `2 following`."""

    side: str
    offset: Expression | None


class Frame(Node, frozen=True):
    """`rows|range between start and end`, or with a start alone."""

    unit: str
    start: FrameBound
    end: FrameBound | None


class Window(Node, frozen=True):
    """What follows `over`."""

    partition: tuple[Expression, ...]
    order: tuple[SortKey, ...]
    frame: Frame | None


class Call(Node, frozen=True):
    """A function call.

    `keywords` is empty, or has for each argument the word that SQL writes before it, "" for none:
    `extract(year from d)`, `trim(both 'x' from s)`, `substring(s from 1 for 2)`,
    `position('a' in s)`, `overlay(s placing t from 1)`, `timestampadd(month, 1, ts)`.
    """

    name: Name
    arguments: tuple[Argument, ...] = ()
    distinct: bool = False
    nulls: str | None = None
    within_group: tuple[SortKey, ...] = ()
    filter: Expression | None = None
    window: Window | None = None
    keywords: tuple[str, ...] = ()


class BrokenExpression(Node, frozen=True):
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

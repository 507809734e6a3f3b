"""Expressions and types as text: Spark SQL in one canonical spelling.

The formatter prints it into `.ssbt` files and resolve into the IR, so that a reviewer reads the
same expression in the source and in the script. Each kind of node is expanded by one level, into
text, nodes and places where a long line may end; nothing recurses, so depth is no danger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting import layout
from ssbt.compiler.syntax.formatting.layout import (
    CLOSING,
    END,
    GROUP,
    SOFT,
    SPACE,
    UNNEST,
    Break,
    Nest,
    SourceOffset,
)
from ssbt.compiler.syntax.names import declared_name, function_name, name_after_dot, name_text
from ssbt.compiler.syntax.strings import quote_string

Piece = str | e.ParameterUse
Part = layout.Part | e.Node
Parts = list[Part]
Expansion = Callable[[Any], Parts]
F = TypeVar("F", bound=Expansion)

EXPANSIONS: dict[type, Expansion] = {}
# Operators that bind equally strong, one group for the layout where they follow each other.
_LEVELS = {
    "or": 1,
    "and": 2,
    "&": 6,
    "^": 5,
    "|": 4,
    **dict.fromkeys(("=", "!=", "<", ">", "<=", ">=", "<=>"), 3),
    **dict.fromkeys(("<<", ">>", ">>>"), 7),
    **dict.fromkeys(("+", "-", "||"), 8),
    **dict.fromkeys(("*", "/", "%", "div"), 9),
}


def register_expansion(node_type: type) -> Callable[[F], F]:
    """Register a function as the one that expands this kind of node."""

    def register(function: F) -> F:
        EXPANSIONS[node_type] = function
        return function

    return register


def sql_text(
    node: e.Node, replacements: Mapping[int, tuple[e.Node, ...]] = MappingProxyType({})
) -> tuple[Piece, ...]:
    """The text of an expression on one line, cut where parameters stand.

    `spelled` are, by id, nodes in whose place a list of others is written.
    """
    pieces: list[Piece] = []
    text: list[str] = []
    stack: list[Part] = [node]
    while stack:
        part = stack.pop()
        if isinstance(part, str):
            text.append(part)
        elif isinstance(part, Break):
            text.append(part.flat)
        elif isinstance(part, e.ParameterUse):
            if text:
                pieces.append("".join(text))
            text = []
            pieces.append(part)
        elif isinstance(part, e.Node):
            replacement = replacements.get(id(part))
            parts = EXPANSIONS[type(part)](part) if replacement is None else join_nodes(replacement)
            stack.extend(reversed(parts))
    if text:
        pieces.append("".join(text))
    return tuple(pieces)


def ssbt_text(node: e.Node) -> str:
    """The expression as it stands in a `.ssbt` file, on one line."""
    return "".join(
        piece if isinstance(piece, str) else parameter_text(piece) for piece in sql_text(node)
    )


def type_text(node: e.TypeName) -> str:
    """A type as Spark's DDL writes it, in lower case."""
    return ssbt_text(node)


def column_text(node: e.ColumnName) -> str:
    """A qualified name."""
    first, *rest = node.parts
    return ".".join([name_text(first.text), *(name_after_dot(part.text) for part in rest)])


def parameter_text(node: e.ParameterUse) -> str:
    """`${name}`."""
    return f"${{{declared_name(node.name.text)}}}"


def join_groups(groups: Iterable[Parts]) -> Parts:
    """The groups with commas between them, each on a line of its own where lines end."""
    out: Parts = []
    for group in groups:
        out += [",", SPACE, *group] if out else group
    return out


def join_nodes(items: Iterable[e.Node]) -> Parts:
    """The nodes with commas between them."""
    return join_groups([node] for node in items)


def format_clause(keyword: str, parts: Parts) -> Parts:
    """A keyword and a list, which goes below it where it does not fit; a single item does not."""
    if SPACE not in parts:
        return [f"{keyword} ", *parts]
    return [GROUP, keyword, Nest(2), SPACE, *parts, UNNEST, END]


def bracket(opening: str, inner: Parts, closing: str = ")", end: int | None = None) -> Parts:
    """A group in brackets; `end` is the offset behind the closing one, where it is known."""
    if not inner:
        return [opening, closing]
    offset: Parts = [] if end is None else [SourceOffset(end - len(closing))]
    return [GROUP, opening, Nest(2), SOFT, *inner, UNNEST, CLOSING, *offset, closing, END]


# ---- types


@register_expansion(e.TypeName)
def _(node: e.TypeName) -> Parts:
    if node.name == "interval":
        return [" ".join(["interval", " to ".join(node.units)]).strip()]
    if node.arguments or node.fields or node.name in ("array", "map", "struct"):
        inner = join_nodes((*node.arguments, *node.fields))
        return bracket(f"{node.name}<", inner, ">", node.span.end)
    numbers = f"({','.join(str(number) for number in node.numbers)})" if node.numbers else ""
    collation = f" collate {node.collation}" if node.collation else ""
    return [f"{declared_name(node.name)}{numbers}{collation}"]


@register_expansion(e.TypeField)
def _(node: e.TypeField) -> Parts:
    not_null = " not null" if node.not_null else ""
    comment = f" comment {quote_string(node.comment)}" if node.comment is not None else ""
    return [f"{name_text(node.name.text)}: ", node.type, f"{not_null}{comment}"]


# ---- literals and names


@register_expansion(e.BrokenExpression)
@register_expansion(e.NullLiteral)
def _(node: e.Expression) -> Parts:
    return ["null"]


@register_expansion(e.BooleanLiteral)
def _(node: e.BooleanLiteral) -> Parts:
    return ["true" if node.value else "false"]


@register_expansion(e.NumberLiteral)
def _(node: e.NumberLiteral) -> Parts:
    return [node.text]


@register_expansion(e.StringLiteral)
def _(node: e.StringLiteral) -> Parts:
    return [quote_string(node.value)]


@register_expansion(e.TypedLiteral)
def _(node: e.TypedLiteral) -> Parts:
    if node.kind == "x":
        return [f"x'{node.value}'"]
    units = f" {' to '.join(node.units)}" if node.units else ""
    return [f"{node.kind} {quote_string(node.value)}{units}"]


@register_expansion(e.IntervalLiteral)
def _(node: e.IntervalLiteral) -> Parts:
    out: Parts = ["interval"]
    for value, unit in node.parts:
        out += [" ", value, f" {unit}"]
    return out


@register_expansion(e.Name)
def _(node: e.Name) -> Parts:
    return [name_text(node.text)]


@register_expansion(e.ColumnName)
def _(node: e.ColumnName) -> Parts:
    return [column_text(node)]


@register_expansion(e.ParameterUse)
def _(node: e.ParameterUse) -> Parts:
    return [parameter_text(node)]


@register_expansion(e.Star)
def _(node: e.Star) -> Parts:
    qualifier = "".join(f"{name_text(name.text)}." for name in node.qualifier)
    if not node.excluded:
        return [f"{qualifier}*"]
    return [f"{qualifier}* ", *bracket("except (", join_nodes(node.excluded), ")", node.span.end)]


# ---- operators


@register_expansion(e.Parenthesised)
def _(node: e.Parenthesised) -> Parts:
    inner: Parts = [node.operand]
    if isinstance(node.operand, e.Binary):
        inner = _format_chain(node.operand, 0)
    return bracket("(", inner, ")", node.span.end)


@register_expansion(e.Unary)
def _(node: e.Unary) -> Parts:
    # `--` would begin a comment in Spark SQL.
    space = " " if node.operator == "not" or isinstance(node.operand, e.Unary) else ""
    return [node.operator + space, node.operand]


@register_expansion(e.Binary)
def _(node: e.Binary) -> Parts:
    return _format_chain(node, 2)


def _format_chain(node: e.Binary, indent: int) -> Parts:
    """Operators of one level, each with its right operand on a line of its own."""
    level = _LEVELS[node.operator]
    links: list[tuple[str, e.Expression]] = [(node.operator, node.right)]
    first = node.left
    while isinstance(first, e.Binary) and _LEVELS[first.operator] == level:
        links.append((first.operator, first.right))
        first = first.left
    out: Parts = [GROUP, first, Nest(indent)]
    for operator, right in reversed(links):
        out += [SPACE, f"{operator} ", right]
    return [*out, UNNEST, END]


@register_expansion(e.Between)
def _(node: e.Between) -> Parts:
    word = " not between " if node.negated else " between "
    return [node.operand, word, node.low, " and ", node.high]


@register_expansion(e.InList)
def _(node: e.InList) -> Parts:
    words = f" {'not ' if node.negated else ''}{node.keyword} ("
    return [node.operand, *bracket(words, join_nodes(node.items), ")", node.span.end)]


@register_expansion(e.Like)
def _(node: e.Like) -> Parts:
    words = f" {'not ' if node.negated else ''}{node.operator} "
    if node.quantifier:
        patterns = join_nodes(node.patterns)
        return [node.operand, *bracket(f"{words}{node.quantifier} (", patterns)]
    escape = f" escape {quote_string(node.escape)}" if node.escape is not None else ""
    return [node.operand, words, *join_nodes(node.patterns), escape]


@register_expansion(e.Is)
def _(node: e.Is) -> Parts:
    return [node.operand, f" is {'not ' if node.negated else ''}{node.constant}"]


@register_expansion(e.IsDistinctFrom)
def _(node: e.IsDistinctFrom) -> Parts:
    words = f" is {'not ' if node.negated else ''}distinct from "
    return [node.left, words, node.right]


@register_expansion(e.Case)
def _(node: e.Case) -> Parts:
    out: Parts = [GROUP, "case"]
    if node.operand is not None:
        out += [" ", node.operand]
    out.append(Nest(2))
    for condition, value in node.branches:
        out += [SPACE, "when ", condition, " then ", value]
    if node.otherwise is not None:
        out += [SPACE, "else ", node.otherwise]
    return [*out, UNNEST, layout.CLOSING_SPACE, SourceOffset(node.span.end - 3), "end", END]


@register_expansion(e.Cast)
def _(node: e.Cast) -> Parts:
    if node.form == "::":
        return [node.operand, "::", node.type]
    inner: Parts = [node.operand, " as ", node.type]
    return bracket(f"{node.form}(", inner, ")", node.span.end)


@register_expansion(e.Collate)
def _(node: e.Collate) -> Parts:
    collation = ".".join(name_text(part) for part in node.collation.split("."))
    return [node.operand, f" collate {collation}"]


# ---- parts of values


@register_expansion(e.Subscript)
def _(node: e.Subscript) -> Parts:
    return [node.base, *bracket("[", [node.index], "]", node.span.end)]


@register_expansion(e.Field)
def _(node: e.Field) -> Parts:
    return [node.base, f".{name_after_dot(node.name.text)}"]


@register_expansion(e.VariantPath)
def _(node: e.VariantPath) -> Parts:
    # Without a name it is the whole of the variant, which an index in brackets follows.
    name = name_after_dot(node.name.text) if node.name.text else ""
    return [node.base, f":{name}"]


@register_expansion(e.Tuple)
def _(node: e.Tuple) -> Parts:
    names = node.names or (None,) * len(node.items)
    items: list[Parts] = [
        [item, "" if name is None else f" as {name_text(name.text)}"]
        for item, name in zip(node.items, names, strict=True)
    ]
    return bracket("(", join_groups(items), ")", node.span.end)


# ---- calls


@register_expansion(e.Lambda)
def _(node: e.Lambda) -> Parts:
    names = ", ".join(name_text(name.text) for name in node.parameters)
    head = names if len(node.parameters) == 1 else f"({names})"
    return [f"{head} -> ", node.body]


@register_expansion(e.Argument)
def _(node: e.Argument) -> Parts:
    name = f"{name_text(node.name.text)} => " if node.name else ""
    alias = f" as {name_text(node.alias.text)}" if node.alias else ""
    return [name, node.value, alias]


@register_expansion(e.SortKey)
def _(node: e.SortKey) -> Parts:
    nulls = f" nulls {node.nulls}" if node.nulls else ""
    return [node.value, f"{' desc' if node.descending else ''}{nulls}"]


@register_expansion(e.Window)
def _(node: e.Window) -> Parts:
    clauses: Parts = []
    if node.partition:
        clauses += format_clause("partition by", join_nodes(node.partition))
    if node.order:
        clauses += [
            *([SPACE] if clauses else []),
            *format_clause("order by", join_nodes(node.order)),
        ]
    if node.frame is not None:
        clauses += [*([SPACE] if clauses else []), node.frame]
    return bracket("(", clauses, ")", node.span.end)


@register_expansion(e.Frame)
def _(node: e.Frame) -> Parts:
    if node.end is None:
        return [f"{node.unit} ", node.start]
    return [f"{node.unit} between ", node.start, " and ", node.end]


@register_expansion(e.FrameBound)
def _(node: e.FrameBound) -> Parts:
    return [node.side] if node.offset is None else [node.offset, f" {node.side}"]


@register_expansion(e.Call)
def _(node: e.Call) -> Parts:
    name = node.name.text if node.keywords else function_name(node.name.text)
    if node.keywords:
        inner: Parts = []
        for word, argument in zip(node.keywords, node.arguments, strict=True):
            inner += [f"{' ' if inner else ''}{word}{' ' if word else ''}", argument]
        return bracket(f"{name}(", inner, ")", node.span.end)
    distinct: Parts = ["distinct "] if node.distinct else []
    out = bracket(f"{name}(", [*distinct, *join_nodes(node.arguments)])
    if node.within_group:
        out += bracket(" within group (order by ", join_nodes(node.within_group))
    if node.filter is not None:
        out += bracket(" filter (where ", [node.filter])
    if node.nulls:
        out.append(f" {node.nulls} nulls")
    if node.window is not None:
        out += [" over ", node.window]
    return out

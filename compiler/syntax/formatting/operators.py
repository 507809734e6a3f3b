"""How operators, and what takes parts of values, are laid out; see `files`."""

from __future__ import annotations

from ssbt.compiler import line_breaking as layout
from ssbt.compiler.line_breaking import (
    END,
    GROUP,
    SPACE,
    UNNEST,
    Nest,
    SourceOffset,
)
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expansions import (
    Parts,
    bracket,
    join_groups,
    join_nodes,
    register_expansion,
)
from ssbt.compiler.syntax.names import name_after_dot, name_text
from ssbt.compiler.syntax.strings import quote_string

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
    rest: Parts = []
    for operator, right in reversed(links):
        rest += [SPACE, f"{operator} ", right]
    if indent:
        rest = [Nest(indent), *rest, UNNEST]
    return [GROUP, first, *rest, END]


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

"""How names, parameters and types are laid out; see `files`."""

from __future__ import annotations

from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast.nodes import Name
from ssbt.compiler.syntax.ast.types import TypeField, TypeName
from ssbt.compiler.syntax.formatting.expansions import (
    Parts,
    bracket,
    join_nodes,
    register_expansion,
)
from ssbt.compiler.syntax.names import declared_name, name_after_dot, name_text
from ssbt.compiler.syntax.strings import quote_string


def column_text(node: e.ColumnName) -> str:
    """A qualified name."""
    first, *rest = node.parts
    return ".".join([name_text(first.text), *(name_after_dot(part.text) for part in rest)])


def parameter_text(node: e.ParameterUse) -> str:
    """`${name}`."""
    return f"${{{declared_name(node.name.text)}}}"


@register_expansion(TypeName)
def _(node: TypeName) -> Parts:
    if node.name == "interval":
        return [" ".join(["interval", " to ".join(node.units)]).strip()]
    if node.arguments or node.fields or node.name in ("array", "map", "struct"):
        inner = join_nodes((*node.arguments, *node.fields))
        return bracket(f"{node.name}<", inner, ">", node.span.end)
    numbers = f"({','.join(str(number) for number in node.numbers)})" if node.numbers else ""
    collation = f" collate {node.collation}" if node.collation else ""
    return [f"{declared_name(node.name)}{numbers}{collation}"]


@register_expansion(TypeField)
def _(node: TypeField) -> Parts:
    not_null = " not null" if node.not_null else ""
    comment = f" comment {quote_string(node.comment)}" if node.comment is not None else ""
    return [f"{name_text(node.name.text)}: ", node.type, f"{not_null}{comment}"]


@register_expansion(Name)
def _(node: Name) -> Parts:
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

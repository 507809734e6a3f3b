"""The outline of a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ssbt.compiler.lsp.analysis import Analysis
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast.expressions import BrokenExpression
from ssbt.compiler.syntax.ast.nodes import Name
from ssbt.compiler.syntax.ast.types import TypeName


@dataclass(frozen=True, slots=True)
class Symbol:
    """A declaration, or a column of a schema; `word` is the keyword or `column`."""

    word: str
    name: str
    detail: str
    span: Span
    name_span: Span
    children: tuple[Symbol, ...] = ()


def symbols(analysis: Analysis, path: str) -> Iterator[Symbol]:
    """The declarations of the file at `path`, in the order of the text."""
    return outline(analysis.declarations, path)


def outline(declarations: Iterable[d.Declaration], path: str) -> Iterator[Symbol]:
    """The symbols of those declarations that stand in the file at `path`."""
    own_declarations = (node for node in declarations if node.span.path == path)
    for node in sorted(own_declarations, key=lambda node: node.span.start):
        if isinstance(node, d.Test):
            title = "".join(map(str, node.name.parts))
            yield Symbol("test", title or "test", "", node.span, node.name.span)
            continue
        name = node.dataset if isinstance(node, d.SinkWrite) else getattr(node, "name", None)
        name = node.sink if isinstance(node, d.Maintain) else name
        if isinstance(name, Name) and name.text and not isinstance(node, d.BrokenDeclaration):
            word, detail = _describe(node)
            children = tuple(_column_symbols(node)) if isinstance(node, d.Schema) else ()
            yield Symbol(word, name.text, detail, node.span, name.span, children)


def _describe(node: d.Declaration) -> tuple[str, str]:
    match node:
        case d.SourceRead(connector=connector):
            return "source", connector.text
        case d.SinkWrite(connector=connector, name=name):
            return "sink", connector.text if name is None else f"{connector.text} as {name.text}"
        case d.Param(type=type_):
            return "param", _type_name(type_)
        case _:
            return type(node).__name__.lower(), ""


def _column_symbols(node: d.Schema) -> Iterator[Symbol]:
    for column in node.columns:
        name = column.name
        yield Symbol("column", name.text, _type_name(column.type), column.span, name.span)


def _type_name(node: TypeName | BrokenExpression) -> str:
    """The name without its parameters; nothing while it is being typed."""
    return node.name if isinstance(node, TypeName) else ""

"""What is known of the word at a place, in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
import re

from ssbt.compiler.credentials.texts import without_credentials
from ssbt.compiler.ir.provenance import Origin
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.lsp.analysis import Analysis
from ssbt.compiler.lsp.option_docs import option_hover
from ssbt.compiler.lsp.resolved_names import ResolvedName
from ssbt.compiler.lsp.signatures import function_page
from ssbt.compiler.lsp.symbol_index import symbol_index
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast import values as v
from ssbt.compiler.types import functions
from ssbt.compiler.types.typed import Typed

_CALL = re.compile(r"([^\W\d]\w*)(?=\s*\()")
_MOST_COLUMNS = 40


@dataclass(frozen=True, slots=True)
class Hover:
    """A text about the place `span`."""

    span: Span
    text: str


def hover(of: Analysis, path: str, offset: int) -> Hover | None:
    """What to show at an offset of the file at `path`, if anything is known of it."""
    source = of.sources.get(path)
    if source is None:
        return None
    mention = symbol_index(of).at(path, offset)
    if mention is not None:
        text = _about(of, mention)
        if text:
            return Hover(mention.span, text)
    value = next((s for s in of.seen.values if s.path == path and s.start <= offset < s.end), None)
    for match in _CALL.finditer(source.text, *_line(source.text, offset)):
        span = Span(path, *match.span(1))
        if span.start <= offset <= span.end:
            known = functions.find(match.group(1))
            if known is not None and (value is None or value == span):
                return Hover(span, function_page(known, of.seen.values.get(span)))
    if value is not None:
        found = of.seen.values[value]
        return Hover(value, _code(typed(source.text[value.start : value.end], found)))
    for node in of.declarations:
        if node.span.path == path and node.span.start <= offset <= node.span.end:
            got = option_hover(node, offset)
            return Hover(*got) if got is not None else None
    return None


def columns_table(columns: Iterable[Column]) -> str:
    """Columns as a list of their types."""
    return _code("\n".join(_column_line(column) for column in columns))


def typed(name: str, value: Column | Typed) -> str:
    """A name, its type and whether it can be null, on one line."""
    return f"{name}: {value.type.sql.lower()}{'' if value.nullable else ' not null'}"


def declaration_page(of: Analysis, node: d.Declaration) -> str:
    """What a declaration declares."""
    head, columns = _head(of, node)
    parts = [_code(head)]
    if described := of.described(node.span):
        parts.append(described)
    if isinstance(node, d.Param):
        parts += (_text(entry) for entry in node.entries if entry.name.text == "description")
    if isinstance(node, d.SourceRead | d.Let):
        relation = of.relation(node.name.text)
        shown = relation.columns[:_MOST_COLUMNS]
        columns = [*map(_column_line, shown), *["…"] * (len(relation.columns) > len(shown))]
        if relation.is_open:
            columns.append("… more columns, not known before the job runs")
    if columns:
        parts.append(_code("\n".join(columns)))
    return "\n\n".join(parts)


def _about(of: Analysis, mention: ResolvedName) -> str:
    if mention.kind == "column":
        return _column_page(of, mention)
    if mention.kind in ("alias", "lambda"):
        return ""
    key = mention.key
    node = of.by_name.get(key) if isinstance(key, tuple) else None
    return declaration_page(of, node) if node is not None else ""


def _column_page(of: Analysis, mention: ResolvedName) -> str:
    """A column's type, where it comes from, and what its schema says of it."""
    columns = of.seen.columns.get(mention.span) or _declared_at(of, mention.span)
    if not columns:
        return _schema_column(of, mention.span)
    parts = [columns_table(columns)]
    parts += _lineage(of, columns)
    known = of.seen.tags
    tags = sorted({tag for c in columns for tag in c.tags | known.of(c.provenance)})
    if tags:
        parts.append("Tags: " + ", ".join(f"`@{tag}`" for tag in tags))
    for column in columns:
        if column.declared is not None and (comment := _comment(of, column.declared)):
            parts.append(comment)
    return "\n\n".join(parts)


def _lineage(of: Analysis, columns: Iterable[Column]) -> Iterator[str]:
    """What the columns are computed from, here and in the first place."""
    direct = {origin for column in columns for origin in column.origins}
    first: set[Origin] = set()
    known = set(direct)
    waiting = list(direct)
    while waiting:
        origin = waiting.pop()
        made = of.seen.made.get(origin.dataset.casefold(), Relation())
        above = {
            each
            for column in made.columns
            if column.name.casefold() == origin.column.casefold()
            for each in column.provenance.at(origin.path).origins
        }
        if not above:
            first.add(origin)
        waiting += above - known
        known |= above
    if direct:
        yield f"Comes from {_listed(direct)}."
    if first != direct:
        yield f"In the first place from {_listed(first)}."


def _listed(origins: Iterable[Origin]) -> str:
    return ", ".join(f"`{each}`" for each in sorted(origins))


def _declared_at(of: Analysis, span: Span) -> list[Column]:
    """The column that gets its name at a place."""
    relations = (*of.seen.datasets.values(), *(step.after for step in of.seen.steps))
    for relation in relations:
        for column in relation.columns:
            if column.declared == span:
                return [column]
    return []


def _schema_column(of: Analysis, span: Span) -> str:
    for node in of.declarations:
        if isinstance(node, d.Schema):
            for column in node.columns:
                if column.name.span == span:
                    text = of.sources[span.path].text[column.span.start : column.span.end]
                    return _code(text)
    return ""


def _comment(of: Analysis, span: Span) -> str:
    for node in of.declarations:
        if isinstance(node, d.Schema):
            for column in node.columns:
                if column.name.span == span and column.comment:
                    return column.comment
    return ""


def _head(of: Analysis, node: d.Declaration) -> tuple[str, list[str]]:
    """A declaration's first line, and the lines that a schema has besides."""
    source = of.sources[node.span.path]
    text = source.text[node.span.start : node.span.end]
    if isinstance(node, d.Schema):
        columns = [source.text[c.span.start : c.span.end] for c in node.columns]
        return f"schema {node.name.text}", columns[:_MOST_COLUMNS]
    end = re.search(r"\s*(?:\{|=\s*from\b|=\s*$)", text, re.IGNORECASE | re.MULTILINE)
    return text[: end.start()] if end else text.split("\n", 1)[0], []


def _text(entry: v.Entry) -> str:
    parts = entry.value.parts if isinstance(entry.value, v.TextValue) else ()
    return "".join(part for part in parts if isinstance(part, str))


def _column_line(column: Column) -> str:
    return typed(column.name, column)


def _code(text: str) -> str:
    return f"```ssbt\n{without_credentials(text)}\n```"


def _line(text: str, offset: int) -> tuple[int, int]:
    """The range of the line around an offset, cut short where it is very long."""
    start = max(text.rfind("\n", 0, offset) + 1, offset - 200)
    end = text.find("\n", offset)
    return start, min(len(text) if end < 0 else end, offset + 200)

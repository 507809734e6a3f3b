"""What is known of the word at a place, in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
import re

from ssbt.compiler.credentials.texts import without_credentials
from ssbt.compiler.diagnostics.masking import mask_credentials
from ssbt.compiler.ir.provenance import Origin
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.lsp.analysis import Analysis
from ssbt.compiler.lsp.option_docs import option_hover, upkeep_hover
from ssbt.compiler.lsp.options import find_sink
from ssbt.compiler.lsp.resolved_names import ResolvedName
from ssbt.compiler.lsp.signatures import function_page
from ssbt.compiler.lsp.symbol_index import symbol_index
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast import values as v
from ssbt.compiler.types import functions
from ssbt.compiler.types.expression_types import Typed

_CALL = lazy_pattern(r"([^\W\d]\w*)(?=\s*\()")
_MAX_COLUMNS = 40


@dataclass(frozen=True, slots=True)
class Hover:
    """A text about the place `span`."""

    span: Span
    text: str


def find_hover(analysis: Analysis, path: str, offset: int) -> Hover | None:
    """What to show at an offset of the file at `path`, if anything is known of it."""
    source = analysis.sources.get(path)
    if source is None:
        return None
    mention = symbol_index(analysis).find_at(path, offset)
    if mention is not None:
        text = _describe_name(analysis, mention)
        if text:
            return Hover(mention.span, text)
    value = next(
        (s for s in analysis.semantic_index.values if s.path == path and s.start <= offset < s.end),
        None,
    )
    for match in _CALL.finditer(source.text, *_line_range(source.text, offset)):
        span = Span(path, *match.span(1))
        if span.start <= offset <= span.end:
            function = functions.find_function(match.group(1))
            if function is not None and (value is None or value == span):
                return Hover(
                    span, function_page(function, analysis.semantic_index.values.get(span))
                )
    if value is not None:
        typed_value = analysis.semantic_index.values[value]
        return Hover(
            value, _code_block(format_typed_name(source.text[value.start : value.end], typed_value))
        )
    for node in analysis.declarations:
        if node.span.path == path and node.span.start <= offset <= node.span.end:
            option_info = (
                upkeep_hover(node, find_sink(analysis.declarations, node.sink.text), offset)
                if isinstance(node, d.Maintain)
                else option_hover(node, offset)
            )
            return Hover(*option_info) if option_info is not None else None
    return None


def columns_table(columns: Iterable[Column]) -> str:
    """Columns as a list of their types."""
    return _code_block("\n".join(_column_line(column) for column in columns))


def format_typed_name(name: str, value: Column | Typed) -> str:
    """A name, its type and whether it can be null, on one line."""
    return f"{name}: {value.type.sql.lower()}{'' if value.nullable else ' not null'}"


def declaration_page(analysis: Analysis, node: d.Declaration) -> str:
    """What a declaration declares."""
    head, columns = _declaration_head(analysis, node)
    parts = [_code_block(head)]
    if doc_comment := analysis.doc_comment(node.span):
        parts.append(doc_comment)
    if isinstance(node, d.Param):
        parts += (_entry_text(entry) for entry in node.entries if entry.name.text == "description")
    if isinstance(node, d.SourceRead | d.Let):
        relation = analysis.relation(node.name.text)
        visible_columns = relation.columns[:_MAX_COLUMNS]
        columns = [
            *map(_column_line, visible_columns),
            *["…"] * (len(relation.columns) > len(visible_columns)),
        ]
        if relation.is_open:
            columns.append("… more columns, not known before the job runs")
    if columns:
        parts.append(_code_block("\n".join(columns)))
    return "\n\n".join(parts)


def _describe_name(analysis: Analysis, mention: ResolvedName) -> str:
    if mention.kind == "column":
        return _column_page(analysis, mention)
    if mention.kind in ("alias", "lambda"):
        return ""
    key = mention.key
    node = analysis.by_name.get(key) if isinstance(key, tuple) else None
    return declaration_page(analysis, node) if node is not None else ""


def _column_page(analysis: Analysis, mention: ResolvedName) -> str:
    """A column's type, where it comes from, and what its schema says of it."""
    columns = analysis.semantic_index.columns.get(mention.span) or _find_declared(
        analysis, mention.span
    )
    if not columns:
        return _schema_column_page(analysis, mention.span)
    parts = [columns_table(columns)]
    parts += _describe_lineage(analysis, columns)
    tag_index = analysis.semantic_index.tags
    tags = sorted({tag for c in columns for tag in c.tags | tag_index.tags_of(c.provenance)})
    if tags:
        parts.append("Tags: " + ", ".join(f"`@{tag}`" for tag in tags))
    for column in columns:
        if column.declared is not None and (comment := _find_comment(analysis, column.declared)):
            parts.append(comment)
    return "\n\n".join(parts)


def _describe_lineage(analysis: Analysis, columns: Iterable[Column]) -> Iterator[str]:
    """What the columns are computed from, here and in the first place."""
    direct = {origin for column in columns for origin in column.origins}
    roots: set[Origin] = set()
    visited = set(direct)
    pending = list(direct)
    while pending:
        origin = pending.pop()
        relation = analysis.semantic_index.query_outputs.get(origin.dataset.casefold(), Relation())
        sources = {
            each
            for column in relation.columns
            if column.name.casefold() == origin.column.casefold()
            for each in column.provenance.at(origin.path).origins
        }
        if not sources:
            roots.add(origin)
        pending += sources - visited
        visited |= sources
    if direct:
        yield f"Comes from {_list_origins(direct)}."
    if roots != direct:
        yield f"In the first place from {_list_origins(roots)}."


def _list_origins(origins: Iterable[Origin]) -> str:
    return ", ".join(f"`{each}`" for each in sorted(origins))


def _find_declared(analysis: Analysis, span: Span) -> list[Column]:
    """The column that gets its name at a place."""
    relations = (
        *analysis.semantic_index.datasets.values(),
        *(step.output_relation for step in analysis.semantic_index.steps),
    )
    for relation in relations:
        for column in relation.columns:
            if column.declared == span:
                return [column]
    return []


def _schema_column_page(analysis: Analysis, span: Span) -> str:
    for node in analysis.declarations:
        if isinstance(node, d.Schema):
            for column in node.columns:
                if column.name.span == span:
                    text = analysis.sources[span.path].text[column.span.start : column.span.end]
                    return _code_block(text)
    return ""


def _find_comment(analysis: Analysis, span: Span) -> str:
    for node in analysis.declarations:
        if isinstance(node, d.Schema):
            for column in node.columns:
                if column.name.span == span and column.comment:
                    return column.comment
    return ""


def _declaration_head(analysis: Analysis, node: d.Declaration) -> tuple[str, list[str]]:
    """A declaration's first line, and the lines that a schema has besides."""
    source = mask_credentials(analysis.sources, analysis.findings)[node.span.path]
    text = source.text[node.span.start : node.span.end]
    if isinstance(node, d.Schema):
        columns = [source.text[c.span.start : c.span.end] for c in node.columns]
        return f"schema {node.name.text}", columns[:_MAX_COLUMNS]
    end = re.search(r"\s*(?:\{|=\s*from\b|=\s*$)", text, re.IGNORECASE | re.MULTILINE)
    return text[: end.start()] if end else text.split("\n", 1)[0], []


def _entry_text(entry: v.Entry) -> str:
    parts = entry.value.parts if isinstance(entry.value, v.TextValue) else ()
    return "".join(part for part in parts if isinstance(part, str))


def _column_line(column: Column) -> str:
    return format_typed_name(column.name, column)


def _code_block(text: str) -> str:
    return f"```ssbt\n{without_credentials(text)}\n```"


def _line_range(text: str, offset: int) -> tuple[int, int]:
    """The range of the line around an offset, cut short where it is very long."""
    start = max(text.rfind("\n", 0, offset) + 1, offset - 200)
    end = text.find("\n", offset)
    return start, min(len(text) if end < 0 else end, offset + 200)

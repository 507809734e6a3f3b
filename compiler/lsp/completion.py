"""What can be written at a place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
import re

from ssbt.compiler.connectors.loading import connector_names
from ssbt.compiler.connectors.specification import SPARK_LINES, Role
from ssbt.compiler.lsp.analysis import Analysis
from ssbt.compiler.lsp.block_completion import block_items, declaration_items
from ssbt.compiler.lsp.completion_items import CompletionItem
from ssbt.compiler.lsp.cursor import Cursor, build_cursor
from ssbt.compiler.lsp.hover import format_typed_name
from ssbt.compiler.lsp.keywords import keyword_items
from ssbt.compiler.lsp.option_docs import connector_page
from ssbt.compiler.lsp.options import find_usable_connector
from ssbt.compiler.lsp.scope import Scope, find_scope
from ssbt.compiler.lsp.setting_completion import setting_items
from ssbt.compiler.lsp.signatures import format_signature, function_page
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.names import declared_name, name_text
from ssbt.compiler.types import functions
from ssbt.compiler.types.datatypes import type_names
from ssbt.grammar.words import OPERATORS

_BLOCK = lazy_pattern(r"(?:stream\s+)?(?:source|sink)\s", re.IGNORECASE)
_BEFORE_CONNECTOR = lazy_pattern(r"\s(?:from|to)\Z", re.IGNORECASE)
_BEFORE_KIND = lazy_pattern(r"\Aconnection\s[^{:]*:\s*\Z", re.IGNORECASE)
_USING = lazy_pattern(r"\busing\s*\([^)]*\Z", re.IGNORECASE)
_ROWS = lazy_pattern(
    r"\b(?:given|then(?:\s+after\s+\d+)?)\s+([^\W\d]\w*|`[^`\r\n]+`)\s*\([^)]*\Z", re.IGNORECASE
)
_PARAMETERS = lazy_pattern(r"([^\W\d]\w*|`[^`\r\n]+`)\s*:\s*([^\W\d]\w*)")
_NEAR = 400
_GENERIC = {"array": "array<$0>", "map": "map<$0>", "struct": "struct<$0>"}
# Names of the catalogue that are written as operators.
_WRITTEN_AS_OPERATORS = frozenset((*OPERATORS, "case")) - {"regexp"}


@dataclass(frozen=True, slots=True)
class Completion:
    """The items, and where the word begins that one of them replaces."""

    start: int
    items: tuple[CompletionItem, ...]


def complete(analysis: Analysis, path: str, offset: int) -> Completion | None:
    """What can stand at an offset of the file at `path`; None inside strings and comments."""
    source = analysis.sources.get(path)
    cursor = build_cursor(source, offset) if source is not None else None
    if cursor is None:
        return None
    unique = {(item.kind, item.label): item for item in _items(analysis, path, cursor)}
    return Completion(cursor.start, tuple(unique.values()))


def _items(analysis: Analysis, path: str, cursor: Cursor) -> Iterator[CompletionItem]:
    if cursor.in_parameter:
        yield from declaration_items(analysis, "param")
        return
    if cursor.path:
        yield from find_scope(analysis, path, cursor).members()
        return
    if _is_connector_next(cursor):
        yield from _connector_items(cursor)
        return
    block = [*setting_items(analysis, cursor), *block_items(analysis, cursor)]
    if block:
        yield from block
        return
    yield from _items_by_rules(analysis, path, cursor)
    yield from keyword_items(cursor)


def _items_by_rules(analysis: Analysis, path: str, cursor: Cursor) -> Iterator[CompletionItem]:
    rules = cursor.rules
    if "type" in rules:
        yield from _type_items()
    elif "dataset_use" in rules:
        yield from _dataset_items(analysis, cursor)
    elif "call" in rules:
        scope = find_scope(analysis, path, cursor)
        yield from scope.columns()
        yield from scope.qualifiers()
        yield from _function_items(analysis)
        yield from _parameter_items(analysis)
    elif "column" in rules:
        scope = find_scope(analysis, path, cursor)
        yield from scope.columns()
        yield from scope.qualifiers()
    elif "name" in rules and (cursor.previous == "RETURNS" or _is_parameter_schema_next(cursor)):
        yield from declaration_items(analysis, "schema")
    elif "name" in rules and _USING.search(cursor.head[-_NEAR:]):
        yield from _shared_column_items(find_scope(analysis, path, cursor))
    elif "name" in rules and (columns := [*_row_column_items(analysis, cursor)]):
        yield from columns
    elif "name" in rules and cursor.previous == "MAINTAIN":
        yield from _sink_items(analysis)
    elif "name" in rules and cursor.previous in ("SINK", "EXPECT", "GIVEN", "THEN"):
        yield from declaration_items(analysis, "dataset")
    if "step" in rules:
        yield from declaration_items(analysis, "transform")


def _is_connector_next(cursor: Cursor) -> bool:
    """Whether the name of a connector is to come: `source orders from`, `connection shop:`."""
    head = cursor.head.rstrip()
    if _BEFORE_KIND.match(cursor.head):
        return True
    return (
        cursor.head[-1:].isspace()
        and _BLOCK.match(head) is not None
        and _BEFORE_CONNECTOR.search(head[-_NEAR:]) is not None
        and "{" not in head
    )


def _is_parameter_schema_next(cursor: Cursor) -> bool:
    """Whether the schema of a transform's parameter is to come."""
    head = cursor.head.lower()
    return head.startswith("transform") and "=" not in head and head.rstrip().endswith(":")


def _dataset_items(analysis: Analysis, cursor: Cursor) -> Iterator[CompletionItem]:
    """Datasets, or a transform's own ones; and transforms."""
    if cursor.head[: len("transform")].lower() == "transform":
        for name, schema in _PARAMETERS.findall(cursor.head.partition("=")[0]):
            yield CompletionItem(name, "dataset", schema)
    else:
        yield from declaration_items(analysis, "dataset")
    yield from declaration_items(analysis, "transform")


def _shared_column_items(scope: Scope) -> Iterator[CompletionItem]:
    """The columns of both sides of a join."""
    left, right = scope.sides()
    names = {column.name.casefold() for column in right.columns}
    for column in left.columns:
        if column.name.casefold() in names:
            yield CompletionItem(
                name_text(column.name), "column", format_typed_name(column.name, column)
            )


def _function_items(analysis: Analysis) -> Iterator[CompletionItem]:
    for name in functions.function_names():
        function = functions.find_function(name)
        if function is None or name in _WRITTEN_AS_OPERATORS or not name.isidentifier():
            continue
        line = ".".join(function.since.split(".")[:2])
        if line in SPARK_LINES and SPARK_LINES.index(line) > SPARK_LINES.index(analysis.target):
            continue
        insert = f"{name}($0)" if function.parameters else f"{name}()"
        yield CompletionItem(
            name, "function", format_signature(function), function_page(function), snippet=insert
        )


def _parameter_items(analysis: Analysis) -> Iterator[CompletionItem]:
    for item in declaration_items(analysis, "param"):
        text = f"${{{item.label}}}"
        yield CompletionItem(text, "param", item.detail, item.documentation)


def _type_items() -> Iterator[CompletionItem]:
    for name in type_names():
        yield CompletionItem(name, "type", snippet=_GENERIC.get(name, ""))


def _connector_items(cursor: Cursor) -> Iterator[CompletionItem]:
    word = cursor.head.split(None, 1)[0].lower()
    role = {"sink": Role.SINK, "connection": Role.CONNECTION}.get(word, Role.SOURCE)
    for name in connector_names():
        connector = find_usable_connector(name)
        if connector is not None and connector.role(role) is not None:
            yield CompletionItem(name, "connector", connector.title, connector_page(connector))


def _sink_items(analysis: Analysis) -> Iterator[CompletionItem]:
    """The sinks, by the names that others know them by."""
    for node in analysis.declarations:
        if isinstance(node, d.SinkWrite):
            name = node.name or node.dataset
            yield CompletionItem(declared_name(name.text), "sink", node.connector.text)


def _row_column_items(analysis: Analysis, cursor: Cursor) -> Iterator[CompletionItem]:
    """The columns of the dataset whose list of columns is open at the place."""
    match = _ROWS.search(cursor.head[-_NEAR:])
    if match is not None and cursor.head[:4].lower() == "test":
        for column in analysis.relation(match[1].strip("`")).columns:
            yield CompletionItem(
                name_text(column.name), "column", format_typed_name(column.name, column)
            )

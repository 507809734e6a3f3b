"""What can be written at a place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
import re

from ssbt.compiler.connectors.loading import connector_names
from ssbt.compiler.connectors.specification import SPARK_LINES, Role
from ssbt.compiler.lsp.analysis import Analysis
from ssbt.compiler.lsp.block_completion import block_items, declared_items
from ssbt.compiler.lsp.completion_items import CompletionItem
from ssbt.compiler.lsp.cursor import Cursor, cursor
from ssbt.compiler.lsp.hover import typed
from ssbt.compiler.lsp.keywords import keyword_items
from ssbt.compiler.lsp.option_docs import connector_page
from ssbt.compiler.lsp.options import known_connector
from ssbt.compiler.lsp.scope import Scope, scope
from ssbt.compiler.lsp.setting_completion import setting_items
from ssbt.compiler.lsp.signatures import function_page, signature
from ssbt.compiler.syntax.names import name_text
from ssbt.compiler.types import functions
from ssbt.compiler.types.datatypes import type_names

_BLOCK = re.compile(r"(?:stream\s+)?(?:source|sink)\s", re.IGNORECASE)
_BEFORE_CONNECTOR = re.compile(r"\s(?:from|to)\Z", re.IGNORECASE)
_BEFORE_KIND = re.compile(r"\Aconnection\s[^{:]*:\s*\Z", re.IGNORECASE)
_USING = re.compile(r"\busing\s*\([^)]*\Z", re.IGNORECASE)
_ROWS = re.compile(
    r"\b(?:given|then(?:\s+after\s+\d+)?)\s+([^\W\d]\w*|`[^`\r\n]+`)\s*\([^)]*\Z", re.IGNORECASE
)
_PARAMETERS = re.compile(r"([^\W\d]\w*|`[^`\r\n]+`)\s*:\s*([^\W\d]\w*)")
_NEAR = 400
_GENERIC = {"array": "array<$0>", "map": "map<$0>", "struct": "struct<$0>"}
# Names of the catalogue that are written as operators.
_OPERATORS = frozenset(
    ("and", "or", "not", "div", "like", "ilike", "rlike", "between", "in", "case")
)


@dataclass(frozen=True, slots=True)
class Completion:
    """The items, and where the word begins that one of them replaces."""

    start: int
    items: tuple[CompletionItem, ...]


def completion(of: Analysis, path: str, offset: int) -> Completion | None:
    """What can stand at an offset of the file at `path`; None inside of strings and comments."""
    source = of.sources.get(path)
    place = cursor(source, offset) if source is not None else None
    if place is None:
        return None
    unique = {(item.kind, item.label): item for item in _items(of, path, place)}
    return Completion(place.start, tuple(unique.values()))


def _items(of: Analysis, path: str, place: Cursor) -> Iterator[CompletionItem]:
    if place.in_parameter:
        yield from declared_items(of, "param")
        return
    if place.path:
        yield from scope(of, path, place).members()
        return
    if _names_connector(place):
        yield from _connectors(place)
        return
    block = [*setting_items(of, place), *block_items(of, place)]
    if block:
        yield from block
        return
    yield from _by_rules(of, path, place)
    yield from keyword_items(place)


def _by_rules(of: Analysis, path: str, place: Cursor) -> Iterator[CompletionItem]:
    rules = place.rules
    if "type" in rules:
        yield from _types()
    elif "dataset_use" in rules:
        yield from _datasets(of, place)
    elif "call" in rules:
        around = scope(of, path, place)
        yield from around.columns()
        yield from around.qualifiers()
        yield from _functions(of)
        yield from _parameters(of)
    elif "column" in rules:
        around = scope(of, path, place)
        yield from around.columns()
        yield from around.qualifiers()
    elif "name" in rules and (place.previous == "RETURNS" or _types_parameter(place)):
        yield from declared_items(of, "schema")
    elif "name" in rules and _USING.search(place.head[-_NEAR:]):
        yield from _shared(scope(of, path, place))
    elif "name" in rules and (columns := [*_columns_of_rows(of, place)]):
        yield from columns
    elif "name" in rules and place.previous in ("SINK", "EXPECT", "GIVEN", "THEN"):
        yield from declared_items(of, "dataset")
    if "step" in rules:
        yield from declared_items(of, "transform")


def _names_connector(place: Cursor) -> bool:
    """Whether the name of a connector is to come: `source orders from`, `connection shop:`."""
    head = place.head.rstrip()
    if _BEFORE_KIND.match(place.head):
        return True
    return (
        place.head[-1:].isspace()
        and _BLOCK.match(head) is not None
        and _BEFORE_CONNECTOR.search(head[-_NEAR:]) is not None
        and "{" not in head
    )


def _types_parameter(place: Cursor) -> bool:
    """Whether the schema of a transform's parameter is to come."""
    head = place.head.lower()
    return head.startswith("transform") and "=" not in head and head.rstrip().endswith(":")


def _datasets(of: Analysis, place: Cursor) -> Iterator[CompletionItem]:
    """Datasets, or a transform's own ones; and transforms."""
    if place.head[: len("transform")].lower() == "transform":
        for name, schema in _PARAMETERS.findall(place.head.partition("=")[0]):
            yield CompletionItem(name, "dataset", schema)
    else:
        yield from declared_items(of, "dataset")
    yield from declared_items(of, "transform")


def _shared(around: Scope) -> Iterator[CompletionItem]:
    """The columns of both sides of a join."""
    left, right = around.sides()
    names = {column.name.casefold() for column in right.columns}
    for column in left.columns:
        if column.name.casefold() in names:
            yield CompletionItem(name_text(column.name), "column", typed(column.name, column))


def _functions(of: Analysis) -> Iterator[CompletionItem]:
    for name in functions.names():
        known = functions.find(name)
        if known is None or name in _OPERATORS or not name.isidentifier():
            continue
        line = ".".join(known.since.split(".")[:2])
        if line in SPARK_LINES and SPARK_LINES.index(line) > SPARK_LINES.index(of.target):
            continue
        insert = f"{name}($0)" if known.parameters else f"{name}()"
        yield CompletionItem(
            name, "function", signature(known), function_page(known), snippet=insert
        )


def _parameters(of: Analysis) -> Iterator[CompletionItem]:
    for item in declared_items(of, "param"):
        text = f"${{{item.label}}}"
        yield CompletionItem(text, "param", item.detail, item.documentation)


def _types() -> Iterator[CompletionItem]:
    for name in type_names():
        yield CompletionItem(name, "type", snippet=_GENERIC.get(name, ""))


def _connectors(place: Cursor) -> Iterator[CompletionItem]:
    word = place.head.split(None, 1)[0].lower()
    role = {"sink": Role.SINK, "connection": Role.CONNECTION}.get(word, Role.SOURCE)
    for name in connector_names():
        known = known_connector(name)
        if known is not None and known.role(role) is not None:
            yield CompletionItem(name, "connector", known.title, connector_page(known))


def _columns_of_rows(of: Analysis, place: Cursor) -> Iterator[CompletionItem]:
    """The columns of the dataset whose list of columns is open at the place."""
    match = _ROWS.search(place.head[-_NEAR:])
    if match is not None and place.head[:4].lower() == "test":
        for column in of.relation(match[1].strip("`")).columns:
            yield CompletionItem(name_text(column.name), "column", typed(column.name, column))

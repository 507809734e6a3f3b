"""What can be written in the blocks of declarations: options, their choices, and other values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
import re

from ssbt.compiler.connectors.loading import format_names
from ssbt.compiler.connectors.specification import (
    SPARK_LINES,
    Mode,
    Option,
    Role,
    RoleSpecification,
    ValueKind,
)
from ssbt.compiler.lsp.analysis import Analysis, declaration_kind
from ssbt.compiler.lsp.completion_items import CompletionItem
from ssbt.compiler.lsp.cursor import Cursor
from ssbt.compiler.lsp.hover import declaration_page, format_typed_name
from ssbt.compiler.lsp.option_docs import choice_page, option_page, option_type
from ssbt.compiler.lsp.options import find_sink, find_usable_connector
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.names import declared_name
from ssbt.compiler.syntax.tokens import tokenize

_HEAD = lazy_pattern(
    r"""(?ix)\A(?P<stream>stream\s+)?(?P<word>pipeline|source|sink|param|connection|maintain)\s
        (?:[^{]*?(?:\s(?:from|to)\s|:)\s*(?P<connector>[^\W\d]\w*))?"""
)
_ROLES = {"source": Role.SOURCE, "sink": Role.SINK, "connection": Role.CONNECTION}
_ROLES["maintain"] = Role.UPKEEP
_DATASET = lazy_pattern(r"\Asink\s+([^\W\d]\w*|`[^`]+`)", re.IGNORECASE)
_MAINTAINED = lazy_pattern(r"\Amaintain\s+([^\W\d]\w*|`[^`]+`)", re.IGNORECASE)
_VALUE = lazy_pattern(r"([^\W\d]\w*)\s*=\s*(?:\[[^\]]*)?\Z")
_NEAR = 1_000
# The entries of blocks that belong to no connector.
_ENTRIES = {
    "pipeline": {
        "description": "Text for people; it opens the script.",
        "owner": "Who answers for the pipeline.",
        "schedule": "When it runs, for people.",
        "target": "The Spark line to compile for.",
        "time_zone": "The time zone of the session, such as `Europe/Berlin`.",
        "masking": "Functions whose result is no personal data any more.",
        "implicit_flows": "Whether rows may be chosen by personal data: `allow` or `refuse`.",
        "spark": "Settings of the Spark session.",
    },
    "param": {"description": "What the parameter is for."},
}


@dataclass(frozen=True, slots=True)
class _Block:
    """The block around a place: what declares it, how deep the place is in it, how data flows."""

    word: str
    connector: str
    depth: int
    mode: Mode | None


def block_items(analysis: Analysis, cursor: Cursor) -> Iterator[CompletionItem]:
    """The items of a place in a block; none elsewhere."""
    block = _find_block(cursor)
    if block is None or block.depth != 1:
        return
    sink = _find_maintained(analysis, cursor.head)
    if sink is not None:
        block = replace(block, connector=sink.connector.text)
    role = _ROLES.get(block.word)
    connector = find_usable_connector(block.connector) if block.connector and role else None
    specification = connector.role(role) if connector is not None and role else None
    value = _VALUE.search(cursor.head[-_NEAR:])
    if value is None:
        if cursor.starts_line or cursor.head.rstrip().endswith(("{", ",")):
            yield from _name_items(block, specification)
        return
    if block.word == "pipeline" and value.group(1).lower() == "target":
        yield from (CompletionItem(f'"{line}"', "choice") for line in SPARK_LINES)
    option = None
    if specification is not None:
        option = specification.option(value.group(1), block.mode)
    if option is not None:
        yield from _value_items(analysis, cursor, option)


def _find_block(cursor: Cursor) -> _Block | None:
    match = _HEAD.match(cursor.head)
    if match is None:
        return None
    depth = 0
    for token in tokenize(cursor.head):
        sign = cursor.head[token.start]
        if token.kind == "open" and sign == "{":
            depth += 1
        elif token.kind == "close" and sign == "}":
            depth -= 1
    if depth <= 0:
        return None
    word = match["word"].lower()
    mode = Mode.STREAM if match["stream"] else Mode.BATCH
    return _Block(word, match["connector"] or "", depth, mode if word == "source" else None)


def _name_items(block: _Block, specification: RoleSpecification | None) -> Iterator[CompletionItem]:
    for name, doc in _ENTRIES.get(block.word, {}).items():
        snippet = f"{name} {{\n  $0\n}}" if name == "spark" else f"{name} = $0"
        yield CompletionItem(name, "option", "", doc, snippet)
    if specification is not None:
        for option in specification.options:
            if block.mode is not None and block.mode not in option.modes:
                continue
            detail = option_type(option).replace("`", "")
            yield CompletionItem(
                option.name, "option", detail, option_page(option), f"{option.name} = $0"
            )
        if block.word == "maintain":
            return
        yield CompletionItem(
            "raw", "option", "", "Options that go to Spark unchecked.", "raw {\n  $0\n}"
        )


def _value_items(analysis: Analysis, cursor: Cursor, option: Option) -> Iterator[CompletionItem]:
    match option.type.kind:
        case ValueKind.FORMAT:
            yield from (CompletionItem(name, "choice") for name in format_names())
        case ValueKind.WORD | ValueKind.OFFSETS:
            for choice in option.choices:
                yield CompletionItem(choice.name, "choice", "", choice_page(choice))
        case ValueKind.BOOLEAN:
            yield CompletionItem("true", "choice")
            yield CompletionItem("false", "choice")
        case ValueKind.SCHEMA:
            yield from declaration_items(analysis, "schema")
        case ValueKind.CONNECTION:
            yield from declaration_items(analysis, "connection")
        case ValueKind.STRING:
            if option.secret:
                yield from declaration_items(analysis, "secret")
        case ValueKind.COLUMN | ValueKind.CONDITION:
            dataset = _DATASET.match(cursor.head)
            sink = _find_maintained(analysis, cursor.head)
            name = dataset.group(1).strip("`") if dataset is not None else None
            name = sink.dataset.text if sink is not None else name
            if name is not None:
                for column in analysis.relation(name).columns:
                    yield CompletionItem(
                        declared_name(column.name), "column", format_typed_name(column.name, column)
                    )
        # Their values are written out.
        case ValueKind.CHAR | ValueKind.DATETIME_PATTERN | ValueKind.FUNCTION | ValueKind.INSTANT:
            pass
        case ValueKind.INTEGER | ValueKind.NUMBER | ValueKind.SIZE:
            pass
        case ValueKind.DURATION | ValueKind.MILLISECONDS | ValueKind.TRIGGER:
            pass
        case ValueKind.MAP | ValueKind.PARTITIONS | ValueKind.INSTANTS:
            pass


def _find_maintained(analysis: Analysis, head: str) -> d.SinkWrite | None:
    """The sink whose table the declaration that begins so is about."""
    match = _MAINTAINED.match(head)
    name = match.group(1).strip("`") if match is not None else ""
    return find_sink(analysis.declarations, name) if name else None


def declaration_items(analysis: Analysis, kind: str) -> Iterator[CompletionItem]:
    """The declarations of a kind."""
    for node in analysis.declarations:
        name = getattr(node, "name", None)
        if name is not None and declaration_kind(node) == kind:
            yield CompletionItem(
                declared_name(name.text), kind, "", declaration_page(analysis, node)
            )

"""The blocks of sources and sinks beside the specifications of their connectors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ssbt.compiler.connectors.loading import find_connector
from ssbt.compiler.connectors.specification import (
    Connector,
    ConnectorSpecificationError,
    Mode,
    Option,
    Role,
    RoleSpecification,
    ValueKind,
)
from ssbt.compiler.resolve.expressions.walking import nodes
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast import values as v
from ssbt.compiler.syntax.ast.nodes import Name

Block = d.SourceRead | d.SinkWrite | d.Connection


def find_usable_connector(name: str) -> Connector | None:
    """The connector of that name; None also where its own specification is broken."""
    try:
        return find_connector(name)
    except ConnectorSpecificationError:
        return None


def find_sink(declarations: Iterable[d.Declaration], name: str) -> d.SinkWrite | None:
    """The sink of that name."""
    sinks = (node for node in declarations if isinstance(node, d.SinkWrite))
    folded = name.casefold()
    return next((s for s in sinks if (s.name or s.dataset).text.casefold() == folded), None)


def block_role(block: Block) -> Role:
    """The side of its connector that a block uses."""
    if isinstance(block, d.Connection):
        return Role.CONNECTION
    return Role.SOURCE if isinstance(block, d.SourceRead) else Role.SINK


def block_mode(block: Block) -> Mode | None:
    """How the data of a source flows; a sink goes by its dataset, which is not known here."""
    if not isinstance(block, d.SourceRead):
        return None
    return Mode.STREAM if block.stream else Mode.BATCH


def find_specification(block: Block) -> RoleSpecification | None:
    """What the block may hold."""
    connector_specification = find_usable_connector(connector_name(block).text)
    return (
        connector_specification.role(block_role(block))
        if connector_specification is not None
        else None
    )


def connector_name(block: Block) -> Name:
    """The connector that a block names, which of a connection is its kind."""
    return block.kind if isinstance(block, d.Connection) else block.connector


def connection_names(block: Block) -> Iterator[Name]:
    """The words in the block that name connections."""
    return _names_of_kind(block, ValueKind.CONNECTION)


def secret_names(block: Block) -> Iterator[Name]:
    """The words in the block that name secrets."""
    for entry, option in block_options(block):
        if option.secret and isinstance(entry.value, v.WordValue):
            yield Name(entry.value.span, entry.value.text)


def schema_names(block: Block) -> Iterator[Name]:
    """The words in the block that name schemas."""
    return _names_of_kind(block, ValueKind.SCHEMA)


def column_names(block: Block) -> Iterator[Name]:
    """The words in the block that name columns."""
    return _names_of_kind(block, ValueKind.COLUMN)


def block_options(block: Block) -> Iterator[tuple[v.Entry, Option]]:
    """The entries of the block that are options of its connector."""
    specification = find_specification(block)
    for entry in block.entries:
        option = (
            specification.option(entry.name.text, block_mode(block))
            if specification is not None
            else None
        )
        if option is not None:
            yield entry, option


def _names_of_kind(block: Block, kind: ValueKind) -> Iterator[Name]:
    for entry, option in block_options(block):
        if option.type.kind is kind:
            for node in nodes(entry.value):
                if isinstance(node, v.WordValue):
                    yield Name(node.span, node.text)

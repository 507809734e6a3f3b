"""The blocks of sources and sinks beside the specifications of their connectors."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.connectors.loading import connector
from ssbt.compiler.connectors.specification import (
    Connector,
    ConnectorSpecificationError,
    Kind,
    Mode,
    Option,
    Role,
    RoleSpecification,
)
from ssbt.compiler.resolve.expressions.walking import nodes
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast import values as v
from ssbt.compiler.syntax.ast.expressions import Name

Block = d.SourceRead | d.SinkWrite | d.Connection


def known_connector(name: str) -> Connector | None:
    """The connector of that name; None also where its own specification is broken."""
    try:
        return connector(name)
    except ConnectorSpecificationError:
        return None


def role_of(block: Block) -> Role:
    """The side of its connector that a block uses."""
    if isinstance(block, d.Connection):
        return Role.CONNECTION
    return Role.SOURCE if isinstance(block, d.SourceRead) else Role.SINK


def mode_of(block: Block) -> Mode | None:
    """How the data of a source flows; a sink goes by its dataset, which is not known here."""
    if not isinstance(block, d.SourceRead):
        return None
    return Mode.STREAM if block.stream else Mode.BATCH


def specification(block: Block) -> RoleSpecification | None:
    """What the block may hold."""
    known = known_connector(connector_name(block).text)
    return known.role(role_of(block)) if known is not None else None


def connector_name(block: Block) -> Name:
    """The connector that a block names, which of a connection is its kind."""
    return block.kind if isinstance(block, d.Connection) else block.connector


def named_connections(block: Block) -> Iterator[Name]:
    """The words in the block that name connections."""
    return _words(block, Kind.CONNECTION)


def named_secrets(block: Block) -> Iterator[Name]:
    """The words in the block that name secrets."""
    for entry, option in options(block):
        if option.secret and isinstance(entry.value, v.WordValue):
            yield Name(entry.value.span, entry.value.text)


def named_schemas(block: Block) -> Iterator[Name]:
    """The words in the block that name schemas."""
    return _words(block, Kind.SCHEMA)


def named_columns(block: Block) -> Iterator[Name]:
    """The words in the block that name columns."""
    return _words(block, Kind.COLUMN)


def options(block: Block) -> Iterator[tuple[v.Entry, Option]]:
    """The entries of the block that are options of its connector."""
    known = specification(block)
    for entry in block.entries:
        option = known.option(entry.name.text, mode_of(block)) if known is not None else None
        if option is not None:
            yield entry, option


def _words(block: Block, kind: Kind) -> Iterator[Name]:
    for entry, option in options(block):
        if option.type.kind is kind:
            for node in nodes(entry.value):
                if isinstance(node, v.WordValue):
                    yield Name(node.span, node.text)

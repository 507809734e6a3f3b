"""Mistakes in the use of a connector as a whole, and in giving an option twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ssbt.compiler.connectors.connector_use import ConnectorUse
from ssbt.compiler.connectors.specification import (
    Connector,
    Role,
)
from ssbt.compiler.connectors.wording import join_alternatives
from ssbt.compiler.diagnostics.codes.connectors import (
    DUPLICATE_OPTION,
    NO_PACKAGE,
    UNSUPPORTED_USE,
)
from ssbt.compiler.diagnostics.model import Diagnostic, Label

if TYPE_CHECKING:
    from ssbt.compiler.connectors.values import OptionEntry
    from ssbt.compiler.source import Span


def repeated_option(entry: OptionEntry, first: Span) -> Diagnostic:
    return Diagnostic(
        DUPLICATE_OPTION,
        f"`{entry.name}` is given twice",
        Label(entry.name_span, "given again"),
        secondary=(Label(first, "first given here"),),
        help=("keep one of the two",),
    )


def missing_package(connector: Connector, use: ConnectorUse) -> Diagnostic:
    """There is no package of the connector for the Spark that is compiled for."""
    lines = join_alternatives(line for line, _ in connector.packages)
    return Diagnostic(
        NO_PACKAGE,
        f"there is no `{connector.name}` for Spark {use.spark}",
        Label(use.span),
        help=(f"compile for Spark {lines}",),
    )


def unsupported_use(connector: Connector, use: ConnectorUse) -> Diagnostic:
    """The connector lacks this side, or this side works for the other kind of data only."""
    specification = connector.role(use.role)
    if use.role is Role.UPKEEP:
        return Diagnostic(
            UNSUPPORTED_USE,
            f"`{connector.name}` has nothing that `maintain` could do",
            Label(use.span),
            help=("`maintain` is for a sink that writes a table, such as `delta` or `iceberg`",),
        )
    if specification is None:
        problem = "cannot be read from" if use.role is Role.SOURCE else "cannot be written to"
    elif use.role is Role.SOURCE:
        problem = "cannot be read as a stream" if use.streaming else "can only be read as a stream"
    else:
        problem = "takes no stream" if use.streaming else "takes streams only"
    sides = [role.value for role in Role if connector.role(role) is not None]
    return Diagnostic(
        UNSUPPORTED_USE,
        f"`{connector.name}` {problem}",
        Label(use.span),
        help=(f"`{connector.name}` is a {' and a '.join(sides)}",) if specification is None else (),
    )

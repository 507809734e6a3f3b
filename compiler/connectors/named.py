"""Connectors and formats that a pipeline names, or the findings that there are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ssbt.compiler.connectors.loading import (
    connector,
    connector_names,
    format_names,
    record_format,
)
from ssbt.compiler.connectors.specification import ConnectorSpecificationError, Role
from ssbt.compiler.connectors.wording import one_of
from ssbt.compiler.diagnostics.codes.connections import UNKNOWN_KIND
from ssbt.compiler.diagnostics.codes.connectors import UNKNOWN_CONNECTOR
from ssbt.compiler.diagnostics.model import Diagnostic, Edit, Label
from ssbt.compiler.diagnostics.suggestions import did_you_mean

if TYPE_CHECKING:
    from ssbt.compiler.connectors.formats import Format
    from ssbt.compiler.connectors.specification import Connector
    from ssbt.compiler.source import Span


def named_connector(name: str, span: Span) -> Connector | Diagnostic:
    """The connector that a pipeline names, or the finding that there is none."""
    try:
        known = connector(name)
    except ConnectorSpecificationError as error:
        return _broken("connector", name, span, error)
    return known or _not_there("connector", name, span, _with_sides(Role.SOURCE, Role.SINK))


def named_connection(name: str, span: Span) -> Connector | Diagnostic:
    """The connector whose connections are of the kind `name`, or the finding that there is none."""
    known = connector(name)
    if known and known.connection:
        return known
    kinds = _with_sides(Role.CONNECTION)
    near = did_you_mean(name, kinds)
    return Diagnostic(
        UNKNOWN_KIND,
        f"there is no kind of connection `{name}`" + (f"; did you mean `{near}`?" if near else ""),
        Label(span),
        help=() if near else (f"the kinds here are {one_of(f'`{kind}`' for kind in kinds)}",),
        fix=(Edit(span, near),) if near else (),
    )


def named_format(name: str, span: Span) -> Format | Diagnostic:
    """The format that an option names, or the finding that there is none."""
    try:
        known = record_format(name)
    except ConnectorSpecificationError as error:
        return _broken("format", name, span, error)
    return known or _not_there("format", name, span, format_names())


def _with_sides(*roles: Role) -> tuple[str, ...]:
    """The connectors that have one of the sides; of a broken one nobody knows, so it is listed."""
    found = []
    for name in connector_names():
        try:
            known = connector(name)
        except ConnectorSpecificationError:
            known = None
        if known is None or any(known.role(role) for role in roles):
            found.append(name)
    return tuple(found)


def _broken(noun: str, name: str, span: Span, error: ConnectorSpecificationError) -> Diagnostic:
    return Diagnostic(
        UNKNOWN_CONNECTOR,
        f"the {noun} `{name}` is installed, but broken: {error}",
        Label(span),
        help=("its author can help: the package that brings it, not the pipeline, is wrong",),
    )


def _not_there(noun: str, name: str, span: Span, names: tuple[str, ...]) -> Diagnostic:
    near = did_you_mean(name, names)
    return Diagnostic(
        UNKNOWN_CONNECTOR,
        f"there is no {noun} `{name}`" + (f"; did you mean `{near}`?" if near else ""),
        Label(span),
        help=() if near else (f"the {noun}s here are {one_of(f'`{n}`' for n in names)}",),
        fix=(Edit(span, near),) if near else (),
    )

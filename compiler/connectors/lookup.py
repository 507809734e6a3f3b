"""Connectors and formats that a pipeline names, or the findings that there are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ssbt.compiler.connectors.loading import (
    connector_names,
    find_connector,
    find_record_format,
    format_names,
)
from ssbt.compiler.connectors.specification import ConnectorSpecificationError, Role
from ssbt.compiler.connectors.wording import join_alternatives
from ssbt.compiler.diagnostics.codes.connections import UNKNOWN_KIND
from ssbt.compiler.diagnostics.codes.connectors import UNKNOWN_CONNECTOR
from ssbt.compiler.diagnostics.model import Diagnostic, Edit, Label
from ssbt.compiler.diagnostics.suggestions import did_you_mean

if TYPE_CHECKING:
    from ssbt.compiler.connectors.formats import Format
    from ssbt.compiler.connectors.specification import Connector
    from ssbt.compiler.source import Span


def resolve_connector(name: str, span: Span) -> Connector | Diagnostic:
    """The connector that a pipeline names, or the finding that there is none."""
    try:
        specification = find_connector(name)
    except ConnectorSpecificationError as error:
        return _broken_finding("connector", name, span, error)
    return specification or _unknown_finding(
        "connector", name, span, _connectors_with_role(Role.SOURCE, Role.SINK)
    )


def resolve_connection_kind(name: str, span: Span) -> Connector | Diagnostic:
    """The connector whose connections are of the kind `name`, or the finding that there is none."""
    specification = find_connector(name)
    if specification and specification.connection:
        return specification
    kinds = _connectors_with_role(Role.CONNECTION)
    near = did_you_mean(name, kinds)
    return Diagnostic(
        UNKNOWN_KIND,
        f"there is no kind of connection `{name}`" + (f"; did you mean `{near}`?" if near else ""),
        Label(span),
        help=()
        if near
        else (f"the kinds here are {join_alternatives(f'`{kind}`' for kind in kinds)}",),
        fix=(Edit(span, near),) if near else (),
    )


def resolve_format(name: str, span: Span) -> Format | Diagnostic:
    """The format that an option names, or the finding that there is none."""
    try:
        specification = find_record_format(name)
    except ConnectorSpecificationError as error:
        return _broken_finding("format", name, span, error)
    return specification or _unknown_finding("format", name, span, format_names())


def _connectors_with_role(*roles: Role) -> tuple[str, ...]:
    """The connectors that have one of the sides; of a broken one nobody knows, so it is listed."""
    names = []
    for name in connector_names():
        try:
            specification = find_connector(name)
        except ConnectorSpecificationError:
            specification = None
        if specification is None or any(specification.role(role) for role in roles):
            names.append(name)
    return tuple(names)


def _broken_finding(
    noun: str, name: str, span: Span, error: ConnectorSpecificationError
) -> Diagnostic:
    return Diagnostic(
        UNKNOWN_CONNECTOR,
        f"the {noun} `{name}` is installed, but broken: {error}",
        Label(span),
        help=("its author can help: the package that brings it, not the pipeline, is wrong",),
    )


def _unknown_finding(noun: str, name: str, span: Span, names: tuple[str, ...]) -> Diagnostic:
    near = did_you_mean(name, names)
    return Diagnostic(
        UNKNOWN_CONNECTOR,
        f"there is no {noun} `{name}`" + (f"; did you mean `{near}`?" if near else ""),
        Label(span),
        help=()
        if near
        else (f"the {noun}s here are {join_alternatives(f'`{n}`' for n in names)}",),
        fix=(Edit(span, near),) if near else (),
    )

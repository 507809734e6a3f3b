"""Declared parameters."""

from __future__ import annotations

from collections.abc import Iterable

from ssbt.compiler.diagnostics.codes import names as codes
from ssbt.compiler.ir.pipeline import Parameter
from ssbt.compiler.resolve.constants import GIVEN_TYPES, NoConstantError, constant
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.resolve.typenames import data_type
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast import values as v
from ssbt.compiler.syntax.ast.expressions import NullLiteral
from ssbt.compiler.types.datatypes import UnknownType


def parameters(nodes: Iterable[d.Param], report: Report) -> dict[str, Parameter]:
    """The parameters by lower-case name."""
    return {node.name.text.casefold(): _parameter(node, report) for node in nodes}


def _parameter(node: d.Param, report: Report) -> Parameter:
    type_ = data_type(node.type, report)
    default: object = None
    if not isinstance(type_, (*GIVEN_TYPES, UnknownType)):
        message = f"a parameter cannot be {type_.sql}"
        report.add(codes.BAD_PARAM_TYPE, node.type.span, message)
    elif node.default is not None and not isinstance(type_, UnknownType):
        default = _default(node, report)
    return Parameter(
        node.name.text,
        type_,
        default,
        node.default is None,
        _description(node, report),
        node.name.span,
    )


def _default(node: d.Param, report: Report) -> object:
    assert node.default is not None
    if isinstance(node.default, NullLiteral):
        message = "a parameter is never null"
        help_ = "leave the default out, and the parameter is required"
        report.add(codes.BAD_DEFAULT, node.default.span, message, help=help_)
        return None
    quiet = Report()
    try:
        return constant(node.default, data_type(node.type, quiet))
    except NoConstantError as error:
        message = f"`{node.name.text}` has a default that does not fit: {error}"
        report.add(codes.BAD_DEFAULT, node.default.span, message)
        return None


def _description(node: d.Param, report: Report) -> str:
    text = ""
    for entry in node.entries:
        if entry.name.text.lower() != "description":
            message = f"a parameter has no entry `{entry.name.text}`"
            name = entry.name.text
            report.unknown(
                codes.UNKNOWN_ENTRY, entry.name.span, message, name, ["description"], "entries"
            )
        elif isinstance(entry.value, v.TextValue) and all(
            isinstance(part, str) for part in entry.value.parts
        ):
            text = "".join(part for part in entry.value.parts if isinstance(part, str))
        else:
            message = "`description` is a text"
            report.add(codes.BAD_ENTRY, entry.value.span, message)
    return text

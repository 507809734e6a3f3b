"""Declared parameters."""

from __future__ import annotations

from collections.abc import Iterable

from ssbt.compiler.connectors.secrets import written_in_text
from ssbt.compiler.credentials.texts import has_credential
from ssbt.compiler.diagnostics.codes import names as codes
from ssbt.compiler.ir.checks import Condition
from ssbt.compiler.ir.pipeline import Parameter
from ssbt.compiler.resolve.checks import conditions
from ssbt.compiler.resolve.expressions.constants import NoConstantError, constant, is_given
from ssbt.compiler.resolve.expressions.typenames import data_type
from ssbt.compiler.resolve.expressions.walking import nodes
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast import values as v
from ssbt.compiler.syntax.ast.expressions import NullLiteral, StringLiteral
from ssbt.compiler.types.datatypes import CharType, DataType, UnknownType, VarcharType

_ENTRIES = ("description",)


def parameters(nodes: Iterable[d.Param], report: Report) -> dict[str, Parameter]:
    """The parameters by lower-case name."""
    return {node.name.text.casefold(): _parameter(node, report) for node in nodes}


def _parameter(node: d.Param, report: Report) -> Parameter:
    type_ = data_type(node.type, report)
    default: object = None
    checks: tuple[Condition, ...] = ()
    if is_given(type_):
        default = _default(node, type_, report)
        checks = conditions(node, type_, report)
    elif not isinstance(type_, UnknownType):
        report.add(
            codes.BAD_PARAM_TYPE,
            node.type.span,
            f"a parameter cannot be {type_.sql}",
            help=_way_out(node.name.text, type_),
        )
    made = Parameter(
        node.name.text,
        type_,
        default,
        node.default is None,
        _description(node, report),
        node.name.span,
        checks,
    )
    refusal = made.refusal(default) if default is not None else ""
    if refusal and node.default is not None:
        message = f"`{node.name.text}` has a default that does not fit: {refusal}"
        report.add(codes.BAD_DEFAULT, node.default.span, message)
    return made


def _way_out(name: str, type_: DataType) -> tuple[str, ...]:
    if isinstance(type_, CharType | VarcharType):
        return (f"write `param {name}: string check length({name}) <= {type_.length}`",)
    return ()


def _default(node: d.Param, type_: DataType, report: Report) -> object:
    given, name = node.default, node.name.text
    if given is None:
        return None
    if isinstance(given, NullLiteral):
        message = "a parameter is never null"
        help_ = "leave the default out, and the parameter is required"
        report.add(codes.BAD_DEFAULT, given.span, message, help=help_)
        return None
    if any(isinstance(n, StringLiteral) and has_credential(n.value) for n in nodes(given)):
        report.findings.append(written_in_text(given.span))
        return None
    try:
        return constant(given, type_)
    except NoConstantError as error:
        message = f"`{name}` has a default that does not fit: {error}"
        report.add(codes.BAD_DEFAULT, given.span, message)
        return None


def _description(node: d.Param, report: Report) -> str:
    found = ""
    for entry in node.entries:
        name = entry.name.text.lower()
        if name not in _ENTRIES:
            message = f"a parameter has no entry `{entry.name.text}`"
            report.unknown(codes.UNKNOWN_ENTRY, entry.name.span, message, name, _ENTRIES, "entries")
        elif isinstance(entry.value, v.TextValue) and all(
            isinstance(part, str) for part in entry.value.parts
        ):
            found = "".join(part for part in entry.value.parts if isinstance(part, str))
        else:
            report.add(codes.BAD_ENTRY, entry.value.span, f"`{name}` is a text")
    return found

"""Declared parameters."""

from __future__ import annotations

from collections.abc import Iterable

from ssbt.compiler.diagnostics.codes import names as codes
from ssbt.compiler.ir.pipeline import Parameter
from ssbt.compiler.resolve.constants import GIVEN_TYPES, NoConstantError, constant, given
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.resolve.typenames import data_type
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast import values as v
from ssbt.compiler.syntax.ast.expressions import NullLiteral
from ssbt.compiler.types.datatypes import DataType, StringType, UnknownType

_ENTRIES = ("description", "like", "one_of")


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
    description, like, one_of = _entries(node, type_, report)
    made = Parameter(
        node.name.text,
        type_,
        default,
        node.default is None,
        description,
        node.name.span,
        like,
        one_of,
    )
    refusal = made.refusal(default) if default is not None else ""
    if refusal and node.default is not None:
        message = f"`{node.name.text}` has a default that its constraint refuses: {refusal}"
        report.add(codes.BAD_DEFAULT, node.default.span, message)
    return made


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


def _entries(
    node: d.Param, type_: DataType, report: Report
) -> tuple[str, str | None, tuple[object, ...]]:
    """The description, and what is demanded of values: `like` and `one_of`."""
    texts: dict[str, str] = {}
    one_of: tuple[object, ...] = ()
    for entry in node.entries:
        name = entry.name.text.lower()
        if name not in _ENTRIES:
            message = f"a parameter has no entry `{entry.name.text}`"
            report.unknown(
                codes.UNKNOWN_ENTRY, entry.name.span, message, name, list(_ENTRIES), "entries"
            )
        elif name == "one_of":
            one_of = _values(entry, type_, report)
        elif name == "like" and not isinstance(type_, StringType):
            report.add(codes.BAD_ENTRY, entry.name.span, "`like` is for parameters of type string")
        elif isinstance(entry.value, v.TextValue) and all(
            isinstance(part, str) for part in entry.value.parts
        ):
            texts[name] = "".join(part for part in entry.value.parts if isinstance(part, str))
        else:
            report.add(codes.BAD_ENTRY, entry.value.span, f"`{name}` is a text")
    return texts.get("description", ""), texts.get("like"), one_of


def _values(entry: v.Entry, type_: DataType, report: Report) -> tuple[object, ...]:
    """The values in a list, which are constants of the parameter's type."""
    items = entry.value.items if isinstance(entry.value, v.ListValue) else ()
    found: list[object] = []
    for item in items or (entry.value,):
        match item:
            case v.TextValue(_, (str(text),)) | v.NumberValue(_, text):
                try:
                    found.append(given(text, text, type_))
                except NoConstantError as error:
                    report.add(codes.BAD_ENTRY, item.span, str(error))
            case _:
                message = '`one_of` is a list of texts or numbers: `["EU", "US"]`'
                report.add(codes.BAD_ENTRY, item.span, message)
    return tuple(found)

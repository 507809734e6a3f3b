"""Declared parameters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ssbt.compiler.connectors.secrets import credential_in_text, credential_parameter
from ssbt.compiler.credentials.names import is_credential_parameter
from ssbt.compiler.credentials.texts import has_credential
from ssbt.compiler.diagnostics.codes.declarations import (
    BAD_DEFAULT,
    BAD_ENTRY,
    BAD_PARAM_TYPE,
    UNKNOWN_ENTRY,
)
from ssbt.compiler.diagnostics.model import Edit
from ssbt.compiler.ir.checks import Condition
from ssbt.compiler.ir.pipeline import Parameter
from ssbt.compiler.resolve.expressions.constants import (
    NotConstantError,
    can_be_parameter,
    evaluate_constant,
)
from ssbt.compiler.resolve.expressions.typenames import resolve_data_type
from ssbt.compiler.resolve.expressions.walking import nodes
from ssbt.compiler.resolve.parameter_checks import resolve_conditions
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast import values as v
from ssbt.compiler.syntax.ast.expressions import Call, Expression, NullLiteral, StringLiteral
from ssbt.compiler.types.datatypes import CharType, DataType, UnknownType, VarcharType

_ENTRIES = ("description",)
# How others ask for a value from outside.
_ENVIRONMENT = ("env", "env_var", "getenv", "os.getenv", "os.environ.get", "var", "sys.env")


def resolve_parameters(nodes: Iterable[d.Param], report: Report) -> dict[str, Parameter]:
    """The parameters by lower-case name."""
    return {node.name.text.casefold(): _resolve_parameter(node, report) for node in nodes}


def _resolve_parameter(node: d.Param, report: Report) -> Parameter:
    type_ = resolve_data_type(node.type, report)
    default: object = None
    checks: tuple[Condition, ...] = ()
    if can_be_parameter(type_):
        default = _resolve_default(node, type_, report)
        checks = resolve_conditions(node, type_, report)
    elif not isinstance(type_, UnknownType):
        report.add(
            BAD_PARAM_TYPE,
            node.type.span,
            f"a parameter cannot be {type_.sql}",
            help=_length_check_help(node.name.text, type_),
        )
    parameter = Parameter(
        node.name.text,
        type_,
        default,
        node.default is None,
        _resolve_description(node, report),
        node.name.span,
        checks,
    )
    refusal = parameter.refusal(default) if default is not None else ""
    if refusal and node.default is not None:
        message = f"`{node.name.text}` has a default that does not fit: {refusal}"
        report.add(BAD_DEFAULT, node.default.span, message)
    return parameter


def _length_check_help(name: str, type_: DataType) -> tuple[str, ...]:
    if isinstance(type_, CharType | VarcharType):
        return (f"write `param {name}: string check length({name}) <= {type_.length}`",)
    return ()


def _resolve_default(node: d.Param, type_: DataType, report: Report) -> object:
    default, name = node.default, node.name.text
    if default is None:
        return None
    if isinstance(default, NullLiteral):
        message = "a parameter is never null"
        help_ = "leave the default out, and the parameter is required"
        report.add(BAD_DEFAULT, default.span, message, help=help_)
        return None
    for holder, text in _iterate_texts(name, default):
        if has_credential(text):
            report.findings.append(credential_in_text(default.span))
            return None
        if is_credential_parameter(holder, text):
            report.findings.append(credential_parameter(holder, default.span))
            return None
    if isinstance(default, Call) and default.name.text.casefold() in _ENVIRONMENT:
        message = "a default is a constant, and no value from outside"
        help_ = (
            f"leave it out: the value is given by `--set {name}=…` or `SSBT_PARAM_{name.upper()}`"
        )
        span = Span(default.span.path, node.type.span.end, default.span.end)
        report.add(BAD_DEFAULT, default.span, message, help=help_, fix=(Edit(span, ""),))
        return None
    try:
        return evaluate_constant(default, type_)
    except NotConstantError as error:
        message = f"`{name}` has a default that does not fit: {error}"
        report.add(BAD_DEFAULT, default.span, message)
        return None


def _iterate_texts(name: str, default: Expression) -> Iterator[tuple[str, str]]:
    """The texts in a default, each with the name that it has: the parameter's or a map's key."""
    for node in nodes(default):
        if isinstance(node, StringLiteral):
            yield name, node.value
        elif isinstance(node, Call) and node.name.text.casefold() == "map":
            texts = [argument.value for argument in node.arguments]
            for key, value in zip(texts[::2], texts[1::2], strict=False):
                if isinstance(key, StringLiteral) and isinstance(value, StringLiteral):
                    yield key.value, value.value


def _resolve_description(node: d.Param, report: Report) -> str:
    description = ""
    for entry in node.entries:
        name = entry.name.text.lower()
        if name not in _ENTRIES:
            message = f"a parameter has no entry `{entry.name.text}`"
            report.add_unknown_name(
                UNKNOWN_ENTRY, entry.name.span, message, name, _ENTRIES, "entries"
            )
        elif isinstance(entry.value, v.TextValue) and all(
            isinstance(part, str) for part in entry.value.parts
        ):
            description = "".join(part for part in entry.value.parts if isinstance(part, str))
        else:
            report.add(BAD_ENTRY, entry.value.span, f"`{name}` is a text")
    return description

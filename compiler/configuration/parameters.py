"""The section `params`: values of parameters, held to their types."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
import math

from ssbt.compiler.configuration.reports import Entry, FindingCollector, SectionResult
from ssbt.compiler.connectors.secrets import credential_in_text, credential_parameter
from ssbt.compiler.credentials.names import is_credential_parameter
from ssbt.compiler.credentials.texts import has_credential
from ssbt.compiler.diagnostics.codes import configuration as codes
from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.hocon.units import parse_milliseconds
from ssbt.compiler.hocon.values import Items, Object, Scalar, Value
from ssbt.compiler.ir.pipeline import Parameter, Pipeline
from ssbt.compiler.resolve.expressions.constants import NotConstantError, build_map, parse_constant
from ssbt.compiler.types.datatypes import ArrayType, DataType, DayTimeIntervalType, MapType
from ssbt.compiler.types.interval_values import Months, render_duration


def read_parameters(
    section: Object, pipeline: Pipeline, environment: str, findings: FindingCollector
) -> SectionResult:
    """The values that the environment gives, and the defaults of the others."""
    part = SectionResult()
    parameters_by_name = {item.name.casefold(): item for item in pipeline.declarations.parameters}
    used = {item.name for item in pipeline.parameters}
    values = {key.casefold(): value for key, value in section.fields.items()}
    for key in section.fields:
        if key.casefold() not in parameters_by_name:
            names = [item.name for item in parameters_by_name.values()]
            findings.add_unknown_key(
                section.keys[key], f"there is no parameter `{key}`", key, names
            )
    for key, item in parameters_by_name.items():
        given_value = values.get(key)
        credential = _find_credential(item.name, given_value) if given_value is not None else None
        if given_value is not None and credential is not None:
            findings.diagnostics.append(credential)
        elif given_value is not None:
            constant = _read_constant(given_value, item, findings)
            if item.name in used:
                part.document[item.name] = constant
                part.entries.append(
                    Entry(f"params.{item.name}", display_value(constant), given_value.span)
                )
        elif item.name in used and item.required:
            message = f"`{item.name}` has no value in the environment `{environment}`"
            help_ = f"give it one in `conf/{environment}.conf`, or when the job runs"
            findings.add(codes.MISSING_VALUE, item.span, message, help_)
        elif item.name in used:
            text = display_value(_json_value(item.default))
            part.entries.append(Entry(f"params.{item.name}", text, item.span))
    return part


def _find_credential(name: str, given_value: Value) -> Diagnostic | None:
    """The finding about a value, or a part of it, that is a credential."""
    for holder, text in _iterate_texts(name, given_value):
        if has_credential(text):
            return credential_in_text(given_value.span)
        if is_credential_parameter(holder, text):
            return credential_parameter(holder, given_value.span)
    return None


def _iterate_texts(name: str, value: Value) -> Iterator[tuple[str, str]]:
    """The texts in a value, each with the name that it has: the parameter's or an object's key."""
    match value:
        case Scalar():
            yield name, value.text
        case Items():
            for item in value.items:
                yield from _iterate_texts(name, item)
        case Object():
            for key, each in value.fields.items():
                yield from _iterate_texts(name, each)
                yield from _iterate_texts(key, each)


def _read_constant(value: Value, item: Parameter, findings: FindingCollector) -> object:
    try:
        constant = _typed_constant(value, item.type)
        if refusal := item.refusal(constant):
            raise NotConstantError(refusal)
        return _json_value(constant)
    except NotConstantError as error:
        type_name = item.type.sql.lower()
        findings.add_bad_value(
            value.span, f"`{item.name}` is a parameter of the type {type_name}: {error}"
        )
        return None


def _typed_constant(value: Value, type_: DataType) -> object:
    match type_, value:
        case ArrayType(element), Items():
            return tuple(_typed_constant(item, element) for item in value.items)
        case MapType(key, inner), Object():
            keys = [parse_constant(name, key) for name in value.fields]
            return build_map(keys, [_typed_constant(item, inner) for item in value.fields.values()])
        case ArrayType(), _:
            raise NotConstantError("this is no list: `[a, b]`")
        case MapType(), _:
            raise NotConstantError('this is no object: `{ "key" = value }`')
        case _, Scalar(value=None):
            raise NotConstantError("a parameter is never null")
        case DayTimeIntervalType(), Scalar():
            return parse_constant(_as_interval(value.text), type_)
        case _, Scalar():
            return parse_constant(value.text, type_)
        case _:
            raise NotConstantError("this is no single value")


def _as_interval(text: str) -> str:
    """A duration with a unit of HOCON's own, such as `10m`, as an interval is written."""
    length = parse_milliseconds(text)
    if length is None or not text.strip()[-1:].isalpha():
        return text
    return f"{length / 1000:f} seconds"


def _json_value(value: object) -> object:
    """The constant as JSON has it; what JSON cannot say exactly is text."""
    match value:
        case Decimal() | Months():
            return str(value)
        case timedelta():
            return render_duration(value)
        case datetime():
            return value.isoformat(" ")
        case date():
            return value.isoformat()
        case bytes():
            return value.hex()
        case float() if not math.isfinite(value):
            return str(value)
        case tuple():
            return [_json_value(item) for item in value]
        case dict():
            return {_json_key(key): _json_value(item) for key, item in value.items()}
        case _:
            return value


def _json_key(value: object) -> str:
    """A map's key, which JSON has as a text."""
    text = _json_value(value)
    return text if isinstance(text, str) else display_value(text)


def display_value(value: object) -> str:
    """A value for people."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"'
        case list():
            return f"[{', '.join(map(display_value, value))}]"
        case dict():
            items = (f"{display_value(key)} = {display_value(item)}" for key, item in value.items())
            return f"{{{', '.join(items)}}}"
        case _:
            return str(value)

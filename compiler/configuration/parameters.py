"""The section `params`: values of parameters, held to their types."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
import math

from ssbt.compiler.configuration.reports import Entry, Findings, Part
from ssbt.compiler.connectors.secrets import written_in_text
from ssbt.compiler.credentials.texts import has_credential
from ssbt.compiler.diagnostics.codes import configuration as codes
from ssbt.compiler.hocon.resolving import Items, Object, Scalar, Value
from ssbt.compiler.hocon.units import milliseconds
from ssbt.compiler.ir.pipeline import Parameter, Pipeline
from ssbt.compiler.resolve.expressions.constants import NoConstantError, given, mapping
from ssbt.compiler.types.datatypes import ArrayType, DataType, DayTimeIntervalType, MapType
from ssbt.compiler.types.interval_values import Months, duration_text


def parameter_values(
    section: Object, pipeline: Pipeline, environment: str, findings: Findings
) -> Part:
    """The values that the environment gives, and the defaults of the others."""
    part = Part()
    known = {item.name.casefold(): item for item in pipeline.declared.parameters}
    used = {item.name for item in pipeline.parameters}
    values = {key.casefold(): value for key, value in section.fields.items()}
    for key in section.fields:
        if key.casefold() not in known:
            names = [item.name for item in known.values()]
            findings.unknown(section.keys[key], f"there is no parameter `{key}`", key, names)
    for key, item in known.items():
        found = values.get(key)
        if found is not None and any(map(has_credential, _texts(found))):
            findings.all.append(written_in_text(found.span))
        elif found is not None:
            constant = _constant(found, item, findings)
            if item.name in used:
                part.document[item.name] = constant
                part.entries.append(Entry(f"params.{item.name}", shown(constant), found.span))
        elif item.name in used and item.required:
            message = f"`{item.name}` has no value in the environment `{environment}`"
            help_ = f"give it one in `conf/{environment}.conf`, or when the job runs"
            findings.add(codes.MISSING_VALUE, item.span, message, help_)
        elif item.name in used:
            text = shown(_json(item.default))
            part.entries.append(Entry(f"params.{item.name}", text, item.span))
    return part


def _texts(value: Value) -> Iterator[str]:
    match value:
        case Scalar():
            yield value.text
        case Items():
            for item in value.items:
                yield from _texts(item)
        case Object():
            for each in value.fields.values():
                yield from _texts(each)


def _constant(value: Value, item: Parameter, findings: Findings) -> object:
    try:
        constant = _given(value, item.type)
        if refusal := item.refusal(constant):
            raise NoConstantError(refusal)
        return _json(constant)
    except NoConstantError as error:
        wanted = item.type.sql.lower()
        findings.bad(value.span, f"`{item.name}` is a parameter of the type {wanted}: {error}")
        return None


def _given(value: Value, type_: DataType) -> object:
    match type_, value:
        case ArrayType(element), Items():
            return tuple(_given(item, element) for item in value.items)
        case MapType(key, inner), Object():
            keys = [given(name, key) for name in value.fields]
            return mapping(keys, [_given(item, inner) for item in value.fields.values()])
        case ArrayType(), _:
            raise NoConstantError("this is no list: `[a, b]`")
        case MapType(), _:
            raise NoConstantError('this is no object: `{ "key" = value }`')
        case _, Scalar(value=None):
            raise NoConstantError("a parameter is never null")
        case DayTimeIntervalType(), Scalar():
            return given(_as_words(value.text), type_)
        case _, Scalar():
            return given(value.text, type_)
    raise NoConstantError("this is no single value")


def _as_words(text: str) -> str:
    """A duration with a unit of HOCON's own, such as `10m`, as an interval is written."""
    length = milliseconds(text)
    if length is None or not text.strip()[-1:].isalpha():
        return text
    return f"{length / 1000:f} seconds"


def _json(value: object) -> object:
    """The constant as JSON has it; what JSON cannot say exactly is text."""
    match value:
        case Decimal() | Months():
            return str(value)
        case timedelta():
            return duration_text(value)
        case datetime():
            return value.isoformat(" ")
        case date():
            return value.isoformat()
        case bytes():
            return value.hex()
        case float() if not math.isfinite(value):
            return str(value)
        case tuple():
            return [_json(item) for item in value]
        case dict():
            return {_key(key): _json(item) for key, item in value.items()}
    return value


def _key(value: object) -> str:
    """A map's key, which JSON has as a text."""
    text = _json(value)
    return text if isinstance(text, str) else shown(text)


def shown(value: object) -> str:
    """A value for people."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"'
        case list():
            return f"[{', '.join(map(shown, value))}]"
        case dict():
            items = (f"{shown(key)} = {shown(item)}" for key, item in value.items())
            return f"{{{', '.join(items)}}}"
    return str(value)

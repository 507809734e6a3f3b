"""The parameters that a script declares as a dataclass, and their values."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date, datetime, timedelta
from decimal import Decimal
import json
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from ssbt.runtime.providers.secrets import Secret
from ssbt.runtime.settings.constraints import Check
from ssbt.runtime.settings.shared import SharedConfiguration
from ssbt.runtime.values.intervals import Months
from ssbt.runtime.values.types import SparkType, parse_type, parse_value
from ssbt.runtime.values.unknown_names import unknown_name_message

_SPARK_NAMES: dict[object, str] = {str: "STRING", bool: "BOOLEAN", int: "BIGINT", float: "DOUBLE"}
_SPARK_NAMES |= {date: "DATE", datetime: "TIMESTAMP", bytes: "BINARY"}
_SPARK_NAMES |= {timedelta: "INTERVAL DAY TO SECOND", Months: "INTERVAL YEAR TO MONTH"}

_SHARED = ("connections", "secrets")

# Where a value was given, its key (`params.rate`, `spark.sql.ansi.enabled`), and the value.
Entry = tuple[str, str, object]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A field of the script's `Params`; `default` is `MISSING` when a value must be given."""

    spark_type: SparkType
    default: object
    description: str
    checks: tuple[Check, ...] = ()


def read_parameters(params: type[Any] | None) -> dict[str, Parameter]:
    """The fields of the dataclass `params`, in their order."""
    result = {}
    hints = get_type_hints(params, include_extras=True) if params else {}
    for item in fields(params) if params else ():
        notes = getattr(hints[item.name], "__metadata__", ())
        spark_type = parse_type(notes[0] if notes else _spark_name(hints[item.name]))
        factory = item.default_factory
        default = item.default if factory is MISSING else factory()
        checks = tuple(note for note in notes[2:] if isinstance(note, Check))
        result[item.name] = Parameter(spark_type, default, "".join(notes[1:2]), checks)
    return result


def _spark_name(hint: object) -> str:
    if get_origin(hint) is UnionType:
        (hint,) = set(get_args(hint)) - {type(None)}
    if get_origin(hint) is tuple:
        return f"ARRAY<{_spark_name(get_args(hint)[0])}>"
    if get_origin(hint) is dict:
        return f"MAP<{', '.join(map(_spark_name, get_args(hint)))}>"
    return _SPARK_NAMES[hint]


def resolve_values(
    parameters: Mapping[str, Parameter],
    entries: Iterable[Entry],
    shared: SharedConfiguration | None = None,
) -> tuple[dict[str, object], dict[str, str | Secret], list[str]]:
    """Parameter values, Spark settings, and everything that is wrong with the entries.

    The last entry wins; what it overrides is checked all the same, for whoever takes it away. What
    they say of connections and secrets goes into `shared`.
    """
    values: dict[str, object] = {}
    settings: dict[str, str | Secret] = {}
    problems: list[str] = []
    for source, key, raw in entries:
        section, _, name = key.partition(".")
        try:
            if section == "params":
                if name not in parameters:
                    raise ValueError(unknown_name_message("parameter", name, parameters, source))
                values[name] = None  # Given, though wrongly: it is not missing as well.
                values[name] = _parse_parameter(parameters[name], name, source, raw)
            elif section == "spark":
                settings[key] = _parse_setting(key, source, raw)
            elif shared is None or section not in _SHARED:
                raise ValueError(
                    unknown_name_message("section", section, ("params", "spark", *_SHARED), source)
                )
            else:
                shared.add(source, key, raw)
        except ValueError as error:
            problems.append(str(error))
    problems += find_missing(parameters, values).values()
    return values, settings, problems


def find_missing(
    parameters: Mapping[str, Parameter], given_names: Container[str]
) -> dict[str, str]:
    """What is to be said of each parameter that needs a value and has none."""
    return {
        name: f"parameter `{name}` ({each.spark_type}) needs a value: --set {name}=..."
        for name, each in parameters.items()
        if each.default is MISSING and name not in given_names
    }


def _parse_parameter(parameter: Parameter, name: str, source: str, raw: object) -> object:
    """What a parameter is given; raises `ValueError` for what its type or a check refuses."""
    if raw is None and parameter.default is None:
        return None
    value: object = None
    try:
        value = parse_value(raw, parameter.spark_type)
        refusals = [check.problem(value) for check in parameter.checks]
    except (ValueError, RecursionError) as error:
        refusals = [str(error)]
    for refusal in filter(None, refusals):
        given_text = json.dumps(raw, ensure_ascii=False, default=str)
        expectation = f"parameter `{name}` ({source}): expected {parameter.spark_type}"
        raise ValueError(f"{expectation}, got {given_text}: {refusal}")
    return value


def _parse_setting(key: str, source: str, raw: object) -> str | Secret:
    """The text of a setting of Spark, or a secret; raises `ValueError` for what has none."""
    if isinstance(raw, dict) and list(raw) == ["secret"]:
        return Secret(str(raw["secret"]))
    if isinstance(raw, str | int | Decimal):
        return str(raw).lower() if isinstance(raw, bool) else str(raw)
    raise ValueError(f"`{key}` ({source}) must be text, a number, true or false")

"""The block `spark` of a pipeline: settings of the session."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping

from msgspec import Struct

from ssbt.compiler.connectors.secrets import credential_in_text, secret_flow, unprotected_credential
from ssbt.compiler.credentials.names import is_credential
from ssbt.compiler.credentials.texts import has_credential
from ssbt.compiler.diagnostics.codes.declarations import BAD_ENTRY, BAD_SETTING
from ssbt.compiler.diagnostics.model import Edit
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.sparkconf.settings import TIME_ZONE, find_setting_problem
from ssbt.compiler.sparkconf.values import spark_quantity
from ssbt.compiler.syntax.ast import values as v
from ssbt.compiler.syntax.ast.expressions import ParameterUse, Star
from ssbt.compiler.types.zone_letters import describe_zone_letters
from ssbt.compiler.types.zones import SHORT_ZONES


class SparkSettings(Struct, frozen=True):
    """Names and values, in order; those that hold credentials with the names of secrets."""

    values: tuple[tuple[str, str], ...] = ()
    secrets: tuple[tuple[str, str], ...] = ()


def resolve_spark_settings(
    entry: v.Entry,
    spark_line: str,
    secrets: Mapping[str, str],
    read_text: Callable[[v.Entry], str],
    report: Report,
) -> SparkSettings:
    """The settings, checked against those of a Spark line.

    `read_text` reads an entry that is a text; `secrets` are the names by those in lower case.
    """
    if not isinstance(entry.value, v.BlockValue):
        message = "`spark` is a block of settings"
        help_ = 'spark { "spark.sql.shuffle.partitions" = 8 }'
        report.add(BAD_ENTRY, entry.value.span, message, help=help_)
        return SparkSettings()
    settings: dict[str, str] = {}
    credentials: dict[str, str] = {}
    for each in entry.value.entries:
        key = each.name.text
        finding_count = len(report.findings)
        if key.startswith("spark.") and _needs_secret(each):
            secret_name = each.value.text if isinstance(each.value, v.WordValue) else ""
            secret = secrets.get(secret_name.casefold())
            if secret is None:
                report.findings.append(unprotected_credential(key, each.value.span))
            else:
                credentials[key] = secret
            continue
        value = _resolve_value(each, secrets, read_text, report)
        if not key.startswith("spark."):
            message = f"`{key}` is no Spark setting"
            help_ = "their names begin with `spark.`"
            report.add(BAD_ENTRY, each.name.span, message, help=help_)
        elif key in settings:
            report.add(BAD_ENTRY, each.name.span, f"`{key}` is given twice")
        elif len(report.findings) == finding_count:
            _check_setting(each, value, spark_line, report)
            settings[key] = value
    return SparkSettings(tuple(settings.items()), tuple(credentials.items()))


def _needs_secret(entry: v.Entry) -> bool:
    """Whether the value has to be a secret."""
    if isinstance(entry.value, v.NumberValue | v.BooleanValue | v.QuantityValue):
        return False
    return is_credential(entry.name.text, _plain_text(entry))


def _plain_text(entry: v.Entry) -> str:
    parts = entry.value.parts if isinstance(entry.value, v.TextValue) else ()
    return "".join(part for part in parts if isinstance(part, str))


def _check_setting(entry: v.Entry, value: str, spark_line: str, report: Report) -> None:
    problem = find_setting_problem(entry.name.text, value, spark_line)
    if problem is not None:
        span = entry.name.span if problem.is_name else entry.value.span
        fix = (Edit(span, f'"{problem.near}"'),) if problem.near else ()
        report.add(BAD_SETTING, span, problem.message, help=problem.help or (), fix=fix)
    elif entry.name.text == TIME_ZONE and value in SHORT_ZONES:
        report.findings.append(describe_zone_letters(value, entry.value.span))


def _resolve_value(
    entry: v.Entry, secrets: Container[str], read_text: Callable[[v.Entry], str], report: Report
) -> str:
    match entry.value:
        case v.TextValue(span) if has_credential(_plain_text(entry)):
            report.findings.append(credential_in_text(span))
            return ""
        case v.WordValue(span, word) if word.casefold() in secrets:
            report.findings.append(secret_flow(word, "Spark's settings", span))
            return ""
        case v.NumberValue(_, literal) | v.WordValue(_, literal):
            return literal
        case v.BooleanValue(_, value):
            return "true" if value else "false"
        case v.QuantityValue(_, amount, unit):
            return spark_quantity(amount, unit)
        case v.TextValue() | v.EveryValue() | v.ListValue() | v.BlockValue() | v.BrokenValue():
            pass
        case ParameterUse() | v.ConditionValue() | Star():
            pass
    return read_text(entry)

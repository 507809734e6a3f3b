"""The block `spark` of a pipeline: settings of the session."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping

from msgspec import Struct

from ssbt.compiler.connectors.secrets import flows, written_down, written_in_text
from ssbt.compiler.credentials.names import is_credential
from ssbt.compiler.credentials.texts import has_credential
from ssbt.compiler.diagnostics.codes import names as codes
from ssbt.compiler.diagnostics.model import Edit
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.sparkconf.settings import refusal
from ssbt.compiler.sparkconf.values import spark_quantity
from ssbt.compiler.syntax.ast import values as v


class SparkSettings(Struct, frozen=True):
    """Names and values, in order; those that hold credentials with the names of secrets."""

    values: tuple[tuple[str, str], ...] = ()
    secrets: tuple[tuple[str, str], ...] = ()


def spark_settings(
    entry: v.Entry,
    spark: str,
    secrets: Mapping[str, str],
    text: Callable[[v.Entry], str],
    report: Report,
) -> SparkSettings:
    """The settings, checked against those of a Spark line.

    `text` reads an entry that is a text; `secrets` are the names by those in lower case.
    """
    if not isinstance(entry.value, v.BlockValue):
        message = "`spark` is a block of settings"
        help_ = 'spark { "spark.sql.shuffle.partitions" = 8 }'
        report.add(codes.BAD_ENTRY, entry.value.span, message, help=help_)
        return SparkSettings()
    settings: dict[str, str] = {}
    credentials: dict[str, str] = {}
    for each in entry.value.entries:
        key = each.name.text
        before = len(report.findings)
        if key.startswith("spark.") and _takes_secret(each):
            word = each.value.text if isinstance(each.value, v.WordValue) else ""
            secret = secrets.get(word.casefold())
            if secret is None:
                report.findings.append(written_down(key, each.value.span))
            else:
                credentials[key] = secret
            continue
        value = _value(each, secrets, text, report)
        if not key.startswith("spark."):
            message = f"`{key}` is no Spark setting"
            help_ = "their names begin with `spark.`"
            report.add(codes.BAD_ENTRY, each.name.span, message, help=help_)
        elif key in settings:
            report.add(codes.BAD_ENTRY, each.name.span, f"`{key}` is given twice")
        elif len(report.findings) == before:
            _check(each, value, spark, report)
            settings[key] = value
    return SparkSettings(tuple(settings.items()), tuple(credentials.items()))


def _takes_secret(entry: v.Entry) -> bool:
    """Whether the value has to be a secret."""
    if isinstance(entry.value, v.NumberValue | v.BooleanValue | v.QuantityValue):
        return False
    return is_credential(entry.name.text, _plain(entry))


def _plain(entry: v.Entry) -> str:
    parts = entry.value.parts if isinstance(entry.value, v.TextValue) else ()
    return "".join(part for part in parts if isinstance(part, str))


def _check(entry: v.Entry, value: str, spark: str, report: Report) -> None:
    refused = refusal(entry.name.text, value, spark)
    if refused is not None:
        span = entry.name.span if refused.is_name else entry.value.span
        fix = (Edit(span, f'"{refused.near}"'),) if refused.near else ()
        report.add(codes.BAD_SETTING, span, refused.message, help=refused.help or (), fix=fix)


def _value(
    entry: v.Entry, secrets: Container[str], text: Callable[[v.Entry], str], report: Report
) -> str:
    match entry.value:
        case v.TextValue(span) if has_credential(_plain(entry)):
            report.findings.append(written_in_text(span))
            return ""
        case v.WordValue(span, word) if word.casefold() in secrets:
            report.findings.append(flows(word, "Spark's settings", span))
            return ""
        case v.NumberValue(_, written) | v.WordValue(_, written):
            return written
        case v.BooleanValue(_, value):
            return "true" if value else "false"
        case v.QuantityValue(_, amount, unit):
            return spark_quantity(amount, unit)
    return text(entry)

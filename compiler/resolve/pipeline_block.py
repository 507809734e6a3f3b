"""What the `pipeline` block says."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.connectors.secrets import credential_in_text
from ssbt.compiler.connectors.specification import SPARK_LINES
from ssbt.compiler.connectors.values import Text
from ssbt.compiler.credentials.texts import has_credential
from ssbt.compiler.diagnostics.codes.declarations import BAD_ENTRY, BAD_PIPELINE_NAME, UNKNOWN_ENTRY
from ssbt.compiler.diagnostics.model import Label
from ssbt.compiler.diagnostics.suggestions import did_you_mean
from ssbt.compiler.resolve.blocks import Spelling, convert_entries
from ssbt.compiler.resolve.modules import hides_another
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.resolve.spark_settings import SparkSettings, resolve_spark_settings
from ssbt.compiler.sparkconf.settings import TIME_ZONE, has_legacy_formats, is_ansi
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast import values as v
from ssbt.compiler.types import functions
from ssbt.compiler.types.zone_letters import describe_zone_letters
from ssbt.compiler.types.zones import SHORT_ZONES, is_zone

_ENTRIES = (
    *("description", "owner", "schedule", "target", "time_zone", "checkpoint", "masking"),
    *("implicit_flows", "spark"),
)
_CHOICES = ("allow", "refuse")


class PipelineBlock(Struct, frozen=True):
    """The pipeline's own entries."""

    description: str
    owner: str
    schedule: str
    target: str
    spark: tuple[tuple[str, str], ...]
    checkpoint: Text | None = None
    masking: tuple[str, ...] = ()
    refuses_implicit_flows: bool = False
    spark_secrets: tuple[tuple[str, str], ...] = ()

    @property
    def ansi(self) -> bool:
        """Whether Spark's ANSI mode is on: its default from Spark 4."""
        return is_ansi(self.spark, self.target)

    @property
    def time_zone(self) -> str | None:
        """The time zone of the session, where it is given."""
        names = (value for name, value in self.spark if name.lower() == TIME_ZONE.lower())
        return next(names, None)

    @property
    def legacy_formats(self) -> bool:
        """Whether formats of dates are those of Spark 2."""
        return has_legacy_formats(self.spark)


def resolve_pipeline_block(
    node: d.Pipeline | None,
    target: str | None,
    spelling: Spelling,
    secrets: Mapping[str, d.Secret],
    report: Report,
) -> PipelineBlock:
    """The entries of the block; `target` from the command line goes before its own.

    `secrets` are the declared ones, in lower case.
    """
    entries = _collect_entries(node, report)
    if node is not None and hides_another(name := node.name.text):
        message = f"`{name}.py` would be imported in place of Python's module `{name}`"
        report.add(BAD_PIPELINE_NAME, node.name.span, message, help=f"such as `{name}_job`")

    def read_text(name: str) -> str:
        return _read_text(entries[name], report) if name in entries else ""

    declared_line = (
        _resolve_target(entries["target"], read_text("target"), report)
        if "target" in entries
        else ""
    )
    spark_line = target or declared_line or "4.1"
    spark = SparkSettings()
    if "spark" in entries:
        read_entry = partial(_read_text, report=report)
        names = {key: each.name.text for key, each in secrets.items()}
        spark = resolve_spark_settings(entries["spark"], spark_line, names, read_entry, report)
    if "time_zone" in entries:
        zone = entries["time_zone"]
        values = _with_time_zone(zone, read_text("time_zone"), spark.values, report)
        spark = replace(spark, values=values)
    return PipelineBlock(
        read_text("description"),
        read_text("owner"),
        read_text("schedule"),
        spark_line,
        spark.values,
        _resolve_folder(entries["checkpoint"], spelling, report)
        if "checkpoint" in entries
        else None,
        _resolve_masking(entries["masking"], report) if "masking" in entries else (),
        "implicit_flows" in entries and _is_refusal(entries["implicit_flows"], report),
        spark.secrets,
    )


def _collect_entries(node: d.Pipeline | None, report: Report) -> dict[str, v.Entry]:
    """The entries by name in lower case, the first of each; others are reported."""
    entries: dict[str, v.Entry] = {}
    for entry in node.entries if node is not None else ():
        if isinstance(entry.value, v.BrokenValue):
            continue
        name, span = entry.name.text.lower(), entry.name.span
        first = entries.setdefault(name, entry)
        if first is not entry:
            also = (Label(first.name.span, "given here already"),)
            report.add(BAD_ENTRY, span, f"`{name}` is given twice", also=also)
        elif name not in _ENTRIES:
            message = f"a pipeline has no entry `{entry.name.text}`"
            report.add_unknown_name(UNKNOWN_ENTRY, span, message, name, list(_ENTRIES), "entries")
    return entries


def _is_refusal(entry: v.Entry, report: Report) -> bool:
    """Whether the word is `refuse`, and not `allow`."""
    choice = entry.value.text.lower() if isinstance(entry.value, v.WordValue) else ""
    if choice not in _CHOICES:
        message = f"`{entry.name.text}` is `allow` or `refuse`"
        report.add(BAD_ENTRY, entry.value.span, message)
    return choice == "refuse"


def _resolve_masking(entry: v.Entry, report: Report) -> tuple[str, ...]:
    """Functions, in lower case: by their names, or as `"module.py:function"`."""
    items = entry.value.items if isinstance(entry.value, v.ListValue) else (entry.value,)
    names: list[str] = []
    for item in items:
        match item:
            case v.WordValue(_, name) if functions.find_function(name.lower()) is not None:
                names.append(name.lower())
            case v.WordValue(span, name):
                message = f"there is no function `{name}`"
                suggestion = did_you_mean(name.lower(), functions.function_names())
                report.suggest(BAD_ENTRY, span, message, suggestion)
            case v.TextValue(_, (str(text),)) if ":" in text:
                names.append(text.casefold())
            case _:
                message = '`masking` is a list of functions: `[sha2, "module.py:function"]`'
                report.add(BAD_ENTRY, item.span, message)
    return tuple(names)


def _resolve_folder(entry: v.Entry, spelling: Spelling, report: Report) -> Text | None:
    """A path, which may hold parameters."""
    (option,) = convert_entries([entry], spelling)
    if isinstance(option.value, Text) and has_credential(option.value.display_text):
        report.findings.append(credential_in_text(option.value.span))
        return None
    if isinstance(option.value, Text) and option.value.parts:
        return option.value
    message = f"`{entry.name.text}` is the path of a folder, a text in quotes"
    report.add(BAD_ENTRY, entry.value.span, message)
    return None


def _read_text(entry: v.Entry, report: Report) -> str:
    if isinstance(entry.value, v.TextValue):
        parts = [part for part in entry.value.parts if isinstance(part, str)]
        if len(parts) == len(entry.value.parts):
            return "".join(parts)
    if entry.name.text.lower() == "target" and isinstance(entry.value, v.NumberValue):
        return entry.value.text
    message = f"`{entry.name.text}` is a text in quotes"
    if isinstance(entry.value, v.TextValue):
        message = f"`{entry.name.text}` must be known when compiling: it holds no parameter"
    report.add(BAD_ENTRY, entry.value.span, message)
    return ""


def _with_time_zone(
    entry: v.Entry, zone: str, spark: tuple[tuple[str, str], ...], report: Report
) -> tuple[tuple[str, str], ...]:
    """The settings of the session with its time zone, which only one of two entries may say."""
    if any(name.lower() == TIME_ZONE.lower() for name, _ in spark):
        message = f"`time_zone` and the setting `{TIME_ZONE}` are one and the same"
        report.add(BAD_ENTRY, entry.name.span, message, help="keep one of them")
        return spark
    if not zone:
        return spark
    if not is_zone(zone):
        message = f"`{zone}` is no time zone"
        help_ = "an area such as `Europe/Berlin`, an offset such as `+01:00`, or `UTC`"
        report.add(BAD_ENTRY, entry.value.span, message, help=help_)
    if zone in SHORT_ZONES:
        report.findings.append(describe_zone_letters(zone, entry.value.span))
    return (*spark, (TIME_ZONE, zone))


def _resolve_target(entry: v.Entry, text: str, report: Report) -> str:
    if text in SPARK_LINES or not text:
        return text
    message = f"`{text}` is no Spark line"
    help_ = f"one of {', '.join(SPARK_LINES)}"
    report.add(BAD_ENTRY, entry.value.span, message, help=help_)
    return ""

"""Patterns of dates and times with which a sink does not write all of a value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ssbt.compiler.connectors.settings import Settings
from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.diagnostics.examples import ZONED, example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.ir.pipeline import Pipeline, Sink
from ssbt.compiler.ir.plans import plans
from ssbt.compiler.ir.records import key_columns, value_columns
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.sparkconf.settings import TIME_ZONE
from ssbt.compiler.types.datatypes import (
    ArrayType,
    DataType,
    DateType,
    MapType,
    StructType,
    TimestampNTZType,
    TimestampType,
    TimeType,
)
from ssbt.compiler.types.datetime_patterns import find_lost_parts, find_slips
from ssbt.compiler.types.zones import has_repeated_hours

_STEPS = "|> select id, timestamp(placed_on) as at"
_CSV = 'sink paid to csv {\n  path = "out/paid"\n%s}\n'

LOSSY_PATTERN = Code(
    "SSBT0534",
    "A pattern that loses part of a date or time",
    """\
What a sink's pattern leaves out is lost. Values of the same day, minute or second become equal, and
a reader fills in zero, January or the 1st for whatever is missing.

| in Spark 4.1 | gives |
|---|---|
| `date_format(timestamp '2026-03-10 15:04:05.5', 'yyyy-MM-dd')` | `2026-03-10` |
| `date_format(timestamp '2026-03-10 15:04:05.5', 'yyyy-MM-dd HH:mm')` | `2026-03-10 15:04` |
| `date_format(timestamp '2026-03-10 15:04:05.5', 'dd.MM. HH:mm:ss')` | `10.03. 15:04:05` |
| `date_format(date '1926-03-10', 'dd.MM.yy')` | `10.03.26` |
| `date_format(date '2026-03-10', 'MM/yyyy')` | `03/2026` |

A TIMESTAMP without an offset is only clear together with the zone that it was written in. Even
then, the hour in which clocks are set back is written twice. This is not reported for UTC and for
zones in which no clock has been set back since the year 2000, such as Asia/Tokyo.

Without the option a sink writes everything: `yyyy-MM-dd`, `yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXXXX`. If
you want less, round the value in a step, where everyone can see it (`date(at)`,
`date_trunc('minute', at)`), and say so at the option: `# allow SSBT0534: a day is enough`.
""",
    wrong=example(
        pipeline=ZONED, steps=_STEPS, sink=_CSV % '  timestamp_format = "dd.MM.yyyy HH:mm"\n'
    ),
    right=example(
        pipeline=ZONED,
        steps=_STEPS,
        sink=_CSV % '  timestamp_format = "dd.MM.yyyy HH:mm:ss.SSSSSS"\n',
    ),
    severity=Severity.WARNING,
)

# The option of each type, and the pattern that writes all of it.
_OPTIONS: dict[str, tuple[type[DataType], str]] = {
    "date_format": (DateType, "yyyy-MM-dd"),
    "timestamp_format": (TimestampType, "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXXXX"),
    "timestamp_ntz_format": (TimestampNTZType, "yyyy-MM-dd'T'HH:mm:ss.SSSSSS"),
    "time_format": (TimeType, "HH:mm:ss.SSSSSS"),
}


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One finding for each pattern of a sink that has columns of its type."""
    roots = plans(pipeline)
    for sink in pipeline.sinks:
        root = roots.get(sink.dataset)
        if root is None:
            continue
        for settings, columns in _collect_texts(sink, root.output):
            yield from _check_patterns(pipeline, sink, settings, columns)


def _collect_texts(sink: Sink, relation: Relation) -> Iterator[tuple[Settings, tuple[Column, ...]]]:
    """What says how texts are made, and of which columns: of files, of values and of keys."""
    settings = sink.settings
    folders = {each.name.casefold() for each in settings.columns_at(OptionPlacement.PARTITION_BY)}
    yield settings, tuple(each for each in relation.columns if each.name.casefold() not in folders)
    parts = (
        (OptionPlacement.VALUE, value_columns),
        (OptionPlacement.RECORD_KEY, key_columns),
    )
    for placement, select_columns in parts:
        use = settings.format_at(placement)
        if use is not None:
            yield use.settings, tuple(select_columns(settings, relation))


def _check_patterns(
    pipeline: Pipeline, sink: Sink, settings: Settings, columns: Iterable[Column]
) -> Iterator[Diagnostic]:
    columns = tuple(columns)
    for name, (type_, whole_pattern) in _OPTIONS.items():
        setting = settings.find(name)
        if setting is None or setting.span is None or not isinstance(setting.value, str):
            continue
        written = [each.name for each in columns if _has_type(each.type, type_)]
        is_zoned = type_ is TimestampType
        if not written or find_slips(setting.value, zoneless=not is_zoned):
            continue
        lost_parts = find_lost_parts(
            setting.value, has_date=type_ is not TimeType, has_time=type_ is not DateType
        )
        if is_zoned and not lost_parts and _is_offset_lost(pipeline, settings, setting.value):
            lost_parts = ("the offset",)
        if lost_parts:
            message = f"`{name}` of `{sink.name}` does not write {_join(lost_parts)}"
            message += f" of `{written[0]}`"
            if lost_parts == ("the offset",):
                message += ": the hour in which clocks are set back is twice the same"
            help_ = (
                "leave the option out to write all of it, or round the value in a step, and say so"
                " here: `# allow SSBT0534: reason`",
            )
            fix = (Edit(setting.span, f'{name} = "{whole_pattern}"'),)
            yield Diagnostic(LOSSY_PATTERN, message, Label(setting.span), (), help_, fix)


def _is_offset_lost(pipeline: Pipeline, settings: Settings, pattern: str) -> bool:
    """Whether a zone whose clocks are set is known, and the pattern does not write its offset."""
    if find_lost_parts(pattern, has_date=False, has_time=False, has_offset=True) == ():
        return False
    setting = settings.find("time_zone")
    session_zone = next(
        (value for name, value in pipeline.spark if name.lower() == TIME_ZONE.lower()), None
    )
    zone = session_zone if setting is None else setting.value
    return isinstance(zone, str) and has_repeated_hours(zone)


def _has_type(type_: DataType, wanted: type[DataType]) -> bool:
    match type_:
        case ArrayType():
            return _has_type(type_.element, wanted)
        case MapType():
            # Of the keys of a map, JSON writes how Spark keeps them, whatever the pattern.
            return _has_type(type_.value, wanted)
        case StructType():
            return any(_has_type(each.type, wanted) for each in type_.fields)
        case _:
            return isinstance(type_, wanted)


def _join(parts: tuple[str, ...]) -> str:
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last

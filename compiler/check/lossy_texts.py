"""Columns that texts, in files or records, and names of folders do not give back as they were."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ssbt.compiler.check.stream_findings import declaration_head
from ssbt.compiler.connectors.specification import OptionPlacement, RoleSpecification
from ssbt.compiler.diagnostics.examples import SINK, ZONED, example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.ir.pipeline import Pipeline, Sink
from ssbt.compiler.ir.plans import plans
from ssbt.compiler.ir.records import key_columns, value_columns
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.types.datatypes import (
    ArrayType,
    BinaryType,
    DataType,
    DateType,
    DayTimeIntervalType,
    MapType,
    StructType,
    TimestampNTZType,
    TimestampType,
    YearMonthIntervalType,
)

_CSV = 'sink paid to csv {\n  path = "out/paid"\n}\n'
_JSON = 'sink paid to json {\n  path = "out/paid"\n}\n'

INSTANT_FOLDER = Code(
    "SSBT0536",
    "Timestamps as folder names",
    """\
A partition column of type TIMESTAMP becomes a folder with the local time, without a zone. When
clocks are set back, one local hour means two, and Spark reads one for the other. In Berlin the
instants `2026-10-25 00:30Z` and `01:30Z` both become `at=2026-10-25 02%3A30%3A00` and come back as
`00:30Z`. And every instant gets its own folder. Partition by a day or an hour made from the column.
""",
    wrong=example(
        pipeline=ZONED,
        steps="|> extend current_timestamp() as at",
        sink=SINK.replace("mode = overwrite", "partition_by = at"),
    ),
    right=example(
        pipeline=ZONED,
        steps="|> extend current_date() as day",
        sink=SINK.replace("mode = overwrite", "partition_by = day"),
    ),
    severity=Severity.WARNING,
)

UNREADABLE_KEYS = Code(
    "SSBT0537",
    "Map keys that JSON does not hold",
    """\
JSON keys are texts, and Spark writes its internal form of a map key: the number 20484 for
`date '2026-01-31'`, microseconds for a timestamp, the address of an object for bytes and arrays. It
does so in files and in Kafka records alike. Turn the keys into text:
`transform_keys(by_day, (k, v) -> cast(k as string))`.
""",
    wrong=example(steps="|> select id, map(placed_on, amount) as by_day", sink=_JSON),
    right=example(
        steps="|> select id, map(cast(placed_on as string), amount) as by_day", sink=_JSON
    ),
)

LOST_ROWS = Code(
    "SSBT0538",
    "A null that does not become a CSV line",
    """\
A null in the only column of a CSV file would be an empty line, which Spark does not write, so the
row is lost. Use `null_value` to say what a null looks like, such as `"\\\\N"`.
""",
    wrong=example(steps="|> select status", sink=_CSV),
    right=example(
        steps="|> select status", sink=_CSV.replace('paid"\n', 'paid"\n  null_value = "\\\\N"\n')
    ),
    severity=Severity.WARNING,
)

_UNREADABLE_KEY_TYPES = (
    *(ArrayType, BinaryType, DateType, DayTimeIntervalType, MapType, StructType),
    *(TimestampNTZType, TimestampType, YearMonthIntervalType),
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Findings for each sink."""
    roots = plans(pipeline)
    for sink in pipeline.sinks:
        root = roots.get(sink.dataset)
        if root is None:
            continue
        folders = {
            name.name.casefold() for name in sink.settings.columns_at(OptionPlacement.PARTITION_BY)
        }
        file_columns = [each for each in root.output.columns if each.name.casefold() not in folders]
        yield from _check_instant_folders(sink, root.output)
        for label, columns in _collect_json(sink, root.output, file_columns):
            yield from _check_map_keys(label, columns)
        if not root.output.is_open:
            yield from _check_lost_rows(sink, file_columns)


def _check_instant_folders(sink: Sink, relation: Relation) -> Iterator[Diagnostic]:
    for name in sink.settings.columns_at(OptionPlacement.PARTITION_BY):
        for column in relation.find_columns(name.name):
            if isinstance(column.type, TimestampType):
                message = f"the folders of `{name.name}` hold local times, some of which are twice"
                help_ = (f"partition by a day: `|> extend date({name.name}) as day`",)
                yield Diagnostic(INSTANT_FOLDER, message, Label(name.span), (), help_)


def _collect_json(
    sink: Sink, relation: Relation, file_columns: list[Column]
) -> Iterator[tuple[Label, Iterable[Column]]]:
    """The columns that a sink writes as JSON, in files or in values and keys of records."""
    settings = sink.settings
    if _is_json(sink.connector.sink):
        yield Label(declaration_head(sink.span)), file_columns
    parts = (
        (OptionPlacement.VALUE, value_columns),
        (OptionPlacement.RECORD_KEY, key_columns),
    )
    for placement, select_columns in parts:
        setting, use = settings.at(placement), settings.format_at(placement)
        if setting is not None and use is not None and _is_json(use.format.sink):
            span = setting.span or declaration_head(sink.span)
            yield Label(span), select_columns(settings, relation)


def _is_json(role: RoleSpecification | None) -> bool:
    """Whether it is JSON, by an option that only this has."""
    return role is not None and role.option("ignore_null_fields") is not None


def _check_map_keys(label: Label, columns: Iterable[Column]) -> Iterator[Diagnostic]:
    for column in columns:
        for key in _map_keys(column.type):
            if isinstance(key, _UNREADABLE_KEY_TYPES):
                message = f"JSON does not hold the keys of `{column.name}`, which are {key.sql}"
                cast_call = f"transform_keys({column.name}, (k, v) -> cast(k as string))"
                help_ = (f"make texts of them: `{cast_call}`",)
                yield Diagnostic(UNREADABLE_KEYS, message, label, (), help_)
                break


def _map_keys(type_: DataType) -> Iterator[DataType]:
    waiting = [type_]
    while waiting:
        current = waiting.pop()
        if isinstance(current, MapType):
            yield current.key
            waiting += [current.key, current.value]
        elif isinstance(current, ArrayType):
            waiting.append(current.element)
        elif isinstance(current, StructType):
            waiting += [field.type for field in current.fields]


def _check_lost_rows(sink: Sink, columns: list[Column]) -> Iterator[Diagnostic]:
    role = sink.connector.sink
    if role is None or role.option("null_value") is None or len(columns) != 1:
        return
    if columns[0].nullable and sink.settings.find("null_value") is None:
        message = f"a null in `{columns[0].name}`, the only column, is no line of the file"
        help_ = ('say what a null looks like: `null_value = "\\\\N"`',)
        yield Diagnostic(LOST_ROWS, message, Label(declaration_head(sink.span)), (), help_)

"""Every option of every format, as it is emitted, on a real Spark: is it what we say?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from ssbt.compiler.connectors.connector_use import ConnectorUse
from ssbt.compiler.connectors.loading import find_connector
from ssbt.compiler.connectors.options import camel_case
from ssbt.compiler.connectors.settings import Settings
from ssbt.compiler.connectors.specification import (
    SPARK_LINES,
    Connector,
    Mode,
    Option,
    OptionPlacement,
    Role,
    ValueKind,
)
from ssbt.compiler.connectors.validation import validate
from ssbt.compiler.connectors.values import (
    Boolean,
    Duration,
    MapEntry,
    MapOf,
    Number,
    OptionEntry,
    OptionValue,
    Size,
    Text,
    Word,
)
from ssbt.compiler.emit.connectors import emit_read, emit_write
from ssbt.compiler.emit.schemas import SchemaCode
from ssbt.compiler.emit.setting_code import SettingCode
from ssbt.compiler.ir.pipeline import Sink, Source
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.source import Span
from tests.samples import sample

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, Row, SparkSession

    from ssbt.compiler.emit.naming import ScriptNames

pytestmark = [pytest.mark.spark, pytest.mark.usefixtures("interpreted")]

Block = dict[str, str]
RoundTrip = Callable[[str, Block, Block], "list[Row]"]

LINE = "4.1"
HERE = Span("test.ssbt", 0, 0)
NOWHERE = Span("data.ssbt", 0, 0)
NO_PARAMS = SettingCode(cast("ScriptNames", None), {})
FORMATS = ("csv", "json", "parquet", "orc", "text")
COLUMNS = "id BIGINT, name STRING, day DATE, at TIMESTAMP, country STRING"
ROWS = """
    (1L, 'anna', date'2024-02-03', timestamp'2024-02-03 04:05:06', 'DE'),
    (2L, 'bob', date'2024-02-04', timestamp'2024-02-04 04:05:06', 'FR'),
    (3L, null, date'2024-02-05', timestamp'2024-02-05 04:05:06', 'DE')
"""

# What else an option, or a value of one, needs; options of both sides are used on both.
COMPANIONS: dict[str, Block] = {
    "column_name_of_corrupt_record": {"mode": "permissive"},
    "permissive": {"column_name_of_corrupt_record": "_corrupt"},
    "enforce_schema": {"header": "true"},
    "sampling_ratio": {"infer_schema": "true", "schema": ""},
    "infer_schema": {"schema": ""},
    "prefer_date": {"infer_schema": "true", "schema": ""},
    "single_variant_column": {"schema": ""},
    "merge_schema": {"schema": ""},
    "primitives_as_string": {"schema": ""},
    "prefers_decimal": {"schema": ""},
    "infer_timestamp": {"schema": ""},
    "drop_field_if_all_null": {"schema": ""},
    "partition_overwrite_mode": {"mode": "overwrite", "partition_by": "country"},
    "bloom_filter_expected_values": {"bloom_filter_columns": "id"},
    "bloom_filter_fpp": {"bloom_filter_columns": "id"},
}

# Codecs that need a library which Spark does not bring along.
MISSING_CODECS = {("parquet", "brotli"), ("parquet", "lzo"), ("orc", "brotli")}


def built_in(name: str) -> Connector:
    names = find_connector(name)
    assert names
    return names


def options_of(name: str, role: Role) -> tuple[Option, ...]:
    names = built_in(name).role(role)
    assert names
    return names.options


def option_named(name: str, role: Role, option_name: str) -> Option:
    return next(option for option in options_of(name, role) if option.name == option_name)


def values(option: Option) -> Iterator[str]:
    """Every choice, or the default and another value, as they are written in a pipeline."""
    if option.type.kind is ValueKind.BOOLEAN:
        yield from ("true", "false")
    elif option.type.kind is ValueKind.WORD:
        yield from (choice.name for choice in option.choices)
    else:
        default = default_text(option)
        yield from [] if default is None else [default]
        yield str(option.example)


def default_text(option: Option) -> str | None:
    """The default as it is written in a pipeline, if it is a literal."""
    choice = next((c for c in option.choices if c.spark == option.default), None)
    if choice or option.default is None:
        return choice.name if choice else None
    return str(option.default).lower() if option.default in (True, False) else str(option.default)


def option_value(option: Option, text: str) -> OptionValue:
    """A value of the option's own type."""
    match option.type.kind:
        case ValueKind.BOOLEAN:
            return Boolean(text == "true", HERE)
        case ValueKind.INTEGER | ValueKind.NUMBER:
            return Number(text, HERE)
        case ValueKind.SIZE:
            amount, _, unit = text.partition(" ")
            return Size(amount, unit or "b", HERE)
        case ValueKind.DURATION:
            amount, _, unit = text.partition(" ")
            return Duration(amount, unit, HERE)
        case ValueKind.WORD | ValueKind.COLUMN | ValueKind.SCHEMA:
            return Word(text, HERE)
        case ValueKind.MAP:
            return MapOf((MapEntry(text, HERE, Number("10", HERE)),), HERE)
        case _:
            return Text((text,) if text else (), HERE)


def settings(name: str, role: Role, block: Block, *, streaming: bool = False) -> Settings:
    """The settings of a block, which must be right; an empty schema is none."""
    mode = Mode.STREAM if streaming else Mode.BATCH
    existing = {option.name: option for option in options_of(name, role) if mode in option.modes}
    entries = [
        OptionEntry(key, HERE, option_value(existing[key], text), HERE)
        for key, text in block.items()
        if key in existing and not (key == "schema" and not text)
    ]
    checked = validate(
        built_in(name), ConnectorUse(role, streaming, HERE, LINE, lambda param: None), entries
    )
    errors = [f.message for f in checked.findings if f.severity.value == "error"]
    assert errors == []
    return checked.settings


@pytest.fixture(scope="module")
def data(spark: SparkSession) -> DataFrame:
    names = ", ".join(column.split()[0] for column in COLUMNS.split(", "))
    return spark.sql(f"SELECT * FROM VALUES {ROWS} AS rows({names})").coalesce(1).cache()


def columns_of(name: str) -> str:
    return "name STRING, country STRING" if name == "text" else COLUMNS


@pytest.fixture
def round_trip(spark: SparkSession, data: DataFrame, tmp_path: Path) -> RoundTrip:
    """Write with the options of a sink, read with those of a source; rows in a fixed order."""

    def rows(name: str, sink: Block, source: Block) -> list[Row]:
        path = str(tmp_path / "data")
        source = {key: path if key == "base_path" else text for key, text in source.items()}
        write(name, {"path": path, "mode": "overwrite"} | sink, data)
        return sorted(read(spark, name, {"path": path} | source).collect(), key=str)

    return rows


def plain_rows(name: str, data: DataFrame) -> list[Row]:
    """What is read where no option changes it."""
    if name == "text":
        data = data.where("name IS NOT NULL").select("name", "country")
    return sorted(data.collect(), key=str)


def write(name: str, block: Block, data: DataFrame) -> None:
    """Text has one column, besides that of its folders."""
    if name == "text":
        data = data.where("name IS NOT NULL").select("name", "country")
        static = {"partition_overwrite_mode": "static"} if block.get("mode") == "overwrite" else {}
        block = {"partition_by": "country"} | static | block
    names = settings(name, Role.SINK, block)
    sink = Sink("data", "data", built_in(name), names, "", NOWHERE)
    eval(f"({emit_write(sink, Relation(), NO_PARAMS, 'data')}\n)", {"data": data})


def read(spark: SparkSession, name: str, block: Block, *, streaming: bool = False) -> DataFrame:
    actual_names = settings(name, Role.SOURCE, {"schema": "S"} | block, streaming=streaming)
    schema = "S" if actual_names.at(OptionPlacement.SCHEMA) else None
    added = tuple((column, type_) for column, type_, _ in actual_names.added_columns())
    columns = "name STRING, country STRING" if name == "text" else COLUMNS
    names = {"job": SimpleNamespace(spark=spark), "SCHEMA": columns}
    relation = Relation(streaming=streaming)
    source = Source("data", built_in(name), actual_names, schema, added, relation, "", NOWHERE)
    code = emit_read(source, NO_PARAMS, SchemaCode({"S": "SCHEMA"}, {}), exposed=False)
    frame: DataFrame = eval(f"({code}\n)", names)
    return frame


def cases(role: Role) -> list[tuple[str, str]]:
    """Connector and option, of those that go through `.option` in the tested Spark.

    What all formats share is tried with one of them, and codecs have a test of their own.
    """
    everywhere = set.intersection(*({o.name for o in options_of(f, role)} for f in FORMATS))
    return [
        (name, option.name)
        for name in FORMATS
        for option in options_of(name, role)
        if option.place is OptionPlacement.OPTION
        and Mode.BATCH in option.modes
        and option.name != "compression"
        and (name == "csv" or option.name not in everywhere)
        and SPARK_LINES.index(option.since) <= SPARK_LINES.index(LINE)
    ]


@pytest.mark.parametrize(("name", "option_name"), sample(cases(Role.SINK), 4))
def test_sink_option(name: str, option_name: str, round_trip: RoundTrip, data: DataFrame) -> None:
    """Spark takes each value, and what was written can be read again with the same options."""
    option = option_named(name, Role.SINK, option_name)
    shared = {o.name for o in options_of(name, Role.SOURCE)} - {"mode"}
    expected = plain_rows(name, data)
    for text in values(option):
        block = {option_name: text} | COMPANIONS.get(option_name, COMPANIONS.get(text, {}))
        back = {key: value for key, value in block.items() if key in shared}
        # Objects over several lines are read as whole documents, of which files hold one.
        if option_name == "pretty":
            block, back = block | {"max_records_per_file": "1"}, {"multi_line": "true"}
        assert round_trip(name, block, back) == expected, text


@pytest.mark.parametrize(("name", "option_name"), sample(cases(Role.SOURCE), 4))
def test_source_option(name: str, option_name: str, round_trip: RoundTrip, data: DataFrame) -> None:
    """Spark takes each value; the default, written out, changes nothing."""
    option = option_named(name, Role.SOURCE, option_name)
    shared = {o.name for o in options_of(name, Role.SINK)} - {"mode"}
    expected = plain_rows(name, data)
    for text in values(option):
        block = {option_name: text} | COMPANIONS.get(option_name, COMPANIONS.get(text, {}))
        to = {key: value for key, value in block.items() if key in shared}
        rows = round_trip(name, to, block)
        if text == default_text(option) and "schema" not in block and text != "permissive":
            assert rows == expected, text


STREAM_OPTIONS = [
    option
    for option in options_of("csv", Role.SOURCE)
    if option.modes == {Mode.STREAM} and option.place is OptionPlacement.OPTION
]


@pytest.mark.parametrize("option", STREAM_OPTIONS, ids=lambda option: option.name)
def test_stream_option(
    option: Option, spark: SparkSession, data: DataFrame, tmp_path: Path
) -> None:
    """Spark takes each value, and the stream reads every row; all formats share these options."""
    path, archive = str(tmp_path / "data"), str(tmp_path / "read")
    write("csv", {"path": path, "mode": "overwrite"}, data)
    for number, text in enumerate(values(option)):
        block = {"path": path, option.name: text}
        if option.name == "source_archive_dir" or text == "archive":
            block |= {"clean_source": "archive", "source_archive_dir": archive}
        stream = read(spark, "csv", block, streaming=True)
        query = f"{option.name}_{number}"
        writer = stream.writeStream.format("memory").queryName(query).trigger(availableNow=True)
        assert writer.start().awaitTermination(120)
        assert sorted(spark.table(query).collect(), key=str) == plain_rows("csv", data), text


@pytest.mark.parametrize("name", FORMATS)
def test_options_are_those_of_spark(name: str, spark: SparkSession) -> None:
    """None that Spark lists is missing, and Spark lists those that are not of all formats."""
    listed = spark_options(name, spark)
    ours: dict[str, Option] = {}
    every = (*options_of(name, Role.SOURCE), *options_of(name, Role.SINK))
    for option in (each for each in every if Mode.BATCH in each.modes):
        for key in (option.spark, *map(camel_case, option.aliases)):
            ours[key] = option
    assert listed - set(ours) == set()
    every_format = {option.spark for option in options_of("text", Role.SOURCE)}
    every_format |= {option.spark for option in options_of("text", Role.SINK)}
    unlisted = {
        option.spark
        for option in ours.values()
        if option.place is OptionPlacement.OPTION
        and option.spark not in listed | every_format
        and not option.spark.startswith(("parquet.", "orc."))
    }
    newer = {option.spark for option in ours.values() if option.since > LINE}
    assert unlisted == newer


def spark_options(name: str, spark: SparkSession) -> set[str]:
    """What Spark's own class of options for a format lists, undocumented ones included."""
    package = "catalyst" if name in {"csv", "json"} else "execution.datasources"
    prefix = name.upper() if name in {"csv", "json"} else name.capitalize()
    jvm: Any = spark._jvm
    loader = jvm.Thread.currentThread().getContextClassLoader()
    module = loader.loadClass(f"org.apache.spark.sql.{package}.{name}.{prefix}Options$")
    options = module.getField("MODULE$").get(None).getAllOptions()
    return set(options.mkString(" ").split())


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        (name, choice.name)
        for name in FORMATS
        for choice in option_named(name, Role.SINK, "compression").choices
    ],
)
def test_compression(
    name: str, codec: str, data: DataFrame, tmp_path: Path, spark: SparkSession
) -> None:
    """The files are compressed as asked, or the codec is known to be missing."""
    block = {"path": str(tmp_path / "out"), "compression": codec}
    if (name, codec) in MISSING_CODECS:
        with pytest.raises(Exception, match=r"(?i)codec|unsupported|lzo|unknown"):
            write(name, block, data)
        return
    write(name, block, data)
    files = [file.name for file in (tmp_path / "out").rglob("part-*")]
    assert files
    assert all(f"{EXTENSIONS.get((name, codec), '')}.{suffix(name, codec)}" in f for f in files)
    assert read(spark, name, {"path": block["path"]}).count() == (2 if name == "text" else 3)


def suffix(name: str, codec: str) -> str:
    """Binary formats compress inside the file, the others the file as a whole."""
    if name in {"parquet", "orc"}:
        return name
    extension = {"text": "txt"}.get(name, name)
    added = {"bzip2": ".bz2", "gzip": ".gz", "lz4": ".lz4", "snappy": ".snappy"}
    return extension + (added | {"deflate": ".deflate"}).get(codec, "")


EXTENSIONS = {
    ("parquet", "snappy"): ".snappy",
    ("parquet", "gzip"): ".gz",
    ("parquet", "lz4"): ".lz4hadoop",
    ("parquet", "lz4_raw"): ".lz4raw",
    ("parquet", "zstd"): ".zstd",
    ("orc", "snappy"): ".snappy",
    ("orc", "zlib"): ".zlib",
    ("orc", "lz4"): ".lz4",
    ("orc", "lzo"): ".lzo",
    ("orc", "zstd"): ".zstd",
}

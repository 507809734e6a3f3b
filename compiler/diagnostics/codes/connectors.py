"""03xx: connectors and their options."""

from __future__ import annotations

from textwrap import dedent

from ssbt.compiler.diagnostics.examples import PIPELINE, example
from ssbt.compiler.diagnostics.model import Code, Severity


def _source(connector: str, *lines: str, stream: bool = False) -> str:
    return _block(f"{'stream ' if stream else ''}source orders from {connector}", lines)


def _sink(connector: str, *lines: str) -> str:
    return _block(f"sink paid to {connector}", lines)


def _block(head: str, lines: tuple[str, ...]) -> str:
    return "\n".join([f"{head} {{", *(f"  {line}" for line in lines), "}", ""])


def _kafka_example(*options: str) -> str:
    read = ('bootstrap_servers = "localhost:9092"', 'subscribe = "orders"', "value = json")
    return example(source=_source("kafka", *read, "schema = Order", *options))


def _csv_example(*lines: str) -> str:
    return example(source=_source("csv", 'path   = "data/orders.csv"', "schema = Order", *lines))


def _parquet_example(*lines: str) -> str:
    return example(sink=_sink("parquet", 'path = "out/paid"', *lines))


def _dedent(text: str) -> str:
    return dedent(text).strip()


UNKNOWN_CONNECTOR = Code(
    number="SSBT0300",
    title="Unknown connector",
    why=_dedent("""
        A source names its connector after `from`, and a sink after `to`. No connector with this
        name is built in or installed. If it comes in a separate package, install that package where
        you run the compiler.
        """),
    wrong=example(source=_source("csvs", 'path   = "data/orders.csv"', "schema = Order")),
    right=example(),
)

UNSUPPORTED_USE = Code(
    number="SSBT0301",
    title="A connector used for what it cannot do",
    why=_dedent("""
        Not every connector can be both read and written, and not every one works with streams.
        `noop`, for instance, throws everything away: it can only be a sink.
        """),
    wrong=example(source=_source("noop")),
    right=example(),
    way_out="use another connector here, or the other kind of pipeline",
)

UNKNOWN_OPTION = Code(
    number="SSBT0302",
    title="Unknown option",
    why=_dedent("""
        Options are Spark's own, in snake_case: Spark's `nullValue` is `null_value`. Spark ignores
        an option that it does not know, so a typo would change the result without anybody noticing;
        here it is an error. If Spark has an option that the connector does not name, pass it with
        `raw { "key" = "value" }`.
        """),
    wrong=_csv_example("header = true", 'seperator = ";"'),
    right=_csv_example("header = true", 'sep = ";"'),
)

MISPLACED_OPTION = Code(
    number="SSBT0303",
    title="An option that does nothing here",
    why=_dedent("""
        Some options are for reading, some for writing, some only for streams. In any other place
        Spark silently ignores the option.
        """),
    wrong=_csv_example("compression = gzip"),
    right=example(sink=_sink("csv", 'path = "out/paid"', "compression = gzip")),
)

WRONG_TYPE = Code(
    number="SSBT0304",
    title="A value of the wrong type",
    why=_dedent("""
        Each option has a type. Text needs quotes; `true`, `false` and numbers do not. Where an
        option has a fixed set of choices, write the choice as a bare word.
        """),
    wrong=_csv_example('header = "yes"'),
    right=_csv_example("header = true"),
    way_out="write a value of this kind, or leave the option out",
)

UNKNOWN_CHOICE = Code(
    number="SSBT0305",
    title="Not one of the choices",
    why=_dedent("""
        The option takes one word of a fixed set. Spark would find the mistake only when the job
        runs, and for some options only when it writes the first row.
        """),
    wrong=_parquet_example("compression = gzipped"),
    right=_parquet_example("compression = gzip"),
)

UNFIT_VALUE = Code(
    number="SSBT0306",
    title="A value that the option does not accept",
    why=_dedent("""
        The value has the right type, but it is too small, too large, too long, or not written in
        the form that Spark reads.
        """),
    wrong=_parquet_example("coalesce = 0"),
    right=_parquet_example("coalesce = 1"),
    way_out="write a value that the option takes; the page of its connector lists them",
)

DUPLICATE_OPTION = Code(
    number="SSBT0307",
    title="An option given twice",
    why=_dedent("""
        Only one of the two values could count, and you could not tell which.
        """),
    wrong=_csv_example("header = true", "header = false"),
    right=_csv_example("header = true"),
)

MISSING_OPTION = Code(
    number="SSBT0308",
    title="A required option is missing",
    why=_dedent("""
        The connector cannot work without this option, and no default would be safe.
        """),
    wrong=example(source=_source("csv", "header = true", "schema = Order")),
    right=_csv_example("header = true"),
    way_out="add it to the block",
)

OPTION_CONFLICT = Code(
    number="SSBT0309",
    title="Options that do not go together",
    why=_dedent("""
        Some options exclude each other, and some need another one. Spark notices a few of these
        when the job runs; in other cases it silently ignores one of the options.
        """),
    wrong=_parquet_example("coalesce = 1", "repartition = 8"),
    right=_parquet_example("repartition = 8"),
    way_out="add what is missing, or leave out what needs it",
)

TOO_NEW = Code(
    number="SSBT0310",
    title="An option that the target Spark does not have",
    why=_dedent("""
        The option, or this value of it, was added in a later Spark than the one that you compile
        for. The older Spark would ignore it or stop.
        """),
    wrong=example(sink=_sink("json", 'path = "out/paid"', "sort_keys = true")),
    right=example(sink=_sink("json", 'path = "out/paid"', "pretty = true")),
)

RAW_SHADOWS = Code(
    number="SSBT0311",
    title="A raw key for an option that has a name",
    why=_dedent("""
        `raw { … }` is for Spark's options that the connector does not name. Nobody checks what is
        in it, so use the named option where there is one. And if you gave a key both ways, it would
        not be clear which value counts.
        """),
    wrong=_csv_example('raw { "header" = true }'),
    right=_csv_example("header = true"),
)

RAW_REFUSED = Code(
    number="SSBT0560",
    title="A raw key that Spark does not accept",
    why=_dedent("""
        An application cannot set some keys, because Spark decides them itself: for instance, the
        checkpoint says where a consumer of Kafka begins, and to Spark keys and values are always
        bytes. Spark refuses such a key when the job starts, or silently ignores it.
        """),
    wrong=_kafka_example('raw { "kafka.auto.offset.reset" = "earliest" }'),
    right=_kafka_example("starting_offsets = earliest"),
)

RAW_IGNORED = Code(
    number="SSBT0564",
    title="A raw key that Spark ignores",
    why=_dedent("""
        Spark passes what begins with `kafka.` to its Kafka clients, without that prefix, and
        ignores everything else that it does not know. `auto.offset.reset`, as other programs write
        it, changes nothing, and nobody notices.
        """),
    wrong=_kafka_example('raw { "fetch.max.bytes" = 1048576 }'),
    right=_kafka_example('raw { "kafka.fetch.max.bytes" = 1048576 }'),
    severity=Severity.WARNING,
)

RAW_UNKNOWN = Code(
    number="SSBT0568",
    title="A raw key that Kafka's clients do not have",
    why=_dedent("""
        Kafka's clients log that they do not know a setting and go on without it: with
        `kafka.fetch.max.byte`, everything works but for the limit. So each name is compared with
        those that the clients themselves list. A class that you give them, such as a
        `kafka.ssl.engine.factory.class`, may read settings of its own: names of three words or more
        that are not like any of Kafka's are passed on, and any name is if the block names a class.
        """),
    wrong=_kafka_example('raw { "kafka.fetch.max.byte" = 1048576 }'),
    right=_kafka_example('raw { "kafka.fetch.max.bytes" = 1048576 }'),
)

UNFIT_PARAM = Code(
    number="SSBT0312",
    title="A parameter of the wrong type for an option",
    why=_dedent("""
        An option that is not a text takes a parameter only if nothing else is in the quotes and the
        parameter has the option's type.
        """),
    wrong=example(
        preamble='param header: string = "yes"\n',
        source=_source(
            "csv", 'path   = "data/orders.csv"', "schema = Order", 'header = "${header}"'
        ),
    ),
    right=example(
        preamble="param header: boolean = true\n",
        source=_source(
            "csv", 'path   = "data/orders.csv"', "schema = Order", 'header = "${header}"'
        ),
    ),
    way_out="write it out, without a parameter",
)

LOSES_DATA = Code(
    number="SSBT0313",
    title="An option that silently loses data",
    why=_dedent("""
        With this option Spark skips what it cannot read: it reports no error and does not count
        what it skipped. If you want that, keep the warning as a reminder for whoever reads the
        numbers.
        """),
    wrong=_csv_example("mode = dropmalformed"),
    right=_csv_example("mode = failfast"),
    severity=Severity.WARNING,
    way_out="leave the option out; where the loss is meant, say so: `# allow SSBT0313: REASON`",
)

NO_PACKAGE = Code(
    number="SSBT0315",
    title="A connector that the target Spark does not have",
    why=_dedent("""
        Some connectors are separate packages, built for each line of Spark. This connector has no
        package for the line that you compile for, so the job could not start. Compile for a line
        that has one; the connector's page lists them.
        """),
    wrong=example(
        pipeline=PIPELINE.replace("}\n", '  target      = "4.3"\n}\n'),
        sink=_sink("delta", 'path = "lake/paid"'),
    ),
    right=example(sink=_sink("delta", 'path = "lake/paid"')),
)

SENSELESS_PATTERN = Code(
    number="SSBT0320",
    title="A date pattern that nobody can mean",
    why=_dedent("""
        Spark's patterns are Java's: `MM` is the month and `mm` the minute, `dd` the day of the
        month and `DD` the day of the year, `yyyy` the year and `YYYY` the year that a week belongs
        to, `HH` the hour and `SS` a fraction of a second. Spark does not complain about a mix-up:
        with `dd/mm/yyyy`, it reads 25/12/2026 as 2026-01-25, with 12 minutes that a date does not
        keep; with `yyyy-MM-DD`, it writes 10 March as 2026-03-69. Other letters make the job fail.
        """),
    wrong=_csv_example('date_format = "dd/mm/yyyy"'),
    right=_csv_example('date_format = "dd/MM/yyyy"'),
)

DOUBTFUL_PATTERN = Code(
    number="SSBT0321",
    title="A date pattern that is likely a slip",
    why=_dedent("""
        `hh` counts the hours of half a day. Without `a`, for am and pm, half past twelve at noon is
        read as half past midnight, and three in the afternoon is written like three in the morning.
        `'Z'` in quotes is plain text: a time in UTC is then read as one in the session's time zone;
        `XXX` reads the zone. With a pattern that has no year, all dates fall into 1970.
        """),
    wrong=_csv_example('timestamp_format = "dd.MM.yyyy hh:mm"'),
    right=_csv_example('timestamp_format = "dd.MM.yyyy HH:mm"'),
    severity=Severity.WARNING,
)

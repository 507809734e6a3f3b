"""03xx: connectors and their options."""

from __future__ import annotations

from textwrap import dedent

from ssbt.compiler.diagnostics.examples import example
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
    title="unknown connector",
    why=_dedent("""
        After `from` in a source and after `to` in a sink stands the name of a connector. This one
        is neither built in nor installed: a connector of another package must be installed beside
        the compiler.
        """),
    wrong=example(source=_source("csvs", 'path   = "data/orders.csv"', "schema = Order")),
    right=example(),
)

UNSUPPORTED_USE = Code(
    number="SSBT0301",
    title="a connector used as what it is not",
    why=_dedent("""
        Not every connector can be read and written, and not every one works with streams. `noop`,
        for instance, throws everything away: it is a sink and nothing can be read from it.
        """),
    wrong=example(source=_source("noop")),
    right=example(),
)

UNKNOWN_OPTION = Code(
    number="SSBT0302",
    title="unknown option",
    why=_dedent("""
        Options are Spark's own, in snake_case: Spark's `nullValue` is `null_value`. Spark itself
        ignores an option that it does not know, so that a slip of the pen changes the result and
        nobody notices; here it is an error. An option that Spark has and the connector does not
        name goes through `raw { "key" = "value" }`.
        """),
    wrong=_csv_example("header = true", 'seperator = ";"'),
    right=_csv_example("header = true", 'sep = ";"'),
)

MISPLACED_OPTION = Code(
    number="SSBT0303",
    title="an option that does nothing here",
    why=_dedent("""
        Some options belong to reading, some to writing, some to streams only. Where it has no
        meaning Spark ignores such an option without a word.
        """),
    wrong=_csv_example("compression = gzip"),
    right=example(sink=_sink("csv", 'path = "out/paid"', "compression = gzip")),
)

WRONG_TYPE = Code(
    number="SSBT0304",
    title="a value of the wrong type",
    why=_dedent("""
        Each option has a type: text stands in quotes, `true`, `false` and numbers do not, and
        where an option has a fixed set of choices, the choice is a bare word.
        """),
    wrong=_csv_example('header = "yes"'),
    right=_csv_example("header = true"),
)

UNKNOWN_CHOICE = Code(
    number="SSBT0305",
    title="not one of the choices",
    why=_dedent("""
        The option takes one word of a fixed set. Spark would find the mistake only when the job
        runs, some options not before the first row is written.
        """),
    wrong=_parquet_example("compression = gzipped"),
    right=_parquet_example("compression = gzip"),
)

UNFIT_VALUE = Code(
    number="SSBT0306",
    title="a value outside of what the option takes",
    why=_dedent("""
        The value has the right type, but it is too small, too large, too long, or not written in
        the form that Spark reads.
        """),
    wrong=_parquet_example("coalesce = 0"),
    right=_parquet_example("coalesce = 1"),
)

DUPLICATE_OPTION = Code(
    number="SSBT0307",
    title="an option given twice",
    why=_dedent("""
        Only one of the two values could count, and which one would be a matter of luck.
        """),
    wrong=_csv_example("header = true", "header = false"),
    right=_csv_example("header = true"),
)

MISSING_OPTION = Code(
    number="SSBT0308",
    title="a required option is missing",
    why=_dedent("""
        The connector cannot work without this option, and no value would be a safe guess.
        """),
    wrong=example(source=_source("csv", "header = true", "schema = Order")),
    right=_csv_example("header = true"),
)

OPTION_CONFLICT = Code(
    number="SSBT0309",
    title="options that do not go together",
    why=_dedent("""
        Some options exclude each other and some need another one. Spark finds a few of these when
        the job runs; in other cases it silently ignores one of the options.
        """),
    wrong=_parquet_example("coalesce = 1", "repartition = 8"),
    right=_parquet_example("repartition = 8"),
)

TOO_NEW = Code(
    number="SSBT0310",
    title="an option that the target Spark does not have",
    why=_dedent("""
        The option, or this value of it, came with a later Spark than the one that the pipeline is
        compiled for; the older Spark would ignore it or stop.
        """),
    wrong=example(sink=_sink("json", 'path = "out/paid"', "sort_keys = true")),
    right=example(sink=_sink("json", 'path = "out/paid"', "pretty = true")),
)

RAW_SHADOWS = Code(
    number="SSBT0311",
    title="a raw key for an option that has a name",
    why=_dedent("""
        `raw { … }` is the door for options of Spark that the connector does not name. It is checked
        by nobody, so what has a name of its own must use it; and a key given both ways would leave
        open which value counts.
        """),
    wrong=_csv_example('raw { "header" = true }'),
    right=_csv_example("header = true"),
)

RAW_REFUSED = Code(
    number="SSBT0560",
    title="a raw key that Spark does not take",
    why=_dedent("""
        Some keys are not an application's to set, because Spark itself decides them: where a
        consumer of Kafka begins, for instance, is kept in the checkpoint, and keys and values are
        always bytes to it. Spark refuses such a key when the job starts, or passes it over in
        silence.
        """),
    wrong=_kafka_example('raw { "kafka.auto.offset.reset" = "earliest" }'),
    right=_kafka_example("starting_offsets = earliest"),
)

RAW_IGNORED = Code(
    number="SSBT0564",
    title="a raw key that Spark passes over",
    why=_dedent("""
        Spark gives its clients of Kafka what begins with `kafka.`, without that beginning, and
        passes over all else that it does not know: `auto.offset.reset`, as in the settings of
        other programs, changes nothing, and nobody notices.
        """),
    wrong=_kafka_example('raw { "fetch.max.bytes" = 1048576 }'),
    right=_kafka_example('raw { "kafka.fetch.max.bytes" = 1048576 }'),
    severity=Severity.WARNING,
)

UNFIT_PARAM = Code(
    number="SSBT0312",
    title="a parameter of the wrong type for an option",
    why=_dedent("""
        An option that is no text takes a parameter only if the parameter stands alone in the
        quotes and its type is that of the option.
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
)

LOSES_DATA = Code(
    number="SSBT0313",
    title="an option that loses data without a word",
    why=_dedent("""
        With this option Spark skips what it cannot read: no error, no count of what was skipped.
        That may be wanted; then this warning stays as a reminder for whoever reads the numbers.
        """),
    wrong=_csv_example("mode = dropmalformed"),
    right=_csv_example("mode = failfast"),
    severity=Severity.WARNING,
)

SENSELESS_PATTERN = Code(
    number="SSBT0320",
    title="a pattern of dates that nobody can mean",
    why=_dedent("""
        Spark's patterns are those of Java: `MM` is the month and `mm` the minute, `dd` the day of
        the month and `DD` the day of the year, `yyyy` the year and `YYYY` that of a week, `HH` the
        hour and `SS` a fraction of a second. Spark takes what it gets: with `dd/mm/yyyy`, it reads
        25/12/2026 as 2026-01-25, with 12 minutes that a date does not keep; with `yyyy-MM-DD`, it
        writes 10 March as 2026-03-69. Other letters it refuses when the job runs.
        """),
    wrong=_csv_example('date_format = "dd/mm/yyyy"'),
    right=_csv_example('date_format = "dd/MM/yyyy"'),
)

DOUBTFUL_PATTERN = Code(
    number="SSBT0321",
    title="a pattern of dates that is likely a slip",
    why=_dedent("""
        `hh` counts the hours of half a day: without `a`, for am and pm, half past twelve at noon
        is read as half past midnight, and three in the afternoon is written like three in the
        morning. `'Z'` in quotes is plain text: a time in UTC is read as one in the time zone of the
        session; `XXX` reads the zone. With a pattern that has no year, all dates fall into 1970.
        """),
    wrong=_csv_example('timestamp_format = "dd.MM.yyyy hh:mm"'),
    right=_csv_example('timestamp_format = "dd.MM.yyyy HH:mm"'),
    severity=Severity.WARNING,
)

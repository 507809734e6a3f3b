"""Values of text files that Spark reads as others, which what the source says cannot tell apart."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.check.stream_findings import head
from ssbt.compiler.connectors.specification import Place
from ssbt.compiler.diagnostics.examples import SCHEMA, SOURCE, example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.ir.pipeline import Pipeline, Source
from ssbt.compiler.ir.relations import Column
from ssbt.compiler.source import Span
from ssbt.compiler.types.datatypes import StringType
from ssbt.compiler.types.words import type_words

_JSON = SOURCE.replace("csv {", "json {").replace(".csv", ".json").replace("  header = true\n", "")
_NOTES = "schema Order {\n  status: string\n}\n"

TINYINT_IN_JSON = Code(
    "SSBT0322",
    "A TINYINT in JSON",
    """\
A number from 128 to 255 in a TINYINT column of a JSON file becomes negative, in every mode: Spark
takes it for an unsigned byte. A larger one is malformed. As a SMALLINT each is itself, and what
does not fit into a TINYINT stops the job in `cast(level as tinyint)`.

| `{"level": …}` in Spark 4.1 | `level: tinyint` | `level: smallint` |
|---|---|---|
| `127` | 127 | 127 |
| `128` | -128 | 128 |
| `255` | -1 | 255 |
""",
    wrong=example(
        schema=SCHEMA.replace("status:    string", "level: tinyint"),
        source=_JSON,
        steps="|> where level > 1",
    ),
    right=example(
        schema=SCHEMA.replace("status:    string", "level: smallint"),
        source=_JSON,
        steps="|> where level > 1",
    ),
    severity=Severity.WARNING,
)

ONE_COLUMN_OF_LINES = Code(
    "SSBT0323",
    "Line ends in the only column of a CSV file",
    """\
Without `multi_line`, each line of a CSV file is a row, also where the line end stands inside of
quotes. With several columns the halves of such a row have too few values, and are malformed. A half
of the only column is a text like any other: the rows become more, and nothing says so.

Say which it is: `multi_line = true`, with which each file is read by one task; or `multi_line =
false` where no value has a line end.
""",
    wrong=example(schema=_NOTES, steps="|> where status = 'PAID'"),
    right=example(
        schema=_NOTES,
        source=SOURCE.replace("  header = true\n", "  header = true\n  multi_line = true\n"),
        steps="|> where status = 'PAID'",
    ),
    severity=Severity.WARNING,
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One finding for each column of a source."""
    for source in pipeline.datasets:
        if not isinstance(source, Source) or source.part or source.output.is_open:
            continue
        if source.connector.name == "json":
            for column in source.output.columns:
                if "TINYINT" in type_words(column.type):
                    yield _tinyint(column, source)
        elif source.connector.name == "csv" and _is_one_text(source):
            yield _one_column(source)


def _tinyint(column: Column, source: Source) -> Diagnostic:
    message = f"in `{column.name}`, which is {column.type.sql}, 128 would be read as -128"
    help_ = ("declare it as SMALLINT; `cast(… as tinyint)` stops the job at what does not fit",)
    return Diagnostic(
        TINYINT_IN_JSON, message, Label(column.declared or head(source.span)), (), help_
    )


def _is_one_text(source: Source) -> bool:
    columns = source.output.columns
    is_text = len(columns) == 1 and isinstance(columns[0].type, StringType)
    settled = source.settings.named("multi_line") or source.settings.at(Place("dialect"))
    return is_text and settled is None


def _one_column(source: Source) -> Diagnostic:
    name = source.output.columns[0].name
    message = f"a line end in `{name}`, the only column, would make two rows of one"
    end = source.span.end - 1
    fix = (Edit(Span(source.span.path, end, end), "  multi_line = true\n"),)
    help_ = ("say `multi_line = true`, or `false` where no value has a line end",)
    return Diagnostic(ONE_COLUMN_OF_LINES, message, Label(head(source.span)), (), help_, fix)

"""Values of text files that Spark reads as others, which what the source says cannot tell apart."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.check.stream_findings import declaration_head
from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.diagnostics.examples import SOURCE, example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.ir.pipeline import Pipeline, Source
from ssbt.compiler.source import Span
from ssbt.compiler.types.datatypes import StringType

_NOTES = "schema Order {\n  status: string\n}\n"

ONE_COLUMN_OF_LINES = Code(
    "SSBT0323",
    "Line ends in the only column of a CSV file",
    """\
Without `multi_line`, Spark takes each line of a CSV file for a row, even if the line end is inside
quotes. In a file with several columns, the halves of such a row have too few values and are
malformed. In a file with one column, each half is a valid text: you get more rows than were
written, and nothing tells you.

Say which you need: `multi_line = true`, which makes one task read each whole file; or
`multi_line = false` if no value has a line end.
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
        reader = source.connector.source
        if reader is not None and reader.parser == "univocity" and _is_one_text(source):
            yield _build_diagnostic(source)


def _is_one_text(source: Source) -> bool:
    columns = source.output.columns
    is_text = len(columns) == 1 and isinstance(columns[0].type, StringType)
    explicit = source.settings.find("multi_line") or source.settings.at(OptionPlacement("dialect"))
    return is_text and explicit is None


def _build_diagnostic(source: Source) -> Diagnostic:
    name = source.output.columns[0].name
    message = f"a line end in `{name}`, the only column, would make two rows of one"
    end = source.span.end - 1
    fix = (Edit(Span(source.span.path, end, end), "  multi_line = true\n"),)
    help_ = ("say `multi_line = true`, or `false` where no value has a line end",)
    return Diagnostic(
        ONE_COLUMN_OF_LINES, message, Label(declaration_head(source.span)), (), help_, fix
    )

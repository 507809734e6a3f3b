"""Encodings of text files that Spark cannot split into lines, or does not know."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.connectors.settings import Settings
from ssbt.compiler.diagnostics.examples import SOURCE, example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label
from ssbt.compiler.ir.pipeline import Pipeline, Sink, Source
from ssbt.compiler.source import Span

_UTF_16 = SOURCE.replace("  header = true\n", '  header = true\n  encoding = "UTF-16LE"\n')

UNSPLIT_ENCODING = Code(
    "SSBT0324",
    "An encoding in which Spark finds no lines",
    """\
Spark looks for line ends in bytes. In encodings with two or four bytes per character, that cuts
characters apart: the job fails, or texts get one character too many, or there are no rows at all.

| two lines in | as they are | `line_sep = "\\n"` | `multi_line = true` |
|---|---|---|---|
| UTF-16LE, CSV | fails | 2 rows | 2 rows |
| UTF-16BE, CSV | fails, or `Zoe\\uFFFD` | 2 rows | 2 rows |
| UTF-16 or UTF-32, CSV | fails | 0 rows, or fails | 2 rows |
| UTF-16LE, UTF-16BE, ISO-8859-1, JSON | fails | 2 rows | 1 row |
| UTF-16 or UTF-32, JSON | fails | fails | 1 row |

For CSV write `multi_line = true`, which makes one task read each whole file. For JSON write
`line_sep = "\\n"`, and say which UTF-16 it is: most programs write `UTF-16LE`.
""",
    wrong=example(source=_UTF_16, steps="|> where status = 'PAID'"),
    right=example(
        source=_UTF_16.replace("  encoding", "  multi_line = true\n  encoding"),
        steps="|> where status = 'PAID'",
    ),
)

UNKNOWN_ENCODING = Code(
    "SSBT0325",
    "An encoding that Spark does not know",
    """\
From Spark 4.0 on, CSV and JSON files are in one of `US-ASCII`, `ISO-8859-1`, `UTF-8`, `UTF-16`,
`UTF-16LE`, `UTF-16BE` and `UTF-32`; with any other encoding the job fails when it reads or writes.
Convert the files, for example with `iconv`, or set `"spark.sql.legacy.javaCharsets" = true` in the
block `spark`; then Spark accepts everything that Java knows.
""",
    wrong=example(
        source=_UTF_16.replace("UTF-16LE", "windows-1252"), steps="|> where status = 'PAID'"
    ),
    right=example(
        source=_UTF_16.replace("UTF-16LE", "ISO-8859-1"), steps="|> where status = 'PAID'"
    ),
)

_ONE_BYTE = ("US-ASCII", "ISO-8859-1")
_FIXED_BYTE_ORDER = ("UTF-16LE", "UTF-16BE")
_WITH_BYTE_ORDER_MARK = ("UTF-16", "UTF-32")
_SUPPORTED = ("UTF-8", *_ONE_BYTE, *_FIXED_BYTE_ORDER, *_WITH_BYTE_ORDER_MARK)
_JAVA_CHARSETS_SETTING = "spark.sql.legacy.javaCharsets"


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One finding for each source or sink with such an encoding."""
    takes_all = any(
        name == _JAVA_CHARSETS_SETTING and value == "true" for name, value in pipeline.spark
    )
    sources = (each for each in pipeline.datasets if isinstance(each, Source))
    ends: tuple[Source | Sink, ...] = (*sources, *pipeline.sinks)
    for end in ends:
        if not (parser := _find_parser(end)):
            continue
        setting = end.settings.find("encoding")
        if setting is None or not isinstance(setting.value, str):
            continue
        encoding, span = setting.value.upper(), setting.span or end.span
        if encoding not in _SUPPORTED:
            if not takes_all and pipeline.target >= "4":
                verb = "reads" if isinstance(end, Source) else "writes"
                message = f"Spark {verb} no files in `{setting.value}`"
                help_ = (f"convert them to one of {', '.join(_SUPPORTED)}",)
                if not isinstance(end, Source):
                    help_ = (f"write one of {', '.join(_SUPPORTED)}, and convert the files then",)
                yield Diagnostic(UNKNOWN_ENCODING, message, Label(span), (), help_)
        elif isinstance(end, Source):
            remedy = _find_remedy(parser, encoding, end.settings)
            if remedy:
                yield _build_diagnostic(end, setting.value, span, remedy)


def _find_parser(end: Source | Sink) -> str:
    """The library that reads the connector's text; empty where none does."""
    return end.connector.source.parser if end.connector.source is not None else ""


def _find_remedy(parser: str, encoding: str, settings: Settings) -> str:
    """The option that is missing; nothing where Spark finds the lines."""
    if settings.is_true("multi_line") or encoding == "UTF-8":
        return ""
    has_separator = settings.find("line_sep") is not None
    if parser == "univocity":
        is_found = encoding in _ONE_BYTE or (encoding in _FIXED_BYTE_ORDER and has_separator)
        return "" if is_found else "multi_line = true"
    if encoding in _WITH_BYTE_ORDER_MARK:
        return f'encoding = "{encoding}LE"' if encoding == "UTF-16" else "multi_line = true"
    return "" if has_separator else 'line_sep = "\\n"'


def _build_diagnostic(source: Source, encoding: str, span: Span, remedy: str) -> Diagnostic:
    message = f"Spark does not find the lines of files in `{encoding}`"
    end = source.span.end - 1
    is_new = not remedy.startswith("encoding")
    fix = (Edit(Span(source.span.path, end, end), f"  {remedy}\n"),) if is_new else ()
    return Diagnostic(UNSPLIT_ENCODING, message, Label(span), (), (f"say `{remedy}`",), fix)

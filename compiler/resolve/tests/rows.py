"""The rows of a test, held to the columns of their dataset."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
import posixpath

from ssbt.compiler.diagnostics.codes import names as name_codes
from ssbt.compiler.diagnostics.codes import tests as codes
from ssbt.compiler.diagnostics.codes.encoding import OUTSIDE_FILE
from ssbt.compiler.disk import OutsideError
from ssbt.compiler.ir import tests as ir
from ssbt.compiler.ir.expressions import Expression
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.resolve.datasets import DatasetResolver
from ssbt.compiler.resolve.files import Reader
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.resolve.tests.values import find_mismatches
from ssbt.compiler.resolve.traps.failing_constants import CONSTANT_FAILS
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast.values import TextValue
from ssbt.compiler.types.datatypes import UNKNOWN, DataType

_KINDS = {".csv": "csv", ".json": "json", ".jsonl": "json", ".parquet": "parquet"}


def resolve_rows(
    clause: d.Rows,
    name: str,
    relation: Relation,
    datasets: DatasetResolver,
    report: Report,
    read: Reader,
) -> ir.Rows:
    """The rows of a clause about the dataset `name`; what does not fit is reported."""
    columns = tuple(_resolve_columns(clause, name, relation, report))
    file = _resolve_file(clause.file, report, read) if clause.file is not None else None
    rows = tuple(_resolve_row(row, columns, datasets, report) for row in clause.rows)
    return ir.Rows(name, columns, rows, file, clause.dataset.span)


def _resolve_columns(
    clause: d.Rows, name: str, relation: Relation, report: Report
) -> Iterator[Column]:
    """Those that the clause names, or else all; those of a file are in the file."""
    if not clause.columns and clause.file is None:
        yield from relation.columns
    seen_names: set[str] = set()
    for each in clause.columns:
        if each.text.casefold() in seen_names:
            message = f"`{each.text}` stands here twice"
            report.add(name_codes.DUPLICATE_COLUMN, each.span, message)
        seen_names.add(each.text.casefold())
        matches = relation.find_columns(each.text)
        if not matches and not relation.is_open:
            names = [column.name for column in relation.columns]
            message = f"`{name}` has no column `{each.text}`"
            code = name_codes.UNKNOWN_COLUMN
            report.add_unknown_name(code, each.span, message, each.text, names, "columns")
        yield matches[0] if matches else Column(each.text, UNKNOWN, True)


def _resolve_row(
    row: d.Row, columns: Sequence[Column], datasets: DatasetResolver, report: Report
) -> tuple[Expression, ...]:
    def type_of(node: e.Expression) -> DataType:
        return datasets.resolve_constant(node, Report()).type

    row_report = Report(index=report.index)
    values = tuple(datasets.resolve_constant(node, row_report) for node in row.values)
    if len(values) != len(columns):
        report.findings += row_report.findings
        counts = f"{_pluralize(len(values), 'value')} for {_pluralize(len(columns), 'column')}"
        names = ", ".join(column.name for column in columns)
        help_ = f"the columns are {names}" if names else "name the columns after the dataset"
        span = row.values[0].span.to(row.values[-1].span)
        report.add(codes.BAD_ROW, span, f"the row has {counts}", help=help_)
        return values
    mismatches = [
        (mismatch, column)
        for node, column in zip(row.values, columns, strict=True)
        for mismatch in find_mismatches(node, column.type, type_of)
    ]
    # Parts that do not fit together are reported as parts that do not fit into the column.
    mismatch_spans = [mismatch.span for mismatch, _ in mismatches]
    report.findings += [
        each
        for each in row_report.findings
        if each.code != CONSTANT_FAILS
        or not any(_is_within(span, each.primary.span) for span in mismatch_spans)
    ]
    for mismatch, column in mismatches:
        label = f"`{column.name}` is {column.type.sql}"
        report.add(codes.BAD_TEST_VALUE, mismatch.span, mismatch.reason, label)
    return values


def _is_within(part: Span, whole: Span) -> bool:
    return whole.start <= part.start and part.end <= whole.end


def _pluralize(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"


def _resolve_file(text: TextValue, report: Report, read: Reader) -> ir.RowsFile | None:
    """The file, relative to where the path of the main file is, if it is one of the project's."""
    path = "".join(part for part in text.parts if isinstance(part, str))
    file_format = _KINDS.get(posixpath.splitext(path)[1].lower())
    if len(text.parts) > 1 or not all(isinstance(part, str) for part in text.parts):
        message = "the path of a test's file holds no parameter"
        report.add(codes.BAD_TEST_FILE, text.span, message)
        return None
    if file_format is None:
        message = f'rows do not come from "{path}"'
        help_ = "the file is a .csv, .json, .jsonl or .parquet"
        report.add(codes.BAD_TEST_FILE, text.span, message, help=help_)
        return None
    folder = posixpath.dirname(text.span.path)
    place = posixpath.normpath(posixpath.join(folder, path))
    try:
        read(place)
    except OutsideError as error:
        report.add_unreadable_file(OUTSIDE_FILE, text.span, place, error)
        return None
    except OSError:
        # The run of the tests says what is wrong with it.
        pass
    return ir.RowsFile(place, file_format)

"""`ssbtc test --create`: a test from real rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
import os
import re
import sys
import tempfile
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from ssbt.compiler.cli.failures import Failure
from ssbt.compiler.cli.inputs import TESTS, contents, quoted
from ssbt.compiler.cli.writing import rewrite, write_all

if TYPE_CHECKING:
    from ssbt.compiler.cli.reporting import Report
    from ssbt.compiler.cli.units import Unit
    from ssbt.compiler.driver import Checked
    from ssbt.compiler.ir.pipeline import Let, Pipeline
    from ssbt.compiler.testing.results import Created

# Of these a stream is what its folder holds, which can be read at once.
_FILES = frozenset({"csv", "json", "orc", "parquet", "text"})
F = TypeVar("F", bound=Callable[..., Any])


def options(command: F) -> F:
    """`created`, the dataset that a test is wanted of, and `rows`."""
    dataset = click.option(
        "--create", "created", metavar="DATASET", help="Write a test of a dataset from real rows."
    )
    rows = click.option(
        "--rows",
        type=click.IntRange(1),
        default=5,
        show_default=True,
        metavar="N",
        help="With --create: how many rows of each source, if so few will do.",
    )
    return dataset(rows(command))


class Creation(NamedTuple):
    """What the command line says of the test: `out` is the file that it goes to, if any."""

    dataset: str
    rows: int
    out: str | None
    given: Mapping[str, str]
    master: str
    target: str | None
    verbose: bool


class _Subject(NamedTuple):
    unit: Unit
    checked: Checked
    pipeline: Pipeline
    dataset: str


def create(wanted: Creation, units: Sequence[Unit], report: Report) -> int:
    """Write the test to standard output or into a file; the exit code. Raises Failure."""
    from ssbt.compiler.testing.creating import test_name, test_text, with_test

    found = [*_pipelines(units, wanted.target, report)]
    if code := report.print():
        return code
    subject = _subject(wanted.dataset, found)
    file = _file(wanted.out, subject.unit)
    made = _created(wanted, subject)
    name = test_name(subject.dataset, (t.name for t in subject.pipeline.tests))
    files = {what: (path, rows) for what, path, rows in _row_files(wanted.out, name, made)}
    folder = os.path.dirname(file)
    test = test_text(name, made, {what: path for what, (path, _) in files.items()})
    before = contents(file).decode("utf-8") if os.path.exists(file) else ""
    after = with_test(before, test)
    _check(subject, file, after, wanted.target)
    for note in made.notes:
        report.console.note(note)
    if wanted.out is None:
        report.console.result(test)
        return 0
    written = [(os.path.join(folder, path), rows) for path, rows in files.values()]
    write_all(written if before else [*written, (file, after.encode())])
    if before:
        rewrite(file, after.encode())
    return 0


def _row_files(out: str | None, name: str, made: Created) -> Iterator[tuple[str, str, bytes]]:
    """Rows that are too wide for the file of tests: of what, a path beside it, and the content."""
    from ssbt.compiler.testing.creating import wide_rows

    if out is None:
        return
    stem = os.path.splitext(os.path.basename(out))[0]
    for what, rows in wide_rows(made):
        plain = re.sub(r"[^\w.-]+", "_", f"{name} {what}")
        path = f"{stem}/{plain}.jsonl"
        yield what, path, "".join(f"{line}\n" for line in rows.lines).encode()


def _pipelines(
    units: Sequence[Unit], target: str | None, report: Report
) -> Iterator[tuple[Unit, Checked, Pipeline]]:
    from ssbt.compiler.cli.units import relocated_findings
    from ssbt.compiler.driver import checked

    for unit in units:
        result = checked(unit.path, unit.read, target, tests=True)
        report.add(*relocated_findings(result.findings, result.sources, unit))
        if result.pipeline is not None:
            yield unit, result, result.pipeline


def _subject(name: str, found: Sequence[tuple[Unit, Checked, Pipeline]]) -> _Subject:
    """The dataset that is meant; raises Failure where no test of it can be written."""
    from ssbt.compiler.diagnostics.suggestions import did_you_mean
    from ssbt.compiler.ir.pipeline import Let

    lets = [
        (_Subject(unit, checked, pipeline, item.name), item)
        for unit, checked, pipeline in found
        for item in pipeline.datasets
        if isinstance(item, Let)
    ]
    named = [each for each in lets if each[1].name.casefold() == name.casefold()]
    if len(named) > 1:
        listed = ", ".join(each.unit.input.path for each, _ in named)
        raise Failure(f"name one pipeline, `{name}` is in {len(named)}: {listed}")
    if not named:
        sources = {each.name.casefold() for *_, p in found for each in p.datasets}
        if name.casefold() in sources:
            raise Failure(f"`{name}` is a source: name a dataset that is made from it")
        near = did_you_mean(name, [item.name for _, item in lets])
        hint = f"; did you mean `{near}`?" if near else ""
        raise Failure(f"no pipeline here makes a dataset `{name}` for a sink{hint}")
    subject, item = named[0]
    _check_sources(subject.pipeline, item)
    return subject


def _check_sources(pipeline: Pipeline, item: Let) -> None:
    from ssbt.compiler.emit.testing.wish import sources_of

    for each in sources_of(pipeline, item.name):
        kind = each.connector.name
        if each.part or (each.output.streaming and kind not in _FILES):
            raise Failure(
                f"`{each.name}` is a stream from {kind}: real rows can be read from tables, batches"
                " and streams of files"
            )


def _file(out: str | None, unit: Unit) -> str:
    """The file that the test is written for: that of the pipeline, or the one beside it."""
    path = unit.input.path
    beside = f"{os.path.splitext(path)[0]}{TESTS}"
    if out is None:
        return beside
    if unit.input.is_standard_input or os.path.normpath(out) not in (
        os.path.normpath(path),
        os.path.normpath(beside),
    ):
        raise Failure(f"tests of {quoted(path)} stand in it or in {quoted(beside)}")
    return out


def _created(wanted: Creation, subject: _Subject) -> Created:
    from ssbt.compiler.cli.testing.plans import written_script
    from ssbt.compiler.cli.testing.session import BrokenSessionError, session
    from ssbt.compiler.driver import planned_test_of
    from ssbt.compiler.emit.submission import packages

    wish = planned_test_of(subject.checked, subject.dataset, wanted.rows)
    needed = packages(subject.pipeline)
    submit = ("--master", wanted.master, *(("--packages", ",".join(needed)) if needed else ()))
    with tempfile.TemporaryDirectory(prefix="ssbtc-test-") as folder:
        script = written_script(subject.checked, os.path.join(folder, "script"))
        plan = {**wish["plan"], "script": script, "tests": []}
        document = {"wishes": [{**wish, "plan": plan}], "set": wanted.given}
        try:
            with session(folder, document, submit, verbose=wanted.verbose) as events:
                for event in events:
                    if event.created is not None:
                        return event.created
                    if event.message:
                        raise Failure(event.message)
        except BrokenSessionError as error:
            raise Failure(f"the session broke\n{error}") from error
    raise Failure("the session ended without a test")


def _check(subject: _Subject, file: str, text: str, target: str | None) -> None:
    """Raises Failure where the rows cannot be written as a test."""
    from ssbt.compiler.diagnostics.model import Severity
    from ssbt.compiler.driver import checked

    unit = subject.unit

    def read(path: str) -> bytes:
        is_meant = os.path.normpath(unit.shown(path)) == os.path.normpath(file)
        return text.encode() if is_meant else unit.read(path)

    for found in checked(unit.path, read, target, tests=True).findings:
        if found.severity is Severity.ERROR:
            sys.stderr.write(text)
            raise Failure(f"the rows cannot be written as a test: {found.message}")

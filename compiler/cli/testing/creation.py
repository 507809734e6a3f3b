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
from ssbt.compiler.cli.inputs import TEST_SUFFIX, quote_path, read_contents
from ssbt.compiler.cli.writing import rewrite, write_all

if TYPE_CHECKING:
    from ssbt.compiler.cli.reporting import Report
    from ssbt.compiler.cli.units import Unit
    from ssbt.compiler.driver import CheckResult
    from ssbt.compiler.ir.pipeline import Let, Pipeline
    from ssbt.compiler.testing.results import CreatedTest

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


class CreationOptions(NamedTuple):
    """What the command line says of the test: `out` is the file that it goes to, if any."""

    dataset: str
    rows: int
    out: str | None
    parameters: Mapping[str, str]
    master: str
    target: str | None
    verbose: bool


class _TestSubject(NamedTuple):
    unit: Unit
    check_result: CheckResult
    pipeline: Pipeline
    dataset: str


def create_test(creation_options: CreationOptions, units: Sequence[Unit], report: Report) -> int:
    """Write the test to standard output or into a file; the exit code. Raises Failure."""
    from ssbt.compiler.testing.creating import render_test, unique_test_name, with_test

    candidates = [*_check_pipelines(units, creation_options.target, report)]
    if code := report.print():
        return code
    subject = _find_subject(creation_options.dataset, candidates)
    file = _test_file(creation_options.out, subject.unit)
    created_test = _create_test(creation_options, subject)
    name = unique_test_name(subject.dataset, (t.name for t in subject.pipeline.tests))
    files = {
        dataset: (path, rows)
        for dataset, path, rows in _row_files(creation_options.out, name, created_test)
    }
    folder = os.path.dirname(file)
    test = render_test(name, created_test, {dataset: path for dataset, (path, _) in files.items()})
    old_text = read_contents(file).decode("utf-8") if os.path.exists(file) else ""
    new_text = with_test(old_text, test)
    _check_test(subject, file, new_text, creation_options.target)
    for note in created_test.notes:
        report.console.note(note)
    if creation_options.out is None:
        report.console.write_result(test)
        return 0
    row_files = [(os.path.join(folder, path), rows) for path, rows in files.values()]
    write_all(row_files if old_text else [*row_files, (file, new_text.encode())])
    if old_text:
        rewrite(file, new_text.encode())
    return 0


def _row_files(
    out: str | None, name: str, created_test: CreatedTest
) -> Iterator[tuple[str, str, bytes]]:
    """Rows that are too wide for the file of tests: of what, a path beside it, and the content."""
    from ssbt.compiler.testing.creating import find_wide_rows

    if out is None:
        return
    stem = os.path.splitext(os.path.basename(out))[0]
    for dataset, rows in find_wide_rows(created_test):
        file_name = re.sub(r"[^\w.-]+", "_", f"{name} {dataset}")
        path = f"{stem}/{file_name}.jsonl"
        yield dataset, path, "".join(f"{line}\n" for line in rows.lines).encode()


def _check_pipelines(
    units: Sequence[Unit], target: str | None, report: Report
) -> Iterator[tuple[Unit, CheckResult, Pipeline]]:
    from ssbt.compiler.cli.units import relocate_findings
    from ssbt.compiler.driver import check_pipeline

    for unit in units:
        result = check_pipeline(unit.path, unit.read, target, tests=True)
        report.add(*relocate_findings(result.findings, result.sources, unit))
        if result.pipeline is not None:
            yield unit, result, result.pipeline


def _find_subject(
    name: str, candidates: Sequence[tuple[Unit, CheckResult, Pipeline]]
) -> _TestSubject:
    """The dataset that is meant; raises Failure where no test of it can be written."""
    from ssbt.compiler.diagnostics.suggestions import did_you_mean
    from ssbt.compiler.ir.pipeline import Let

    lets = [
        (_TestSubject(unit, check_result, pipeline, item.name), item)
        for unit, check_result, pipeline in candidates
        for item in pipeline.datasets
        if isinstance(item, Let)
    ]
    matches = [each for each in lets if each[1].name.casefold() == name.casefold()]
    if len(matches) > 1:
        listed = ", ".join(each.unit.input.path for each, _ in matches)
        raise Failure(f"name one pipeline, `{name}` is in {len(matches)}: {listed}")
    if not matches:
        sources = {each.name.casefold() for *_, p in candidates for each in p.datasets}
        if name.casefold() in sources:
            raise Failure(f"`{name}` is a source: name a dataset that is made from it")
        near = did_you_mean(name, [item.name for _, item in lets])
        hint = f"; did you mean `{near}`?" if near else ""
        raise Failure(f"no pipeline here makes a dataset `{name}` for a sink{hint}")
    subject, item = matches[0]
    _check_sources(subject.pipeline, item)
    return subject


def _check_sources(pipeline: Pipeline, item: Let) -> None:
    from ssbt.compiler.connectors.specification import OptionPlacement
    from ssbt.compiler.emit.testing.sampling_plan import sources_of

    for each in sources_of(pipeline, item.name):
        reader = each.connector.source
        # A stream of files is what its folder holds, which can be read at once.
        is_folder = reader is not None and reader.has_option_at(OptionPlacement.LOAD)
        if each.part or (each.output.streaming and not is_folder):
            raise Failure(
                f"`{each.name}` is a stream from {each.connector.name}: real rows can be read"
                " from tables, batches and streams of files"
            )


def _test_file(out: str | None, unit: Unit) -> str:
    """The file that the test is written for: that of the pipeline, or the one beside it."""
    path = unit.input.path
    test_path = f"{os.path.splitext(path)[0]}{TEST_SUFFIX}"
    if out is None:
        return test_path
    if unit.input.is_standard_input or os.path.normpath(out) not in (
        os.path.normpath(path),
        os.path.normpath(test_path),
    ):
        raise Failure(f"tests of {quote_path(path)} stand in it or in {quote_path(test_path)}")
    return out


def _create_test(creation_options: CreationOptions, subject: _TestSubject) -> CreatedTest:
    from ssbt.compiler.cli.testing.plans import write_script
    from ssbt.compiler.cli.testing.session import BrokenSessionError, run_session
    from ssbt.compiler.driver import plan_sampling
    from ssbt.compiler.emit.session import session_settings
    from ssbt.compiler.emit.submission import collect_packages

    sampling_plan = plan_sampling(subject.check_result, subject.dataset, creation_options.rows)
    needed = collect_packages(subject.pipeline)
    submit = (
        "--master",
        creation_options.master,
        *(("--packages", ",".join(needed)) if needed else ()),
        *(f"--conf={name}={value}" for name, value in session_settings(subject.pipeline)),
    )
    with tempfile.TemporaryDirectory(prefix="ssbtc-test-") as folder:
        script = write_script(subject.check_result, os.path.join(folder, "script"))
        plan = {**sampling_plan["plan"], "script": script, "tests": []}
        document = {"wishes": [{**sampling_plan, "plan": plan}], "set": creation_options.parameters}
        try:
            with run_session(folder, document, submit, verbose=creation_options.verbose) as events:
                for event in events:
                    if event.created is not None:
                        return event.created
                    if event.message:
                        raise Failure(event.message)
        except BrokenSessionError as error:
            raise Failure(f"the session broke\n{error}") from error
    raise Failure("the session ended without a test")


def _check_test(subject: _TestSubject, file: str, text: str, target: str | None) -> None:
    """Raises Failure where the rows cannot be written as a test."""
    from ssbt.compiler.diagnostics.model import Severity
    from ssbt.compiler.driver import check_pipeline

    unit = subject.unit

    def read(path: str) -> bytes:
        is_meant = os.path.normpath(unit.display_path(path)) == os.path.normpath(file)
        return text.encode() if is_meant else unit.read(path)

    for finding in check_pipeline(unit.path, read, target, tests=True).findings:
        if finding.severity is Severity.ERROR:
            sys.stderr.write(text)
            raise Failure(f"the rows cannot be written as a test: {finding.message}")

"""`ssbtc test --update`: tests that come to expect what came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from ssbt.compiler.cli.failures import Failure
from ssbt.compiler.cli.inputs import quote_path
from ssbt.compiler.testing.results import Case, CaseResult, Outcome
from ssbt.compiler.testing.updating import CannotUpdateError, compute_edits

if TYPE_CHECKING:
    from ssbt.compiler.cli.testing.plans import TestedPipeline
    from ssbt.compiler.cli.units import Unit
    from ssbt.compiler.diagnostics.model import Edit
    from ssbt.compiler.source import Source
    from ssbt.compiler.syntax.ast import declarations as d

_FAILS_WITH_REASON = "`then fails with` is for you to change"


class UpdatedFile(NamedTuple):
    """A file of tests before and after, by the path that the user knows."""

    path: str
    old: bytes
    new: bytes


class Updates:
    """The changes to files of tests, found as results come; nothing is written before `write`."""

    def __init__(self, tested: Sequence[TestedPipeline], target: str | None) -> None:
        self._target = target
        self._tested = {case.number: each for each in tested for case in each.cases}
        self._sources: dict[str, Source] = {}
        self._edits: dict[str, list[Edit]] = {}

    def revise_result(self, result: CaseResult) -> CaseResult:
        """The result with its test changed, where it can be, or else with the reason."""
        if result.outcome is not Outcome.FAILED:
            return result
        try:
            self._collect_edits(result)
        except CannotUpdateError as error:
            message = "\n".join(filter(None, [result.message, f"not updated: {error}"]))
            return replace(result, message=message)
        return replace(result, outcome=Outcome.UPDATED)

    def _collect_edits(self, result: CaseResult) -> None:
        if not result.differences:
            raise CannotUpdateError(_FAILS_WITH_REASON)
        tested = self._tested[result.case.number]
        source, node = _find_test(tested, result.case)
        path = tested.unit.display_path(source.path)
        if tested.unit.input.is_standard_input and source.path == tested.unit.path:
            raise CannotUpdateError("standard input cannot be written")
        edits = [*compute_edits(node, result.differences, source)]
        self._check_edits(tested.unit, source, edits)
        self._sources[path] = source
        self._edits.setdefault(path, []).extend(edits)

    def _check_edits(self, unit: Unit, source: Source, edits: Sequence[Edit]) -> None:
        """Raises CannotUpdateError where the test would be none any more."""
        from ssbt.compiler.diagnostics.fixes import apply_edits
        from ssbt.compiler.diagnostics.model import Severity
        from ssbt.compiler.driver import check_pipeline

        def read(path: str) -> bytes:
            return text.encode() if path == source.path else unit.read(path)

        text = apply_edits(source.text, edits)
        for finding in check_pipeline(unit.path, read, self._target, tests=True).findings:
            if finding.severity is Severity.ERROR:
                raise CannotUpdateError(f"the rows that came cannot be written: {finding.message}")

    def write(self) -> tuple[UpdatedFile, ...]:
        """Write the files; raises Failure for one that has changed meanwhile, and WriteError."""
        from ssbt.compiler.cli.writing import rewrite_all

        files = (*self._updated_files(),)
        for file in files:
            with open(file.path, "rb") as current_file:
                if current_file.read() != file.old:
                    message = f"{quote_path(file.path)} has changed since the tests began"
                    raise Failure(f"{message}; run them again")
        rewrite_all((file.path, file.new) for file in files)
        return files

    def _updated_files(self) -> Iterator[UpdatedFile]:
        from ssbt.compiler.diagnostics.fixes import apply_edits

        for path, source in self._sources.items():
            text = _restore_layout(source, apply_edits(source.text, self._edits[path]))
            yield UpdatedFile(path, source.text.encode(), text.encode())


def _find_test(tested: TestedPipeline, case: Case) -> tuple[Source, d.Test]:
    """The test in the text that was compiled."""
    from ssbt.compiler.syntax.ast import declarations as d
    from ssbt.compiler.syntax.parsing import parse_file

    assert tested.check_result.pipeline is not None
    span = next(each.span for each in tested.check_result.pipeline.tests if each.name == case.name)
    source = tested.check_result.sources[span.path]
    nodes = (each for each in parse_file(source).file.declarations if isinstance(each, d.Test))
    return source, next(each for each in nodes if each.name.span == span)


def _restore_layout(old_source: Source, text: str) -> str:
    """The new text in the layout of `ssbtc fmt`, if that is how the file was before."""
    from ssbt.compiler.driver import format_source
    from ssbt.compiler.source import Source

    if format_source(old_source)[0] != old_source.text:
        return text
    return format_source(Source(old_source.path, text))[0] or text

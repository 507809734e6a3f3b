"""`ssbtc test --update`: tests that come to expect what came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from ssbt.compiler.cli.failures import Failure
from ssbt.compiler.cli.inputs import quoted
from ssbt.compiler.testing.results import Case, Outcome, Result
from ssbt.compiler.testing.updating import CannotUpdateError, updates

if TYPE_CHECKING:
    from ssbt.compiler.cli.testing.plans import Tested
    from ssbt.compiler.cli.units import Unit
    from ssbt.compiler.diagnostics.model import Edit
    from ssbt.compiler.source import Source
    from ssbt.compiler.syntax.ast import declarations as d

_FAILS = "`then fails with` is for you to change"


class UpdatedFile(NamedTuple):
    """A file of tests before and after, by the path that the user knows."""

    path: str
    old: bytes
    new: bytes


class Updates:
    """The changes to files of tests, found as results come; nothing is written before `write`."""

    def __init__(self, tested: Sequence[Tested], target: str | None) -> None:
        self._target = target
        self._tested = {case.number: each for each in tested for case in each.cases}
        self._sources: dict[str, Source] = {}
        self._edits: dict[str, list[Edit]] = {}

    def revised(self, result: Result) -> Result:
        """The result with its test changed, where it can be, or else with the reason."""
        if result.outcome is not Outcome.FAILED:
            return result
        try:
            self._take(result)
        except CannotUpdateError as error:
            message = "\n".join(filter(None, [result.message, f"not updated: {error}"]))
            return replace(result, message=message)
        return replace(result, outcome=Outcome.UPDATED)

    def _take(self, result: Result) -> None:
        if not result.differences:
            raise CannotUpdateError(_FAILS)
        tested = self._tested[result.case.number]
        source, node = _node(tested, result.case)
        path = tested.unit.shown(source.path)
        if tested.unit.input.is_standard_input and source.path == tested.unit.path:
            raise CannotUpdateError("standard input cannot be written")
        edits = [*updates(node, result.differences, source)]
        self._check(tested.unit, source, edits)
        self._sources[path] = source
        self._edits.setdefault(path, []).extend(edits)

    def _check(self, unit: Unit, source: Source, edits: Sequence[Edit]) -> None:
        """Raises CannotUpdateError where the test would be none any more."""
        from ssbt.compiler.diagnostics.fixes import edited
        from ssbt.compiler.diagnostics.model import Severity
        from ssbt.compiler.driver import checked

        def read(path: str) -> bytes:
            return text.encode() if path == source.path else unit.read(path)

        text = edited(source.text, edits)
        for found in checked(unit.path, read, self._target, tests=True).findings:
            if found.severity is Severity.ERROR:
                raise CannotUpdateError(f"the rows that came cannot be written: {found.message}")

    def write(self) -> tuple[UpdatedFile, ...]:
        """Write the files; raises Failure for one that has changed meanwhile, and WriteError."""
        from ssbt.compiler.cli.writing import rewrite_all

        files = (*self._files(),)
        for file in files:
            with open(file.path, "rb") as now:
                if now.read() != file.old:
                    message = f"{quoted(file.path)} has changed since the tests began"
                    raise Failure(f"{message}; run them again")
        rewrite_all((file.path, file.new) for file in files)
        return files

    def _files(self) -> Iterator[UpdatedFile]:
        from ssbt.compiler.diagnostics.fixes import edited

        for path, source in self._sources.items():
            text = _laid_out(source, edited(source.text, self._edits[path]))
            yield UpdatedFile(path, source.text.encode(), text.encode())


def _node(tested: Tested, case: Case) -> tuple[Source, d.Test]:
    """The test in the text that was compiled."""
    from ssbt.compiler.syntax.ast import declarations as d
    from ssbt.compiler.syntax.parsing import parsed

    assert tested.checked.pipeline is not None
    span = next(each.span for each in tested.checked.pipeline.tests if each.name == case.name)
    source = tested.checked.sources[span.path]
    nodes = (each for each in parsed(source).file.declarations if isinstance(each, d.Test))
    return source, next(each for each in nodes if each.name.span == span)


def _laid_out(before: Source, text: str) -> str:
    """The new text in the layout of `ssbtc fmt`, if that is how the file was before."""
    from ssbt.compiler.driver import formatted
    from ssbt.compiler.source import Source

    if formatted(before)[0] != before.text:
        return text
    return formatted(Source(before.path, text))[0] or text

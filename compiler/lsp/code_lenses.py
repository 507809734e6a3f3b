"""What can be run from a line: a test, and a pipeline's compilation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ssbt.compiler.lsp.analysis import Analysis
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import declarations as d

COMPILE = "ssbt.compile"
OPEN_SCRIPT = "ssbt.openScript"
RUN_TEST = "ssbt.runTest"
RUN_TESTS = "ssbt.runTests"


@dataclass(frozen=True, slots=True)
class CodeLens:
    """A line of text above `span` that runs `command`; `test` is the name of the one it runs."""

    span: Span
    title: str
    command: str
    test: str | None = None


def code_lenses(analysis: Analysis, path: str) -> Iterator[CodeLens]:
    """The lenses of the file at `path`, in the order of the text."""
    has_tests = any(isinstance(each, d.Test) for each in analysis.declarations)
    for node in sorted(analysis.declarations, key=lambda each: each.span.start):
        if node.span.path != path:
            continue
        match node:
            case d.Pipeline(name=name):
                yield CodeLens(name.span, "Compile", COMPILE)
                yield CodeLens(name.span, "Open script", OPEN_SCRIPT)
                if has_tests:
                    yield CodeLens(name.span, "Run all tests", RUN_TESTS)
            case d.Test(name=name):
                title = "".join(each for each in name.parts if isinstance(each, str))
                if title:
                    yield CodeLens(name.span, "Run test", RUN_TEST, title)
            case d.BrokenDeclaration() | d.Import() | d.Param() | d.Secret() | d.Connection():
                pass
            case d.Schema() | d.SourceRead() | d.Let() | d.Transform() | d.Expect() | d.SinkWrite():
                pass
            case d.Maintain():
                pass


def pipeline_name(analysis: Analysis) -> str | None:
    """What the pipeline is called, and with it its script; None for a library."""
    names = (each.name.text for each in analysis.declarations if isinstance(each, d.Pipeline))
    return next(names, None)

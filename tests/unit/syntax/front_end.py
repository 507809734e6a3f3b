"""The whole front of the compiler over one text, with a look at what must be true of any answer."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from ssbt.compiler.driver import CheckResult, check_pipeline, emit_files
from tests.unit.syntax.generation import Generator
from tests.unit.syntax.mutation import mutated
from tests.unit.syntax.programs import Programs
from tests.unit.syntax.test_formatting import check as check_formatting
from tests.unit.syntax.test_formatting import is_clean
from tests.unit.syntax.test_formatting import read as read_text
from tests.unit.syntax.test_spans import check_nesting

ROOT = Path(__file__).parents[3]


@cache
def real_files() -> tuple[str, ...]:
    """The pipelines of the examples and of the cases, with mistakes and without."""
    paths = sorted([*ROOT.glob("examples/**/*.ssbt"), *ROOT.glob("tests/cases/**/*.ssbt")])
    texts = (path.read_bytes().decode("utf-8", "replace") for path in paths)
    return tuple(text for text in texts if len(text) < 5_000)


def text_of(seed: int) -> str:
    """A text: of the grammar, a right program, or either or a real file with damage."""
    kind, rest = seed % 4, seed // 4
    if kind == 0:
        return f"pipeline p {{ }}\n{Generator(rest).file(3)}"
    if kind == 1:
        return mutated(real_files()[rest % len(real_files())], seed)
    if kind == 2:
        return mutated(Programs(rest).program(), seed)
    return Programs(rest).program()


def is_right(seed: int) -> bool:
    """Whether the text of this seed has no mistake."""
    return seed % 4 == 3


def check_front_end(text: str) -> CheckResult:
    """Compile the text; what is accepted is emitted and is Python, what parses can be formatted."""

    def read(path: str) -> bytes:
        if path != "main.ssbt":
            raise FileNotFoundError(2, "No such file or directory", path)
        return text.encode("utf-8", "surrogatepass")

    result = check_pipeline("main.ssbt", read)
    check_places(result)
    if not result.has_errors:
        for file in emit_files(result):
            if file.path.endswith(".py"):
                compile(file.content, file.path, "exec")
    actual, _ = read_text(text)
    check_nesting(actual.file)
    if is_clean(actual):
        check_formatting(text)
    return result


def check_places(result: CheckResult) -> None:
    """Each place of each finding lies inside its file."""
    for finding in result.findings:
        spans = [label.span for label in (finding.primary, *finding.secondary)]
        for span in [*spans, *(edit.span for edit in finding.fix)]:
            length = len(result.sources[span.path].text) if span.path in result.sources else 0
            assert 0 <= span.start <= span.end <= length, finding

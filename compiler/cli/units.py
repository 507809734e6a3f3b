"""A pipeline's file as the driver sees it: by paths that do not depend on where `ssbtc` runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
import os
import re
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ssbt.compiler.cli.failures import Failure
from ssbt.compiler.cli.inputs import BUILD, SUFFIX, TESTS, Input, Inputs, inputs
from ssbt.compiler.disk import project_file, real

if TYPE_CHECKING:
    from ssbt.compiler.diagnostics.allowances import Allowance
    from ssbt.compiler.diagnostics.model import Diagnostic
    from ssbt.compiler.source import Source

# A declaration stands at the start of its line or has a block; what else says `pipeline` is a
# column, and a string or a comment may say anything.
_DECLARATION = re.compile(
    r"""(?isx)
      \#[^\r\n]*
    | \"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\"
    | "(?:[^"\\\r\n]|\\[^\r\n])*"
    | '(?:[^'\\\r\n]|\\[^\r\n])*'
    | (?<![\w`.])pipeline(?:\s|\#[^\r\n]*)+(?P<name>[^\W\d]\w*|`(?:[^`\r\n]|``)+`)
      (?:(?:\s|\#[^\r\n]*)*(?P<block>\{))?
    | `(?:[^`\r\n]|``)*`
    """
)


class Unit(NamedTuple):
    """A pipeline's file: `path` is relative to `folder`, its own; `name` is the pipeline's."""

    input: Input
    name: str
    folder: str
    path: str

    def read(self, path: str) -> bytes:
        """The bytes of a file that the driver asks for, by its path in `folder`."""
        if path == self.path:
            return self.input.read()
        return project_file(os.path.join(self.folder, path), self.input.project)

    def real(self, path: str) -> str:
        """Where such a file really is, links followed."""
        return real(os.path.join(self.folder, path))

    def file(self, path: str) -> str:
        """The path of such a file, one and the same for all units that read it."""
        return os.path.normpath(os.path.join(self.folder, path))

    def shown(self, path: str) -> str:
        """The path of such a file as the user would write it."""
        if path == self.path:
            return self.input.path
        return os.path.normpath(os.path.join(self.folder, path))


class Locator(Protocol):
    """What knows where a file of the driver's is, for people."""

    def shown(self, path: str) -> str:
        """The path of such a file as the user would write it."""


class Units(NamedTuple):
    """The pipelines of a run, and whether folders were searched for them."""

    all: tuple[Unit, ...]
    has_folders: bool


def units(paths: Iterable[str], stdin_filename: str | None = None, *, out: str = BUILD) -> Units:
    """The pipelines that the arguments name; in folders, files without one are passed over.

    Raises Failure where there is none at all.
    """
    given = inputs(paths, stdin_filename, skipped=os.path.basename(os.path.normpath(out)))
    named = (_unit(file) for file in given.files)
    found = tuple(dict.fromkeys((*named, *_pipelines(given.found))))
    if not found:
        raise Failure(f"{_emptiness(given)}; `ssbtc init` writes a first pipeline")
    return Units(found, bool(given.folders))


def declared_name(data: bytes) -> str | None:
    """The name of the pipeline that the text declares, if it seems to declare one."""
    text = data.decode("utf-8", "replace")
    found = name_range(text)
    if found is None:
        return None
    name = text[slice(*found)]
    return name[1:-1].replace("``", "`") if name.startswith("`") else name


def name_range(text: str) -> tuple[int, int] | None:
    """Where the name of the pipeline stands, found without parsing."""
    for match in _DECLARATION.finditer(text):
        if match["name"] and (match["block"] or _starts_line(text, match.start())):
            return match.span("name")
    return None


def _starts_line(text: str, offset: int) -> bool:
    return offset == 0 or text[offset - 1] in "\r\n\ufeff"


def relocated(diagnostic: Diagnostic, unit: Locator) -> Diagnostic:
    """The diagnostic with paths as the user would write them."""
    from msgspec.structs import replace

    from ssbt.compiler.diagnostics.model import Edit, Label
    from ssbt.compiler.source import Span

    def moved(span: Span) -> Span:
        return Span(unit.shown(span.path), span.start, span.end)

    def moved_label(label: Label) -> Label:
        return Label(moved(label.span), label.text)

    return replace(
        diagnostic,
        primary=moved_label(diagnostic.primary),
        secondary=tuple(map(moved_label, diagnostic.secondary)),
        fix=tuple(Edit(moved(edit.span), edit.text) for edit in diagnostic.fix),
    )


def relocated_sources(sources: Mapping[str, Source], unit: Locator) -> dict[str, Source]:
    """The sources by paths as the user would write them."""
    from ssbt.compiler.source import Source

    shown = {unit.shown(path): source.text for path, source in sources.items()}
    return {path: Source(path, text) for path, text in shown.items()}


def relocated_findings(
    findings: Iterable[Diagnostic], sources: Mapping[str, Source], unit: Locator
) -> tuple[list[Diagnostic], dict[str, Source]]:
    """Findings and the sources that they stand in, by paths as the user would write them."""
    return [relocated(each, unit) for each in findings], relocated_sources(sources, unit)


def _unit(file: Input) -> Unit:
    """The pipeline in a file, or beside it where the file holds the tests of one."""
    if file.path.endswith(TESTS) and not file.is_standard_input:
        beside = file.path.removesuffix(TESTS) + SUFFIX
        file = Input(beside) if os.path.isfile(beside) else file
    try:
        name = declared_name(file.read()) or ""
    except OSError:
        name = ""
    folder, path = os.path.split(file.path)
    return Unit(file, name, folder, path)


def _pipelines(files: Iterable[Input]) -> Iterator[Unit]:
    """The files that declare a pipeline, and those that cannot be read: that is to be said."""
    for file in files:
        unit = _unit(file)
        if unit.input == file and (unit.name or not os.access(file.path, os.R_OK)):
            yield unit


def unit_of(path: str) -> Unit | None:
    """The pipeline in a file; None where it declares none."""
    found = _unit(Input(path))
    return found if found.name and found.input.path == path else None


def relocated_allowance(allowance: Allowance, unit: Locator) -> Allowance:
    """The allowance with paths as the user would write them."""
    from msgspec.structs import replace

    from ssbt.compiler.source import Span

    lines = allowance.lines
    return replace(allowance, lines=Span(unit.shown(lines.path), lines.start, lines.end))


def _emptiness(given: Inputs) -> str:
    where = " or ".join("this folder" if path == "." else path for path in given.folders)
    if given.found:
        return f"none of the {len(given.found)} `.ssbt` files in {where} declares a pipeline"
    return f"there is no `.ssbt` file in {where}"

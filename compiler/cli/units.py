"""A pipeline's file as the driver sees it: by paths that do not depend on where `ssbtc` runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
import os
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ssbt.compiler.cli.failures import Failure
from ssbt.compiler.cli.inputs import (
    BUILD_FOLDER,
    TEST_SUFFIX,
    Input,
    Inputs,
    find_inputs,
)
from ssbt.compiler.disk import SOURCE_SUFFIX, observations, read_project_file, real_path
from ssbt.compiler.patterns import lazy_pattern

if TYPE_CHECKING:
    from ssbt.compiler.diagnostics.allowances import Allowance
    from ssbt.compiler.diagnostics.model import Diagnostic
    from ssbt.compiler.source import Source

# A declaration stands at the start of its line or has a block; what else says `pipeline` is a
# column, and a string or a comment may say anything.
_DECLARATION = lazy_pattern(
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
        return read_project_file(self.location(path), self.input.project)

    def location(self, path: str) -> str:
        """Where such a file is read."""
        return self.input.path if path == self.path else os.path.join(self.folder, path)

    def real_path(self, path: str) -> str:
        """Where such a file really is, links followed."""
        return real_path(os.path.join(self.folder, path))

    def file(self, path: str) -> str:
        """The path of such a file, one and the same for all units that read it."""
        return os.path.normpath(os.path.join(self.folder, path))

    def display_path(self, path: str) -> str:
        """The path of such a file as the user would write it."""
        if path == self.path:
            return self.input.path
        return os.path.normpath(os.path.join(self.folder, path))


class Locator(Protocol):
    """What knows where a file of the driver's is, for people."""

    def display_path(self, path: str) -> str:
        """The path of such a file as the user would write it."""


class Units(NamedTuple):
    """The pipelines of a run, and whether folders were searched for them."""

    all: tuple[Unit, ...]
    has_folders: bool


def find_units(
    paths: Iterable[str], stdin_filename: str | None = None, *, out: str = BUILD_FOLDER
) -> Units:
    """The pipelines that the arguments name; in folders, files without one are passed over.

    Raises Failure where there is none at all.
    """
    selection = find_inputs(paths, stdin_filename, skipped=os.path.basename(os.path.normpath(out)))
    named_units = (_build_unit(file) for file in selection.files)
    all_units = tuple(dict.fromkeys((*named_units, *_find_pipelines(selection.folder_files))))
    if not all_units:
        raise Failure(f"{_describe_emptiness(selection)}; `ssbtc init` writes a first pipeline")
    return Units(all_units, bool(selection.folders))


def find_declared_name(data: bytes) -> str | None:
    """The name of the pipeline that the text declares, if it seems to declare one."""
    text = data.decode("utf-8", "replace")
    span = find_name_range(text)
    if span is None:
        return None
    name = text[slice(*span)]
    return name[1:-1].replace("``", "`") if name.startswith("`") else name


def find_name_range(text: str) -> tuple[int, int] | None:
    """Where the name of the pipeline stands, found without parsing."""
    for match in _DECLARATION.finditer(text):
        if match["name"] and (match["block"] or _starts_line(text, match.start())):
            return match.span("name")
    return None


def _starts_line(text: str, offset: int) -> bool:
    return offset == 0 or text[offset - 1] in "\r\n\ufeff"


def relocate_diagnostic(diagnostic: Diagnostic, unit: Locator) -> Diagnostic:
    """The diagnostic with paths as the user would write them."""
    from msgspec.structs import replace

    from ssbt.compiler.diagnostics.model import Edit, Label
    from ssbt.compiler.source import Span

    def move_span(span: Span) -> Span:
        return Span(unit.display_path(span.path), span.start, span.end)

    def move_label(label: Label) -> Label:
        return Label(move_span(label.span), label.text)

    return replace(
        diagnostic,
        primary=move_label(diagnostic.primary),
        secondary=tuple(map(move_label, diagnostic.secondary)),
        fix=tuple(Edit(move_span(edit.span), edit.text) for edit in diagnostic.fix),
    )


def relocate_sources(sources: Mapping[str, Source], unit: Locator) -> dict[str, Source]:
    """The sources by paths as the user would write them."""
    from ssbt.compiler.source import Source

    texts = {unit.display_path(path): source.text for path, source in sources.items()}
    return {path: Source(path, text) for path, text in texts.items()}


def relocate_findings(
    findings: Iterable[Diagnostic], sources: Mapping[str, Source], unit: Locator
) -> tuple[list[Diagnostic], dict[str, Source]]:
    """Findings and the sources that they stand in, by paths as the user would write them."""
    return [relocate_diagnostic(each, unit) for each in findings], relocate_sources(sources, unit)


def _build_unit(file: Input) -> Unit:
    """The pipeline in a file, or beside it where the file holds the tests of one."""
    if file.path.endswith(TEST_SUFFIX) and not file.is_standard_input:
        pipeline_path = file.path.removesuffix(TEST_SUFFIX) + SOURCE_SUFFIX
        observations.paths.add(pipeline_path)
        file = Input(pipeline_path) if os.path.isfile(pipeline_path) else file
    try:
        name = find_declared_name(file.read()) or ""
    except OSError:
        name = ""
    folder, path = os.path.split(file.path)
    return Unit(file, name, folder, path)


def _find_pipelines(files: Iterable[Input]) -> Iterator[Unit]:
    """The files that declare a pipeline, and those that cannot be read: that is to be said."""
    for file in files:
        unit = _build_unit(file)
        if unit.input == file and (unit.name or not os.access(file.path, os.R_OK)):
            yield unit


def find_unit(path: str) -> Unit | None:
    """The pipeline in a file; None where it declares none."""
    unit = _build_unit(Input(path))
    return unit if unit.name and unit.input.path == path else None


def relocate_allowance(allowance: Allowance, unit: Locator) -> Allowance:
    """The allowance with paths as the user would write them."""
    from msgspec.structs import replace

    from ssbt.compiler.source import Span

    lines = allowance.lines
    return replace(allowance, lines=Span(unit.display_path(lines.path), lines.start, lines.end))


def _describe_emptiness(selection: Inputs) -> str:
    folders = " or ".join("this folder" if path == "." else path for path in selection.folders)
    if selection.folder_files:
        count = len(selection.folder_files)
        return f"none of the {count} `.ssbt` files in {folders} declares a pipeline"
    return f"there is no `.ssbt` file in {folders}"

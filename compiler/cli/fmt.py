"""`ssbtc fmt`: the one layout of a file."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

import click

from ssbt.compiler.cli import options
from ssbt.compiler.cli.console import put
from ssbt.compiler.cli.failures import Failure
from ssbt.compiler.cli.inputs import Input, inputs, quoted, reason

if TYPE_CHECKING:
    from ssbt.compiler.cli.reporting import Report
    from ssbt.compiler.diagnostics.model import Diagnostic
    from ssbt.compiler.source import Source, Span


class _Layout(NamedTuple):
    """A file before and after; `new` is None where it cannot be laid out."""

    file: Input
    old: bytes = b""
    new: bytes | None = None
    source: Source | None = None

    @property
    def changes(self) -> bool:
        return self.new is not None and self.new != self.old


@click.command("fmt")
@options.paths
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if a file would change.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
@options.findings
def command(
    paths: tuple[str, ...],
    stdin_filename: str | None,
    check: bool,
    diff: bool,
    output_format: str,
    strict: bool,
    color: str,
) -> int:
    """Lay `.ssbt` files out.

    PATHS are files and folders, this folder if none is given. Standard input, given as `-`, goes
    to standard output. A file with syntax errors stays as it is.
    """
    report = options.report(output_format, strict, color)
    given = inputs(paths, stdin_filename)
    files = (*given.files, *given.found)
    if not files:
        raise Failure(f"there is no `.ssbt` file in {' or '.join(given.folders)}")
    only_look = check or diff
    piped = not only_look and any(file.is_standard_input for file in files)
    report.results_there = piped or (diff and not report.machine)
    layouts = [_layout(file, report) for file in files]
    if diff:
        _show(layouts, report)
    if only_look:
        report.add(*_unformatted(layouts))
        return report.print()
    return _write(layouts, report)


def _layout(file: Input, report: Report) -> _Layout:
    from ssbt.compiler.driver import formatted
    from ssbt.compiler.source import Source
    from ssbt.compiler.syntax.encoding import decoded

    try:
        data = file.read()
    except OSError as error:
        report.add([_unreadable(file, error)], {})
        return _Layout(file)
    source = decoded(file.path, data)
    if not isinstance(source, Source):
        report.add(
            [source], {file.path: Source(file.path, data.decode("utf-8", "surrogateescape"))}
        )
        return _Layout(file)
    text, findings = formatted(source)
    report.add(findings, {file.path: source})
    return _Layout(file, data, None if text is None else text.encode("utf-8"), source)


def _unreadable(file: Input, error: OSError) -> Diagnostic:
    from ssbt.compiler.diagnostics.codes.encoding import UNREADABLE_FILE
    from ssbt.compiler.diagnostics.model import Diagnostic, Label
    from ssbt.compiler.source import Span

    message = f"cannot read {quoted(file.path)}: {reason(error)}"
    return Diagnostic(UNREADABLE_FILE, message, Label(Span(file.path, 0, 0)))


def _unformatted(layouts: list[_Layout]) -> tuple[list[Diagnostic], dict[str, Source]]:
    from ssbt.compiler.diagnostics.codes.outputs import UNFORMATTED
    from ssbt.compiler.diagnostics.model import Diagnostic, Label

    found = []
    for layout in layouts:
        if layout.changes:
            message = f"{quoted(layout.file.path)} is not formatted"
            place = Label(_first_change(layout), "this line is the first to change")
            found.append(Diagnostic(UNFORMATTED, message, place, (), ("run `ssbtc fmt`",)))
    return found, {}


def _first_change(layout: _Layout) -> Span:
    from ssbt.compiler.source import Span

    source, new = layout.source, layout.new
    assert source is not None
    assert new is not None
    pairs = enumerate(zip(source.text, new.decode("utf-8"), strict=False))
    length = min(len(source.text), len(new.decode("utf-8")))
    offset = next((at for at, (one, other) in pairs if one != other), length)
    line, _ = source.position(offset)
    start = source.line_starts[line - 1]
    return Span(source.path, start, start + len(source.line(line)))


def _show(layouts: list[_Layout], report: Report) -> None:
    from ssbt.compiler.cli.diffs import unified_diff

    stream = sys.stderr if report.machine else sys.stdout
    color = report.console.colored(stream)
    for layout in layouts:
        if layout.changes:
            put(stream, unified_diff(layout.file.path, layout.old, layout.new, color=color))


def _write(layouts: list[_Layout], report: Report) -> int:
    from ssbt.compiler.cli.writing import rewrite

    changed = 0
    for layout in layouts:
        if layout.file.is_standard_input and layout.new is not None:
            report.console.result(layout.new.decode("utf-8"))
        elif layout.changes and layout.new is not None:
            rewrite(layout.file.path, layout.new)
            changed += 1
    code = report.print()
    files = [layout for layout in layouts if not layout.file.is_standard_input]
    if files and not report.machine:
        report.console.say(_counted(changed, len(files), report))
    return code


def _counted(changed: int, total: int, report: Report) -> str:
    noun = "file" if total == 1 else "files"
    if report.findings:
        return f"formatted {changed} of {total} {noun}"
    if not changed:
        return f"nothing to do: {total} {noun} {'is' if total == 1 else 'are'} formatted"
    return (
        f"formatted {changed} {noun}"
        if changed == total
        else f"formatted {changed} of {total} files"
    )

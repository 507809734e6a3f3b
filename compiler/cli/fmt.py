"""`ssbtc fmt`: the one layout of a file."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

import click

from ssbt.compiler.cli import options
from ssbt.compiler.cli.console import put
from ssbt.compiler.cli.failures import Failure
from ssbt.compiler.cli.inputs import Input, error_reason, find_inputs, quote_path

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
    def has_changes(self) -> bool:
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
    report = options.build_report(output_format, strict, color)
    selection = find_inputs(paths, stdin_filename)
    files = (*selection.files, *selection.folder_files)
    if not files:
        raise Failure(f"there is no `.ssbt` file in {' or '.join(selection.folders)}")
    writes_nothing = check or diff
    piped = not writes_nothing and any(file.is_standard_input for file in files)
    report.results_on_stdout = piped or (diff and not report.is_for_machines)
    layouts = [_format_file(file, report) for file in files]
    if diff:
        _show_diff(layouts, report)
    if writes_nothing:
        report.add(*_find_unformatted(layouts))
        return report.print()
    return _write_layouts(layouts, report)


def _format_file(file: Input, report: Report) -> _Layout:
    from ssbt.compiler.driver import format_source
    from ssbt.compiler.source import Source
    from ssbt.compiler.syntax.encoding import decode_source

    try:
        data = file.read()
    except OSError as error:
        report.add([_unreadable_finding(file, error)], {})
        return _Layout(file)
    source = decode_source(file.path, data)
    if not isinstance(source, Source):
        report.add(
            [source], {file.path: Source(file.path, data.decode("utf-8", "surrogateescape"))}
        )
        return _Layout(file)
    text, findings = format_source(source)
    report.add(findings, {file.path: source})
    return _Layout(file, data, None if text is None else text.encode("utf-8"), source)


def _unreadable_finding(file: Input, error: OSError) -> Diagnostic:
    from ssbt.compiler.diagnostics.codes.encoding import UNREADABLE_FILE
    from ssbt.compiler.diagnostics.model import Diagnostic, Label
    from ssbt.compiler.source import Span

    message = f"cannot read {quote_path(file.path)}: {error_reason(error)}"
    return Diagnostic(UNREADABLE_FILE, message, Label(Span(file.path, 0, 0)))


def _find_unformatted(layouts: list[_Layout]) -> tuple[list[Diagnostic], dict[str, Source]]:
    from ssbt.compiler.diagnostics.codes.outputs import UNFORMATTED
    from ssbt.compiler.diagnostics.model import Diagnostic, Label

    findings = []
    for layout in layouts:
        if layout.has_changes:
            message = f"{quote_path(layout.file.path)} is not formatted"
            label = Label(_find_first_change(layout), "this line is the first to change")
            findings.append(Diagnostic(UNFORMATTED, message, label, (), ("run `ssbtc fmt`",)))
    return findings, {}


def _find_first_change(layout: _Layout) -> Span:
    from ssbt.compiler.source import Span

    source, new_content = layout.source, layout.new
    assert source is not None
    assert new_content is not None
    pairs = enumerate(zip(source.text, new_content.decode("utf-8"), strict=False))
    length = min(len(source.text), len(new_content.decode("utf-8")))
    offset = next((at for at, (old_char, new_char) in pairs if old_char != new_char), length)
    line, _ = source.position(offset)
    start = source.line_starts[line - 1]
    return Span(source.path, start, start + len(source.line(line)))


def _show_diff(layouts: list[_Layout], report: Report) -> None:
    from ssbt.compiler.cli.diffs import unified_diff

    stream = sys.stderr if report.is_for_machines else sys.stdout
    color = report.console.has_color(stream)
    for layout in layouts:
        if layout.has_changes:
            put(stream, unified_diff(layout.file.path, layout.old, layout.new, color=color))


def _write_layouts(layouts: list[_Layout], report: Report) -> int:
    from ssbt.compiler.cli.writing import rewrite

    changed_count = 0
    for layout in layouts:
        if layout.file.is_standard_input and layout.new is not None:
            report.console.write_result(layout.new.decode("utf-8"))
        elif layout.has_changes and layout.new is not None:
            rewrite(layout.file.path, layout.new)
            changed_count += 1
    code = report.print()
    files = [layout for layout in layouts if not layout.file.is_standard_input]
    if files and not report.is_for_machines:
        report.console.say(_describe_counts(changed_count, len(files), report))
    return code


def _describe_counts(changed_count: int, total: int, report: Report) -> str:
    noun = "file" if total == 1 else "files"
    if report.findings:
        return f"formatted {changed_count} of {total} {noun}"
    if not changed_count:
        return f"nothing to do: {total} {noun} {'is' if total == 1 else 'are'} formatted"
    return (
        f"formatted {changed_count} {noun}"
        if changed_count == total
        else f"formatted {changed_count} of {total} files"
    )

"""Diagnostics for people, as rustc shows them: the line, the place in it, and the way out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from ssbt.compiler.diagnostics.cells import sanitize, wrap
from ssbt.compiler.diagnostics.masking import mask_report
from ssbt.compiler.diagnostics.ordering import sort_diagnostics
from ssbt.compiler.diagnostics.patches import group_hunks, patch_rows
from ssbt.compiler.diagnostics.snippets import (
    Annotation,
    Snippet,
    annotate,
    gutter_row,
    visible_lines,
)
from ssbt.compiler.diagnostics.style import SEVERITY_STYLE, Row, Style, paint, paint_rows

if TYPE_CHECKING:
    from ssbt.compiler.diagnostics.model import Diagnostic, Edit, Label
    from ssbt.compiler.source import Source

MIN_WIDTH = 24


def text_report(
    diagnostics: Iterable[Diagnostic],
    sources: Mapping[str, Source],
    *,
    width: int = 80,
    color: bool = False,
) -> str:
    """All diagnostics in order, a blank line between two; empty if there are none.

    A place in a file that `sources` does not hold is named without its line.
    """
    report, columns = mask_report(diagnostics, sources), max(width, MIN_WIDTH)
    return "\n".join(
        paint_rows(_diagnostic_rows(diagnostic, report.sources, columns), color=color)
        for diagnostic in report.diagnostics
    )


def render_summary(diagnostics: Iterable[Diagnostic], *, color: bool = False) -> str:
    """`2 errors and 1 warning`; empty if there are none."""
    ordered = sort_diagnostics(diagnostics)
    parts = []
    for severity, style in SEVERITY_STYLE.items():
        if count := sum(diagnostic.severity is severity for diagnostic in ordered):
            noun = severity.value if count == 1 else f"{severity.value}s"
            parts.append(paint(f"{count} {noun}", style, color=color))
    return " and ".join(parts)


def _diagnostic_rows(
    diagnostic: Diagnostic, sources: Mapping[str, Source], width: int
) -> Iterator[Row]:
    yield from _heading_rows(diagnostic, width)
    labels = (diagnostic.primary, *diagnostic.secondary)
    by_path: dict[str, list[Label]] = {}
    for label in labels:
        by_path.setdefault(label.span.path, []).append(label)
    annotations = {
        path: _annotate_labels(diagnostic, sources[path], labels)
        for path, labels in by_path.items()
        if path in sources
    }
    gutter = _gutter_width(diagnostic, annotations, sources)
    for path, path_labels in by_path.items():
        is_first = path == diagnostic.primary.span.path
        arrow = "-->" if is_first else ":::"
        if not is_first:
            yield gutter_row(gutter)
        if path in annotations:
            yield _location_row(path_labels[0], sources[path], gutter, arrow)
            yield gutter_row(gutter)
            source = sources[path]
            yield from Snippet(source, annotations[path], gutter=gutter, width=width).rows()
        else:
            yield ((f"{' ' * gutter}{arrow} ", Style.NOTE), (sanitize(path), Style.PLAIN))
            for text in filter(None, (label.text for label in path_labels)):
                yield from _remark_rows("note", text, gutter, width)
    yield from _help_rows(diagnostic, sources, gutter, width)


def _heading_rows(diagnostic: Diagnostic, width: int) -> Iterator[Row]:
    style = SEVERITY_STYLE[diagnostic.severity]
    prefix = f"{diagnostic.severity.value}[{diagnostic.code.number}]"
    first, *rest = wrap(f"{prefix}: {sanitize(diagnostic.message)}", width)
    yield (first[: len(prefix)], style), (first[len(prefix) :], Style.HEADING)
    # A second line is indented, and so it may have to be broken once more.
    for line in wrap(" ".join(rest), width - 2) if rest else ():
        yield ((f"  {line}", Style.HEADING),)


def _annotate_labels(
    diagnostic: Diagnostic, source: Source, labels: list[Label]
) -> list[Annotation]:
    style = SEVERITY_STYLE[diagnostic.severity]
    return [
        annotate(source, label, style, primary=True)
        if label is diagnostic.primary
        else annotate(source, label, Style.NOTE, primary=False)
        for label in labels
    ]


def _gutter_width(
    diagnostic: Diagnostic, annotations: dict[str, list[Annotation]], sources: Mapping[str, Source]
) -> int:
    """The width of the greatest line number that will be shown."""
    greatest = max((visible_lines(items)[-1] for items in annotations.values()), default=1)
    for path, edits in _edits_by_path(diagnostic, sources).items():
        for hunk in group_hunks(sources[path], edits):
            lines = sum(edit.text.count("\n") for edit in hunk.edits)
            greatest = max(greatest, hunk.end - 1 + lines)
    return len(str(greatest))


def _location_row(label: Label, source: Source, gutter: int, arrow: str) -> Row:
    line, column = source.position(min(max(label.span.start, 0), len(source.text)))
    location = f"{sanitize(source.path)}:{line}:{column}"
    return (f"{' ' * gutter}{arrow} ", Style.NOTE), (location, Style.PLAIN)


def _help_rows(
    diagnostic: Diagnostic, sources: Mapping[str, Source], gutter: int, width: int
) -> Iterator[Row]:
    edits = _edits_by_path(diagnostic, sources)
    remarks = diagnostic.help or (("change it like this",) if edits else ())
    if remarks:
        yield gutter_row(gutter)
    for remark in remarks:
        yield from _remark_rows("help", remark, gutter, width)
    for path, path_edits in edits.items():
        if path != diagnostic.primary.span.path:
            yield gutter_row(gutter)
            yield (f"{' ' * gutter}::: ", Style.NOTE), (sanitize(path), Style.PLAIN)
        yield gutter_row(gutter)
        yield from patch_rows(sources[path], path_edits, gutter, width)


def _remark_rows(title: str, text: str, gutter: int, width: int) -> Iterator[Row]:
    lead = f"{' ' * gutter} = "
    indent = len(lead) + len(title) + 2
    for index, line in enumerate(wrap(sanitize(text), max(width - indent, 8))):
        if index == 0:
            yield (lead, Style.NOTE), (title, Style.HEADING), (f": {line}", Style.PLAIN)
        else:
            yield ((" " * indent + line, Style.PLAIN),)


def _edits_by_path(diagnostic: Diagnostic, sources: Mapping[str, Source]) -> dict[str, list[Edit]]:
    edits: dict[str, list[Edit]] = {}
    for edit in diagnostic.fix:
        if edit.span.path in sources:
            edits.setdefault(edit.span.path, []).append(edit)
    return edits

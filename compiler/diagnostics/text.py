"""Diagnostics for people, as rustc shows them: the line, the place in it, and the way out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from ssbt.compiler.diagnostics.cells import visible, wrapped
from ssbt.compiler.diagnostics.masking import masked
from ssbt.compiler.diagnostics.ordering import in_order
from ssbt.compiler.diagnostics.patches import hunks, patch_rows
from ssbt.compiler.diagnostics.snippets import (
    Annotation,
    Snippet,
    annotation,
    gutter_row,
    shown_lines,
)
from ssbt.compiler.diagnostics.style import SEVERITY_STYLE, Row, Style, paint, painted

if TYPE_CHECKING:
    from ssbt.compiler.diagnostics.model import Diagnostic, Edit, Label
    from ssbt.compiler.source import Source

NARROWEST = 24


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
    columns, found = max(width, NARROWEST), in_order(diagnostics)
    shown = masked(sources, found)
    return "\n".join(
        painted(_rows(diagnostic, shown, columns), color=color) for diagnostic in found
    )


def summary(diagnostics: Iterable[Diagnostic], *, color: bool = False) -> str:
    """`2 errors and 1 warning`; empty if there are none."""
    found = in_order(diagnostics)
    parts = []
    for severity, style in SEVERITY_STYLE.items():
        if count := sum(diagnostic.severity is severity for diagnostic in found):
            noun = severity.value if count == 1 else f"{severity.value}s"
            parts.append(paint(f"{count} {noun}", style, color=color))
    return " and ".join(parts)


def _rows(diagnostic: Diagnostic, sources: Mapping[str, Source], width: int) -> Iterator[Row]:
    yield from _heading(diagnostic, width)
    labels = (diagnostic.primary, *diagnostic.secondary)
    by_path: dict[str, list[Label]] = {}
    for label in labels:
        by_path.setdefault(label.span.path, []).append(label)
    placed = {
        path: _annotations(diagnostic, sources[path], labels)
        for path, labels in by_path.items()
        if path in sources
    }
    gutter = _gutter(diagnostic, placed, sources)
    for path, here in by_path.items():
        is_first = path == diagnostic.primary.span.path
        arrow = "-->" if is_first else ":::"
        if not is_first:
            yield gutter_row(gutter)
        if path in placed:
            yield _place(here[0], sources[path], gutter, arrow)
            yield gutter_row(gutter)
            source = sources[path]
            yield from Snippet(source, placed[path], gutter=gutter, width=width).rows()
        else:
            yield ((f"{' ' * gutter}{arrow} ", Style.NOTE), (visible(path), Style.PLAIN))
            for text in filter(None, (label.text for label in here)):
                yield from _remark("note", text, gutter, width)
    yield from _ways_out(diagnostic, sources, gutter, width)


def _heading(diagnostic: Diagnostic, width: int) -> Iterator[Row]:
    style = SEVERITY_STYLE[diagnostic.severity]
    kind = f"{diagnostic.severity.value}[{diagnostic.code.number}]"
    first, *others = wrapped(f"{kind}: {visible(diagnostic.message)}", width)
    yield (first[: len(kind)], style), (first[len(kind) :], Style.HEADING)
    # A second line is indented, and so it may have to be broken once more.
    for line in wrapped(" ".join(others), width - 2) if others else ():
        yield ((f"  {line}", Style.HEADING),)


def _annotations(diagnostic: Diagnostic, source: Source, labels: list[Label]) -> list[Annotation]:
    style = SEVERITY_STYLE[diagnostic.severity]
    return [
        annotation(source, label, style, primary=True)
        if label is diagnostic.primary
        else annotation(source, label, Style.NOTE, primary=False)
        for label in labels
    ]


def _gutter(
    diagnostic: Diagnostic, placed: dict[str, list[Annotation]], sources: Mapping[str, Source]
) -> int:
    """The width of the greatest line number that will be shown."""
    greatest = max((shown_lines(items)[-1] for items in placed.values()), default=1)
    for path, edits in _edits(diagnostic, sources).items():
        for hunk in hunks(sources[path], edits):
            lines = sum(edit.text.count("\n") for edit in hunk.edits)
            greatest = max(greatest, hunk.end - 1 + lines)
    return len(str(greatest))


def _place(label: Label, source: Source, gutter: int, arrow: str) -> Row:
    line, column = source.position(min(max(label.span.start, 0), len(source.text)))
    place = f"{visible(source.path)}:{line}:{column}"
    return (f"{' ' * gutter}{arrow} ", Style.NOTE), (place, Style.PLAIN)


def _ways_out(
    diagnostic: Diagnostic, sources: Mapping[str, Source], gutter: int, width: int
) -> Iterator[Row]:
    edits = _edits(diagnostic, sources)
    remarks = diagnostic.help or (("change it like this",) if edits else ())
    if remarks:
        yield gutter_row(gutter)
    for remark in remarks:
        yield from _remark("help", remark, gutter, width)
    for path, here in edits.items():
        if path != diagnostic.primary.span.path:
            yield gutter_row(gutter)
            yield (f"{' ' * gutter}::: ", Style.NOTE), (visible(path), Style.PLAIN)
        yield gutter_row(gutter)
        yield from patch_rows(sources[path], here, gutter, width)


def _remark(kind: str, text: str, gutter: int, width: int) -> Iterator[Row]:
    lead = f"{' ' * gutter} = "
    indent = len(lead) + len(kind) + 2
    for index, line in enumerate(wrapped(visible(text), max(width - indent, 8))):
        if index == 0:
            yield (lead, Style.NOTE), (kind, Style.HEADING), (f": {line}", Style.PLAIN)
        else:
            yield ((" " * indent + line, Style.PLAIN),)


def _edits(diagnostic: Diagnostic, sources: Mapping[str, Source]) -> dict[str, list[Edit]]:
    found: dict[str, list[Edit]] = {}
    for edit in diagnostic.fix:
        if edit.span.path in sources:
            found.setdefault(edit.span.path, []).append(edit)
    return found

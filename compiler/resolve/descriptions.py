"""The comment above a declaration, which becomes the docstring of its function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ssbt.compiler.diagnostics.allowances import is_allowance
from ssbt.compiler.source import Source, Span
from ssbt.compiler.syntax.ast.declarations import Comment


def find_description(
    span: Span, sources: Mapping[str, Source], comments: Mapping[str, Sequence[Comment]]
) -> str:
    """The lines of the comment that ends on the line right above `span`; empty if there is none."""
    source = sources.get(span.path)
    if source is None:
        return ""
    by_line = {}
    for comment in comments.get(span.path, ()):
        line, column = source.position(comment.span.start)
        if not source.line(line)[: column - 1].strip():
            by_line[line] = comment.text
    line = source.position(span.start)[0] - 1
    lines: list[str] = []
    while line in by_line:
        if not is_allowance(by_line[line]):
            lines.insert(0, by_line[line].lstrip("#").strip())
        line -= 1
    text = "\n".join(lines).strip()
    # A rule drawn with `# -----` says nothing.
    return text if any(char.isalnum() for char in text) else ""

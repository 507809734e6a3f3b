"""Parsing a file that has mistakes, piece by piece: a broken piece hides no other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
import re
from typing import Any

from msgspec.structs import replace

from ssbt.compiler.diagnostics.codes.syntax import TOO_MANY_MISTAKES
from ssbt.compiler.diagnostics.model import Diagnostic, Label
from ssbt.compiler.source import Source, Span
from ssbt.compiler.syntax import cutting, encoding
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.syntax.ast import values as v
from ssbt.compiler.syntax.cutting import Piece
from ssbt.compiler.syntax.habits.comments import NOTHING_ENDS, without_foreign_signs
from ssbt.compiler.syntax.mistakes import unclosed
from ssbt.compiler.syntax.parsing import DeclarationReader, Fragment, fragment
from ssbt.compiler.syntax.tokens import tokens

Declarations = list[d.Declaration]
Findings = list[Diagnostic]

_ENTRIES = {"schema": "schema_column", "expect": "expect_rule"}
_FIELDS = {"schema": "columns", "expect": "rules"}
_HEAD = re.compile(r"(stream\s+source|\w+)\s+(?:([^\W\d]\w*)|`((?:[^`\r\n]|``)+)`)?", re.IGNORECASE)
_COLUMN = re.compile(r"\"?(?:([^\W\d]\w*)|`((?:[^`\r\n]|``)+)`)")
# So many lines are tried as one entry, or entries on one line told apart: text that is no entry at
# all must not be read over and over.
_MOST = 50
# What a person writes stays far below; what a program went wrong with is not worth minutes.
_MOST_FINDINGS, _MOST_TOKENS = 1_000, 400_000


def recovered(
    source: Source, declaration: DeclarationReader
) -> tuple[tuple[d.Declaration, ...], list[Diagnostic]]:
    """The declarations of a file that does not parse as a whole, and its mistakes.

    `declaration` parses one of its pieces.
    There are none of either where the file is too large to be taken to pieces.
    """
    if next(islice(tokens(source.text), _MOST_TOKENS, None), None) is not None:
        return (), []
    source, findings = without_foreign_signs(source)
    if findings:
        whole = fragment(source, "file", *encoding.body(source))
        if whole.node is not None:
            return whole.node, [*findings, *whole.findings]
    declarations: Declarations = []
    for piece in cutting.declarations(source):
        if len(findings) > _MOST_FINDINGS:
            return tuple(declarations), [*findings, _too_many(source, piece.begin)]
        made, found = _read(source, piece, declaration)
        declarations += made
        findings += found
    return tuple(declarations), list(_without_echoes(declarations, findings))


def _without_echoes(declarations: Declarations, findings: Findings) -> Iterator[Diagnostic]:
    """The findings, but for semicolons at the end of what is no declaration anyway."""
    broken = [each.span for each in declarations if isinstance(each, d.BrokenDeclaration)]
    for found in findings:
        place = found.primary.span
        is_echo = found.message == NOTHING_ENDS and any(
            each.start <= place.start <= each.end + 1 for each in broken
        )
        if not is_echo:
            yield found


def _too_many(source: Source, at: int) -> Diagnostic:
    """The finding that the rest of the file is not looked at."""
    message = f"more than {_MOST_FINDINGS} mistakes: the rest of the file is not looked at"
    return Diagnostic(TOO_MANY_MISTAKES, message, Label(Span(source.path, at, at)))


def _read(
    source: Source, piece: Piece, declaration: DeclarationReader
) -> tuple[Declarations, Findings]:
    got = declaration(source, piece.begin, piece.end)
    if got.node is not None:
        return [got.node], list(got.findings)
    if piece.is_stray:
        return _stray(source, piece.begin, piece.end)
    keyword, _ = _head(source, piece.begin, piece.end)
    if keyword in ("let", "transform"):
        return _query(source, piece)
    if piece.opening is not None:
        return _block(source, piece, keyword)
    if got.is_followed:
        return _followed(source, piece, got)
    return [_broken(source, piece.begin, piece.end)], list(got.findings)


def _followed(source: Source, piece: Piece, got: Fragment) -> tuple[Declarations, Findings]:
    """A whole declaration, and what stands behind it."""
    whole = fragment(source, "declaration", piece.begin, got.stop)
    made, found = _stray(source, got.stop, piece.end)
    if isinstance(made[0], d.BrokenDeclaration) and not cutting.begins_line(source, got.stop):
        return [whole.node], list(got.findings)
    return [whole.node, *made], [*whole.findings, *found]


def _stray(source: Source, begin: int, end: int) -> tuple[Declarations, Findings]:
    """What stands behind a whole declaration: more of them, or one mistake."""
    more = fragment(source, "file", begin, end)
    if more.node is not None:
        return list(more.node), list(more.findings)
    return [_broken(source, begin, end)], list(more.findings)


def _head(source: Source, begin: int, end: int) -> tuple[str, e.Name | None]:
    """The keyword of a declaration, in lower case, and the name behind it."""
    match = _HEAD.match(source.text, begin, end)
    if match is None:
        return "", None
    keyword = " ".join(match.group(1).lower().split())
    return keyword, _name(source, match, 2)


def _name(source: Source, match: re.Match[str], group: int) -> e.Name | None:
    """The name in one of two groups of a match, the second for one in backticks."""
    group += match.group(group) is None
    if match.group(group) is None:
        return None
    span = Span(source.path, match.start(group), match.end(group))
    return e.Name(span, match.group(group).replace("``", "`"))


def _broken(source: Source, begin: int, end: int) -> d.BrokenDeclaration:
    return d.BrokenDeclaration(Span(source.path, begin, end), *_head(source, begin, end))


# ---- queries


def _query(source: Source, piece: Piece) -> tuple[Declarations, Findings]:
    """A `let` or `transform`: its head and each of its steps on their own."""
    cuts = cutting.steps(piece)
    bounds = [*(t.start for t in cuts), piece.end]
    head, behind = _up_to_margin(source, "declaration", piece.begin, bounds[0])
    findings = list(head.findings)
    steps: list[s.Step] = []
    for token, end in zip(cuts, bounds[1:], strict=True):
        if len(findings) > _MOST_FINDINGS:
            findings.append(_too_many(source, token.start))
            break
        got, behind = _up_to_margin(source, "step", token.end, end)
        findings += got.findings
        steps.append(got.node or s.BrokenStep(Span(source.path, token.end, end)))
    more: Declarations = []
    if behind is not None:
        more, found = _stray(source, behind, piece.end)
        findings += found
    if not isinstance(head.node, d.Let | d.Transform):
        return [_broken(source, piece.begin, piece.end), *more], findings
    span = Span(source.path, piece.begin, piece.end)
    query = replace(head.node.query, span=span, steps=tuple(steps))
    return [replace(head.node, span=span, query=query), *more], findings


def _up_to_margin(source: Source, start: str, begin: int, end: int) -> tuple[Fragment, int | None]:
    """A part of a query, without what stands behind it at the margin, and where that begins."""
    got = fragment(source, start, begin, end)
    if got.is_followed and not got.is_unfinished and cutting.is_at_margin(source, got.stop):
        return fragment(source, start, begin, got.stop), got.stop
    return got, None


# ---- blocks


def _block(source: Source, piece: Piece, keyword: str) -> tuple[Declarations, Findings]:
    """A declaration with a block: its head with an empty block, and each entry on its own."""
    assert piece.opening is not None
    opening = piece.opening.start
    text = source.text[piece.begin : opening] + "{}"
    head = fragment(source, "declaration", piece.begin, opening + 2, text)
    findings = list(head.findings)
    start = _ENTRIES.get(keyword, "entry")
    entries, found, is_unfinished = _entries(source, start, list(cutting.entries(source, piece)))
    if piece.closing is None and not is_unfinished:
        findings.append(unclosed(Span(source.path, opening, opening + 1), "{"))
    findings += found
    if head.node is None:
        return [_broken(source, piece.begin, piece.end)], findings
    span = Span(source.path, piece.begin, piece.end)
    field = _FIELDS.get(keyword, "entries")
    return [replace(head.node, span=span, **{field: tuple(entries)})], findings


def _entries(
    source: Source, start: str, cuts: list[tuple[int, int]]
) -> tuple[list[Any], Findings, bool]:
    """The entries of a block, their mistakes, and whether the last one is not finished."""
    nodes: list[Any] = []
    findings: Findings = []
    got = Fragment(None, ())
    index = 0
    while index < len(cuts):
        begin, end = cuts[index]
        if len(findings) > _MOST_FINDINGS:
            findings.append(_too_many(source, begin))
            break
        index += 1
        got = fragment(source, start, begin, end)
        last = _last_line(source, cuts, index)
        if got.is_unfinished and last > index:
            longer = fragment(source, start, begin, cuts[last - 1][1])
            if longer.node is not None or longer.stop > cuts[index][0]:
                got, end, index = longer, cuts[last - 1][1], last
        made, found, got = _told_apart(source, start, begin, end, got)
        nodes += made
        findings += found
    return nodes, findings, got.is_unfinished or _ends_open(got)


def _last_line(source: Source, cuts: list[tuple[int, int]], index: int) -> int:
    """The index behind the lines from this one on that do not look like entries."""
    last = index
    while last < len(cuts) and last < index + _MOST:
        if cutting.looks_like_entry(source, cuts[last][0]):
            break
        last += 1
    return last


def _told_apart(
    source: Source, start: str, begin: int, end: int, got: Fragment
) -> tuple[list[Any], Findings, Fragment]:
    """The entries of a stretch that should be one, their mistakes, and what came of the last."""
    nodes: list[Any] = []
    findings: Findings = []
    for _ in range(_MOST):
        findings += got.findings
        if got.node is not None or not got.is_followed or got.is_unfinished:
            break
        goes_on = cutting.looks_like_entry(source, got.stop)
        if not goes_on and not cutting.begins_line(source, got.stop):
            break
        nodes.append(fragment(source, start, begin, got.stop).node)
        begin = got.stop
        if not goes_on:
            return nodes, findings, got
        got = fragment(source, start, begin, end)
    node = got.node or _broken_entry(source, start, begin, end)
    return [*nodes, *([] if node is None else [node])], findings, got


def _broken_entry(source: Source, start: str, begin: int, end: int) -> Any:
    """What stands for an entry that does not parse, if its being there matters."""
    span = Span(source.path, begin, end)
    if start == "schema_column":
        match = _COLUMN.match(source.text, begin, end)
        name = _name(source, match, 1) if match else None
        type_: Any = e.BrokenExpression(span)
        return None if name is None else d.SchemaColumn(span, name, type_, False, None, None, ())
    return v.Entry(span, e.Name(span, ""), v.BrokenValue(span)) if start == "entry" else None


def _ends_open(got: Fragment) -> bool:
    """Whether a string or a name is not closed where a block is not, which explains both."""
    from ssbt.compiler.diagnostics.codes import literals

    unfinished = (literals.UNTERMINATED_STRING, literals.UNTERMINATED_NAME)
    return any(found.code in unfinished for found in got.findings)

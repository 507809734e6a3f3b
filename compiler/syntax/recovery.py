"""Parsing a file that has mistakes, piece by piece: a broken piece hides no other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
import re
from typing import Any

from msgspec.structs import replace

from ssbt.compiler.diagnostics.codes.syntax import TOO_MANY_MISTAKES
from ssbt.compiler.diagnostics.model import Diagnostic, Label
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.source import Source, Span
from ssbt.compiler.syntax import encoding
from ssbt.compiler.syntax import splitting as cutting
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.syntax.ast import values as v
from ssbt.compiler.syntax.ast.nodes import Name
from ssbt.compiler.syntax.habits.comments import SEMICOLON_MESSAGE, without_foreign_signs
from ssbt.compiler.syntax.parsing import DeclarationParser, Fragment, parse_fragment
from ssbt.compiler.syntax.splitting import Piece
from ssbt.compiler.syntax.syntax_errors import diagnose_unclosed
from ssbt.compiler.syntax.tokens import tokenize

Declarations = list[d.Declaration]
Findings = list[Diagnostic]

_ENTRIES = {"schema": "schema_column", "expect": "expect_rule"}
_FIELDS = {"schema": "columns", "expect": "rules"}
_HEAD = lazy_pattern(
    r"(stream\s+source|\w+)\s+(?:([^\W\d]\w*)|`((?:[^`\r\n]|``)+)`)?", re.IGNORECASE
)
_COLUMN = lazy_pattern(r"\"?(?:([^\W\d]\w*)|`((?:[^`\r\n]|``)+)`)")
# This many lines are tried as one entry, or one line as several entries: text that is no entry at
# all must not be read over and over.
_MAXIMUM_TRIES = 50
# What a person writes stays far below; what a program went wrong with is not worth minutes.
_MAXIMUM_FINDINGS, _MAXIMUM_TOKENS = 1_000, 400_000


def recover_declarations(
    source: Source, declaration_parser: DeclarationParser
) -> tuple[tuple[d.Declaration, ...], list[Diagnostic]]:
    """The declarations of a file that does not parse as a whole, and its mistakes.

    `declaration` parses one of its pieces.
    There are none of either where the file is too large to be taken to pieces.
    """
    if len(source.text) > _MAXIMUM_TOKENS and _has_too_many_tokens(source.text):
        return (), []
    source, findings = without_foreign_signs(source)
    if findings:
        whole = parse_fragment(source, "file", *encoding.body_bounds(source))
        if whole.node is not None:
            return whole.node, [*findings, *whole.findings]
    declarations: Declarations = []
    for piece in cutting.split_declarations(source):
        if len(findings) > _MAXIMUM_FINDINGS:
            return tuple(declarations), [*findings, _diagnose_too_many(source, piece.begin)]
        nodes, piece_findings = _recover_piece(source, piece, declaration_parser)
        declarations += nodes
        findings += piece_findings
    return tuple(declarations), list(_without_echoes(declarations, findings))


def _has_too_many_tokens(text: str) -> bool:
    return next(islice(tokenize(text), _MAXIMUM_TOKENS, None), None) is not None


def _without_echoes(declarations: Declarations, findings: Findings) -> Iterator[Diagnostic]:
    """The findings, but for semicolons at the end of what is no declaration anyway."""
    broken = [each.span for each in declarations if isinstance(each, d.BrokenDeclaration)]
    for finding in findings:
        span = finding.primary.span
        is_echo = finding.message == SEMICOLON_MESSAGE and any(
            each.start <= span.start <= each.end + 1 for each in broken
        )
        if not is_echo:
            yield finding


def _diagnose_too_many(source: Source, at: int) -> Diagnostic:
    """The finding that the rest of the file is not looked at."""
    message = f"more than {_MAXIMUM_FINDINGS} mistakes: the rest of the file is not looked at"
    return Diagnostic(TOO_MANY_MISTAKES, message, Label(Span(source.path, at, at)))


def _recover_piece(
    source: Source, piece: Piece, declaration_parser: DeclarationParser
) -> tuple[Declarations, Findings]:
    result = declaration_parser(source, piece.begin, piece.end)
    if result.node is not None:
        return [result.node], list(result.findings)
    if piece.is_stray:
        return _recover_stray(source, piece.begin, piece.end)
    keyword, _ = _parse_head(source, piece.begin, piece.end)
    if keyword in ("let", "transform"):
        return _recover_query(source, piece)
    if piece.opening is not None:
        return _recover_block(source, piece, keyword)
    if result.is_valid_prefix:
        return _recover_followed(source, piece, result)
    return [_build_broken_declaration(source, piece.begin, piece.end)], list(result.findings)


def _recover_followed(
    source: Source, piece: Piece, result: Fragment
) -> tuple[Declarations, Findings]:
    """A whole declaration, and what follows it."""
    whole = parse_fragment(source, "declaration", piece.begin, result.stop)
    nodes, stray_findings = _recover_stray(source, result.stop, piece.end)
    if isinstance(nodes[0], d.BrokenDeclaration) and not cutting.is_first_on_line(
        source, result.stop
    ):
        return [whole.node], list(result.findings)
    return [whole.node, *nodes], [*whole.findings, *stray_findings]


def _recover_stray(source: Source, begin: int, end: int) -> tuple[Declarations, Findings]:
    """What follows a whole declaration: more of them, or one mistake."""
    result = parse_fragment(source, "file", begin, end)
    if result.node is not None:
        return list(result.node), list(result.findings)
    return [_build_broken_declaration(source, begin, end)], list(result.findings)


def _parse_head(source: Source, begin: int, end: int) -> tuple[str, Name | None]:
    """The keyword of a declaration, in lower case, and the name after it."""
    match = _HEAD.match(source.text, begin, end)
    if match is None:
        return "", None
    keyword = " ".join(match.group(1).lower().split())
    return keyword, _parse_name(source, match, 2)


def _parse_name(source: Source, match: re.Match[str], group: int) -> Name | None:
    """The name in one of two groups of a match, the second for one in backticks."""
    group += match.group(group) is None
    if match.group(group) is None:
        return None
    span = Span(source.path, match.start(group), match.end(group))
    return Name(span, match.group(group).replace("``", "`"))


def _build_broken_declaration(source: Source, begin: int, end: int) -> d.BrokenDeclaration:
    return d.BrokenDeclaration(Span(source.path, begin, end), *_parse_head(source, begin, end))


# ---- queries


def _recover_query(source: Source, piece: Piece) -> tuple[Declarations, Findings]:
    """A `let` or `transform`: its head and each of its steps on their own."""
    cuts = cutting.find_step_pipes(piece)
    bounds = [*(t.start for t in cuts), piece.end]
    head, stray_start = _parse_up_to_margin(source, "declaration", piece.begin, bounds[0])
    findings = list(head.findings)
    steps: list[s.Step] = []
    for token, end in zip(cuts, bounds[1:], strict=True):
        if len(findings) > _MAXIMUM_FINDINGS:
            findings.append(_diagnose_too_many(source, token.start))
            break
        result, stray_start = _parse_up_to_margin(source, "step", token.end, end)
        findings += result.findings
        steps.append(result.node or s.BrokenStep(Span(source.path, token.end, end)))
    stray: Declarations = []
    if stray_start is not None:
        stray, stray_findings = _recover_stray(source, stray_start, piece.end)
        findings += stray_findings
    if not isinstance(head.node, d.Let | d.Transform):
        return [_build_broken_declaration(source, piece.begin, piece.end), *stray], findings
    span = Span(source.path, piece.begin, piece.end)
    query = replace(head.node.query, span=span, steps=tuple(steps))
    return [replace(head.node, span=span, query=query), *stray], findings


def _parse_up_to_margin(
    source: Source, start: str, begin: int, end: int
) -> tuple[Fragment, int | None]:
    """A part of a query, without what follows it at the margin, and where that begins."""
    result = parse_fragment(source, start, begin, end)
    if (
        result.is_valid_prefix
        and not result.is_unfinished
        and cutting.is_at_margin(source, result.stop)
    ):
        return parse_fragment(source, start, begin, result.stop), result.stop
    return result, None


# ---- blocks


def _recover_block(source: Source, piece: Piece, keyword: str) -> tuple[Declarations, Findings]:
    """A declaration with a block: its head with an empty block, and each entry on its own."""
    assert piece.opening is not None
    opening = piece.opening.start
    text = source.text[piece.begin : opening] + "{}"
    head = parse_fragment(source, "declaration", piece.begin, opening + 2, text)
    findings = list(head.findings)
    start = _ENTRIES.get(keyword, "entry")
    entries, entry_findings, is_unfinished = _recover_entries(
        source, start, list(cutting.split_entries(source, piece))
    )
    if piece.closing is None and not is_unfinished:
        findings.append(diagnose_unclosed(Span(source.path, opening, opening + 1), "{"))
    findings += entry_findings
    if head.node is None:
        return [_build_broken_declaration(source, piece.begin, piece.end)], findings
    span = Span(source.path, piece.begin, piece.end)
    field = _FIELDS.get(keyword, "entries")
    return [replace(head.node, span=span, **{field: tuple(entries)})], findings


def _recover_entries(
    source: Source, start: str, cuts: list[tuple[int, int]]
) -> tuple[list[Any], Findings, bool]:
    """The entries of a block, their mistakes, and whether the last one is not finished."""
    nodes: list[Any] = []
    findings: Findings = []
    result = Fragment(None, ())
    index = 0
    while index < len(cuts):
        begin, end = cuts[index]
        if len(findings) > _MAXIMUM_FINDINGS:
            findings.append(_diagnose_too_many(source, begin))
            break
        index += 1
        result = parse_fragment(source, start, begin, end)
        last = _find_last_line(source, cuts, index)
        if result.is_unfinished and last > index:
            longer = parse_fragment(source, start, begin, cuts[last - 1][1])
            if longer.node is not None or longer.stop > cuts[index][0]:
                result, end, index = longer, cuts[last - 1][1], last
        entry_nodes, entry_findings, result = _split_entries(source, start, begin, end, result)
        nodes += entry_nodes
        findings += entry_findings
    return nodes, findings, result.is_unfinished or _is_unterminated(result)


def _find_last_line(source: Source, cuts: list[tuple[int, int]], index: int) -> int:
    """The index after the lines from this one on that do not look like entries."""
    last = index
    while last < len(cuts) and last < index + _MAXIMUM_TRIES:
        if cutting.is_entry_start(source, cuts[last][0]):
            break
        last += 1
    return last


def _split_entries(
    source: Source, start: str, begin: int, end: int, result: Fragment
) -> tuple[list[Any], Findings, Fragment]:
    """The entries of a stretch that should be one, their mistakes, and what came of the last."""
    nodes: list[Any] = []
    findings: Findings = []
    for _ in range(_MAXIMUM_TRIES):
        findings += result.findings
        if result.node is not None or not result.is_valid_prefix or result.is_unfinished:
            break
        goes_on = cutting.is_entry_start(source, result.stop)
        if not goes_on and not cutting.is_first_on_line(source, result.stop):
            break
        nodes.append(parse_fragment(source, start, begin, result.stop).node)
        begin = result.stop
        if not goes_on:
            return nodes, findings, result
        result = parse_fragment(source, start, begin, end)
    node = result.node or _build_broken_entry(source, start, begin, end)
    return [*nodes, *([] if node is None else [node])], findings, result


def _build_broken_entry(source: Source, start: str, begin: int, end: int) -> Any:
    """What stands for an entry that does not parse, if its being there matters."""
    span = Span(source.path, begin, end)
    if start == "schema_column":
        match = _COLUMN.match(source.text, begin, end)
        name = _parse_name(source, match, 1) if match else None
        type_: Any = e.BrokenExpression(span)
        return None if name is None else d.SchemaColumn(span, name, type_, False, None, None, ())
    return v.Entry(span, Name(span, ""), v.BrokenValue(span)) if start == "entry" else None


def _is_unterminated(result: Fragment) -> bool:
    """Whether a string or a name is not closed where a block is not, which explains both."""
    from ssbt.compiler.diagnostics.codes import literals

    unfinished = (literals.UNTERMINATED_STRING, literals.UNTERMINATED_NAME)
    return any(finding.code in unfinished for finding in result.findings)

"""`# allow SSBT0209: why`: a comment in the file that says a warning is meant.

It holds for the line it stands on, or, alone on its line, for the next line that is no comment.
Errors cannot be allowed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
import re

from msgspec import Struct

from ssbt.compiler.diagnostics.codes.allowances import UNUSED_ALLOWANCE
from ssbt.compiler.diagnostics.model import Diagnostic, Edit, Label, Severity
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.source import Source, Span

_ALLOW = lazy_pattern(r"#+\s*allow\s+(?P<codes>SSBT\d{4}(?:\s*,\s*SSBT\d{4})*)\s*(?::|$)")
# What people write who know other linters.
_LOOKALIKE = lazy_pattern(r"#+\s*(?:allow|noqa|ignore|disable|silence)\b[\s:=]*(SSBT\d{4})", re.I)
_CODE = lazy_pattern(r"SSBT\d{4}")
PROJECT_PREFIXES = ("SSBT0314", "SSBT064", "SSBT0651", "SSBT0561")
"""How the codes begin of findings with other pipelines of the project."""

# Findings about configuration, and in environments or with other pipelines of the project, come
# when these are looked at, which not every command does.
_CROSS_FILE_PREFIXES = ("SSBT12", "SSBT0565", *PROJECT_PREFIXES)


class Allowance(Struct, frozen=True):
    """One code of one comment: findings of `number` that begin in `lines` are meant.

    `span` is the code's place in the comment; `lines` is the range of offsets that it covers.
    """

    number: str
    span: Span
    lines: Span

    def matches(self, finding: Diagnostic) -> bool:
        """Whether a finding is of this code and line."""
        span = finding.primary.span
        return (
            finding.code.number == self.number
            and span.path == self.lines.path
            and self.lines.start <= span.start <= self.lines.end
        )

    def covers(self, finding: Diagnostic) -> bool:
        """Whether this silences a finding."""
        return finding.severity is Severity.WARNING and self.matches(finding)


def is_allowance(comment: str) -> bool:
    """Whether the text of a comment, `#` included, speaks to the compiler and not to people."""
    return _ALLOW.match(comment) is not None


def allowances(source: Source, comments: Iterable[Span]) -> Iterator[Allowance]:
    """What the comments of a file allow."""
    for comment in comments:
        match = _ALLOW.match(source.text[comment.start : comment.end])
        if match is None:
            continue
        lines = _covered_line(source, comment)
        for code in _CODE.finditer(match["codes"]):
            start = comment.start + match.start("codes") + code.start()
            yield Allowance(code[0], Span(source.path, start, start + len(code[0])), lines)


def without_allowed(
    findings: Iterable[Diagnostic], allowed: Iterable[Allowance]
) -> tuple[Diagnostic, ...]:
    """The findings that no comment allows."""
    allowed = tuple(allowed)
    return tuple(
        each for each in findings if not any(allowance.covers(each) for allowance in allowed)
    )


def unused_allowances(
    findings: Iterable[Diagnostic], allowed: Iterable[Allowance]
) -> Iterator[Diagnostic]:
    """A warning for each that silences none of the `findings`.

    With errors among them, warnings may be missing, so only those that name an error are reported.
    """
    findings = tuple(findings)
    has_errors = any(finding.severity is Severity.ERROR for finding in findings)
    for allowance in allowed:
        if allowance.number.startswith(_CROSS_FILE_PREFIXES) or any(
            map(allowance.covers, findings)
        ):
            continue
        if any(allowance.matches(finding) for finding in findings):
            message = f"{allowance.number} is an error, and only warnings can be allowed"
            yield Diagnostic(UNUSED_ALLOWANCE, message, Label(allowance.span))
        elif not has_errors:
            message = f"there is no warning {allowance.number} here to allow"
            help_ = "remove it, or move it to the line of the warning"
            yield Diagnostic(UNUSED_ALLOWANCE, message, Label(allowance.span), (), (help_,))


def misspelt_allowances(source: Source, comments: Iterable[Span]) -> Iterator[Diagnostic]:
    """A warning for each comment that looks like an allowance and is none."""
    for comment in comments:
        text = source.text[comment.start : comment.end]
        match = None if is_allowance(text) else _LOOKALIKE.match(text)
        if match is None:
            continue
        corrected = f"# allow {match[1].upper()}"
        span = Span(source.path, comment.start, comment.start + match.end())
        message = "this comment allows nothing"
        help_ = f"write `{corrected}: reason`"
        reason = source.text[span.end : comment.end].lstrip(" \t:,-")
        fix = Edit(comment, f"{corrected}: {reason}" if reason else corrected)
        yield Diagnostic(UNUSED_ALLOWANCE, message, Label(span), (), (help_,), (fix,))


def allowance_edit(source: Source, finding: Diagnostic) -> Edit | None:
    """The comment that allows a warning, on a line of its own above it, still without a reason.

    None for an error, and where that line would come to stand inside a text.
    """
    if finding.severity is not Severity.WARNING or finding.code is UNUSED_ALLOWANCE:
        return None
    number, _ = source.position(finding.primary.span.start)
    start, line = source.line_starts[number - 1], source.line(number)
    if source.text.count('"""', 0, start) % 2:
        return None
    indent = line[: len(line) - len(line.lstrip())]
    line_end = "\r\n" if "\r\n" in source.text else "\n"
    comment = f"{indent}# allow {finding.code.number}: {line_end}"
    return Edit(Span(source.path, start, start), comment)


def _covered_line(source: Source, comment: Span) -> Span:
    """The comment's own line, or the next one that is no comment where it is alone."""
    number, column = source.position(comment.start)
    if not source.line(number)[: column - 1].strip():
        number += 1
        while number < len(source.line_starts) and _is_skipped(source.line(number)):
            number += 1
        number = min(number, len(source.line_starts))
    start = source.line_starts[number - 1]
    return Span(source.path, start, start + len(source.line(number)))


def _is_skipped(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")

"""Findings and the lines that are shown with them, without the credentials that stand there.

Every report begins here, whatever its findings are about: a misspelt option shows its line, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
import re
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from ssbt.compiler.credentials.texts import HIDDEN, without_credentials
from ssbt.compiler.credentials.words import names_credential
from ssbt.compiler.diagnostics.codes.secrets import SECRET_NEEDED, UNKNOWN_SECRET
from ssbt.compiler.diagnostics.ordering import sort_diagnostics
from ssbt.compiler.diagnostics.written_credentials import (
    declared_secrets,
    find_credentials_within,
    find_named_credentials,
    is_name_of_secret,
)
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.source import Source

if TYPE_CHECKING:
    from ssbt.compiler.diagnostics.model import Diagnostic, Edit, Label

_SHOWN = lazy_pattern(r'[^"\r\n]')
_TEXT = lazy_pattern(r'"""(?s:.*?)"""|"(?:[^"\\\r\n]|\\.)*+"|\'(?:[^\'\\\r\n]|\\.)*+\'')
# No terminal shows more of a line, nor more lines of a place.
_FAR = 2_000
_LONGEST, _LARGE = 20_000, 500_000
_SHORT = 6
_MARKS = "`\"'"


class MaskedReport(NamedTuple):
    """Findings in their order, each once, with the sources that may be shown."""

    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, Source]


def mask_report(diagnostics: Iterable[Diagnostic], sources: Mapping[str, Source]) -> MaskedReport:
    """What a report is made of: stars stand for credentials, of the same length in sources.

    A fix that would write stars is left out.
    """
    ordered = sort_diagnostics(diagnostics)
    masked_sources = mask_credentials(sources, ordered)
    return MaskedReport(mask_findings(ordered, sources, masked_sources), masked_sources)


def mask_findings(
    findings: Iterable[Diagnostic],
    sources: Mapping[str, Source],
    masked_sources: Mapping[str, Source] | None = None,
) -> tuple[Diagnostic, ...]:
    """The findings, as they come, with stars in what they say."""
    ordered = tuple(findings)
    masked = mask_credentials(sources, ordered) if masked_sources is None else masked_sources
    patterns = tuple(map(_word, _hidden_values(sources, masked)))
    return tuple(_mask_finding(each, patterns) for each in ordered)


def mask_credentials(
    sources: Mapping[str, Source], diagnostics: Iterable[Diagnostic]
) -> Mapping[str, Source]:
    """The sources with stars for credentials, so that every place is where it was.

    Only those change that a finding shows a line of.
    """
    by_path: dict[str, list[Diagnostic]] = {}
    for diagnostic in diagnostics:
        for path in {place.span.path for place in _places(diagnostic)}:
            if path in sources:
                by_path.setdefault(path, []).append(diagnostic)
    if not by_path:
        return sources
    secrets = declared_secrets(source.text for source in sources.values())
    masked = dict(sources)
    for path, findings in by_path.items():
        text = sources[path].text
        shown = tuple(_shown_ranges(path, text, findings))
        ranges = {
            *_ranges_by_name(path, text, shown, secrets),
            *_ranges_of_findings(path, text, findings, secrets),
            *_ranges_by_form(text, shown),
        }
        if ranges:
            masked[path] = Source(path, _with_stars(text, ranges))
    return masked


def mask_text(path: str, text: str) -> str:
    """A whole file with stars for credentials, for those who are shown what would change in it."""
    ranges = {
        *find_named_credentials(path, text, declared_secrets([text])),
        *_ranges_by_form(text, [(0, len(text))]),
    }
    return _with_stars(text, ranges) if ranges else text


def _places(diagnostic: Diagnostic) -> Iterator[Label | Edit]:
    yield diagnostic.primary
    yield from diagnostic.secondary
    yield from diagnostic.fix


def _ranges_of_findings(
    path: str, text: str, findings: Iterable[Diagnostic], secrets: frozenset[str]
) -> Iterator[tuple[int, int]]:
    """What the findings about credentials are about; those with a fix are about a name."""
    for finding in findings:
        span = finding.primary.span
        if span.path != path or finding.fix:
            continue
        is_unknown = finding.code is UNKNOWN_SECRET
        if finding.code is SECRET_NEEDED or (
            is_unknown and not is_name_of_secret(text[span.start : span.end], secrets)
        ):
            yield span.start, span.end


def _shown_ranges(
    path: str, text: str, findings: Iterable[Diagnostic]
) -> Iterator[tuple[int, int]]:
    """What of a text its findings may show: whole lines, of which long ones are cut."""
    ranges = set()
    for finding in findings:
        for place in _places(finding):
            span = place.span
            if span.path == path:
                ranges.add((span.start, min(span.end, span.start + _LONGEST)))
                ranges.add((max(span.end - _LONGEST, span.start), span.end))
    last = -1
    for start, end in sorted(ranges):
        begin, limit = max(start - _FAR, 0), min(end + _FAR, len(text))
        line_start, line_end = text.rfind("\n", begin, start) + 1, text.find("\n", end, limit)
        first = max(line_start or begin, last)
        last = max(limit if line_end < 0 else line_end, last)
        if first < last:
            yield first, last


def _ranges_by_name(
    path: str, text: str, shown: Iterable[tuple[int, int]], secrets: frozenset[str]
) -> Iterator[tuple[int, int]]:
    """Credentials by the names before them, in a large file those around what is shown."""
    parts = [(0, len(text))]
    if len(text) > _LARGE:
        parts = [(max(first - _LONGEST, 0), last + _LONGEST) for first, last in shown]
    for first, last in parts:
        for start, end in find_named_credentials(path, text[first:last], secrets):
            yield first + start, first + end


def _ranges_by_form(text: str, shown: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Credentials that show by their form what they are, in the lines and in the texts there."""
    for first, last in shown:
        for start, end in find_credentials_within(text[first:last], is_code=True):
            yield first + start, first + end
        # A text of several lines may begin above, and is no larger than a key.
        above = max(first - _FAR * 4, 0)
        for match in _TEXT.finditer(text, above, min(last + _FAR * 4, len(text))):
            if match.end() > first:
                start = match.start() + (3 if match.group().startswith('"""') else 1)
                content = text[start : match.end() - 1]
                for inner_start, inner_end in find_credentials_within(content, is_code=False):
                    yield start + inner_start, start + inner_end


def _with_stars(text: str, ranges: Iterable[tuple[int, int]]) -> str:
    pieces: list[str] = []
    last = 0
    for range_start, end in sorted(ranges):
        start = max(range_start, last)
        if end > start:
            pieces += (text[last:start], _SHOWN.sub("*", text[start:end]))
            last = end
    return "".join((*pieces, text[last:]))


def _hidden_values(sources: Mapping[str, Source], masked: Mapping[str, Source]) -> tuple[str, ...]:
    """What the stars stand for, the longest first, unless it is said elsewhere as well."""
    values = set()
    for path, source in masked.items():
        if source is sources.get(path):
            continue
        old = sources[path].text
        for stars in re.finditer(r"\*+", source.text):
            value = old[stars.start() : stars.end()].strip("'")
            if value.strip("*") and not names_credential(value):
                values.add(value)
    texts = [source.text for source in masked.values()]
    return tuple(
        sorted(
            (value for value in values if not any(_word(value).search(text) for text in texts)),
            key=len,
            reverse=True,
        )
    )


def _word(value: str) -> re.Pattern[str]:
    """The value as a word of its own, and a short one only within quotes."""
    before, behind = (rf"(?<=[{_MARKS}])", rf"(?=[{_MARKS}])")
    if len(value) >= _SHORT:
        before, behind = r"(?<!\w)", r"(?!\w)"
    return re.compile(f"{before}{re.escape(value)}{behind}")


def _mask_finding(finding: Diagnostic, patterns: tuple[re.Pattern[str], ...]) -> Diagnostic:

    def mask(text: str) -> str:
        text = without_credentials(text) if text else text
        for pattern in patterns:
            text = pattern.sub(HIDDEN, text)
        return text

    fix = finding.fix if all(mask(edit.text) == edit.text for edit in finding.fix) else ()
    labels = (finding.primary, *finding.secondary)
    primary, *secondary = (
        label if mask(label.text) == label.text else replace(label, text=mask(label.text))
        for label in labels
    )
    return replace(
        finding,
        message=mask(finding.message),
        primary=primary,
        secondary=tuple(secondary),
        help=tuple(map(mask, finding.help)),
        fix=fix,
    )

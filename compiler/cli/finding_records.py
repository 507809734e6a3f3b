"""Diagnostics as plain lists, for the cache."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label
from ssbt.compiler.source import Span


def encode_findings(findings: Iterable[Diagnostic]) -> list[Any]:
    """What JSON can hold and `decode_findings` understands."""
    return [
        [
            finding.code.number,
            finding.message,
            [_encode_place(label.span, label.text) for label in _labels(finding)],
            list(finding.help),
            [_encode_place(edit.span, edit.text) for edit in finding.fix],
        ]
        for finding in findings
    ]


def decode_findings(records: list[Any]) -> tuple[Diagnostic, ...]:
    """The diagnostics again; raises ValueError for what `encode_findings` did not make."""
    try:
        return tuple(_decode_finding(*record) for record in records)
    except (TypeError, LookupError) as error:
        raise ValueError("not a record of diagnostics") from error


def _labels(finding: Diagnostic) -> tuple[Label, ...]:
    return (finding.primary, *finding.secondary)


def _encode_place(span: Span, text: str) -> list[Any]:
    return [span.path, span.start, span.end, text]


def _decode_finding(
    number: str, message: str, labels: list[Any], help_: list[str], fix: list[Any]
) -> Diagnostic:
    primary, *secondary = (Label(Span(path, start, end), text) for path, start, end, text in labels)
    edits = (Edit(Span(path, start, end), text) for path, start, end, text in fix)
    return Diagnostic(
        _load_code(number), message, primary, tuple(secondary), tuple(help_), tuple(edits)
    )


def _load_code(number: str) -> Code:
    # Imported here: the registry imports every module that may declare a code.
    from ssbt.compiler.diagnostics.registry import find_code

    diagnostic_code = find_code(number)
    if diagnostic_code is None:
        raise ValueError(f"no code {number}")
    return diagnostic_code

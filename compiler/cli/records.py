"""Diagnostics as plain lists, for the cache."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label
from ssbt.compiler.source import Span


def recorded(findings: Iterable[Diagnostic]) -> list[Any]:
    """What JSON can hold and `restored` understands."""
    return [
        [
            finding.code.number,
            finding.message,
            [_recorded_place(label.span, label.text) for label in _labels(finding)],
            list(finding.help),
            [_recorded_place(edit.span, edit.text) for edit in finding.fix],
        ]
        for finding in findings
    ]


def restored(records: list[Any]) -> tuple[Diagnostic, ...]:
    """The diagnostics again; raises ValueError for what `recorded` did not make."""
    try:
        return tuple(_restored(*record) for record in records)
    except (TypeError, LookupError) as error:
        raise ValueError("not a record of diagnostics") from error


def _labels(finding: Diagnostic) -> tuple[Label, ...]:
    return (finding.primary, *finding.secondary)


def _recorded_place(span: Span, text: str) -> list[Any]:
    return [span.path, span.start, span.end, text]


def _restored(
    number: str, message: str, labels: list[Any], help_: list[str], fix: list[Any]
) -> Diagnostic:
    primary, *secondary = (Label(Span(path, start, end), text) for path, start, end, text in labels)
    edits = (Edit(Span(path, start, end), text) for path, start, end, text in fix)
    return Diagnostic(_code(number), message, primary, tuple(secondary), tuple(help_), tuple(edits))


def _code(number: str) -> Code:
    # Imported here: the registry imports every module that may declare a code.
    from ssbt.compiler.diagnostics.registry import code

    found = code(number)
    if found is None:
        raise ValueError(f"no code {number}")
    return found

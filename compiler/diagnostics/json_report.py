"""Diagnostics for programs. docs/schemas/diagnostics-1.json is the contract."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
import json
from typing import TYPE_CHECKING, Any

from ssbt.compiler.diagnostics.locations import Location, Position, locate_spans, replace_surrogates
from ssbt.compiler.diagnostics.masking import mask_report

if TYPE_CHECKING:
    from ssbt.compiler.diagnostics.model import Diagnostic
    from ssbt.compiler.source import Source, Span

VERSION = 1


def json_report(diagnostics: Iterable[Diagnostic], sources: Mapping[str, Source]) -> str:
    """One JSON document, in ASCII; a member may be added within a version, none be changed."""
    ordered = mask_report(diagnostics, sources).diagnostics
    locations = locate_spans(ordered, sources)
    document = {
        "version": VERSION,
        "diagnostics": [_diagnostic_object(item, locations) for item in ordered],
    }
    return json.dumps(document, indent=2) + "\n"


def _diagnostic_object(
    diagnostic: Diagnostic, locations: Mapping[Span, Location]
) -> dict[str, Any]:
    return {
        "code": diagnostic.code.number,
        "severity": diagnostic.severity.value,
        "title": diagnostic.code.title,
        "message": replace_surrogates(diagnostic.message),
        "primary": _location_object(diagnostic.primary.span, diagnostic.primary.text, locations),
        "secondary": [
            _location_object(label.span, label.text, locations) for label in diagnostic.secondary
        ],
        "help": [replace_surrogates(text) for text in diagnostic.help],
        "fix": [_location_object(edit.span, edit.text, locations) for edit in diagnostic.fix],
    }


def _location_object(span: Span, text: str, locations: Mapping[Span, Location]) -> dict[str, Any]:
    location = locations.get(span)
    located: dict[str, Any] = {"path": replace_surrogates(span.path), "range": None}
    if location:
        located["range"] = {
            "start": _position_object(location.start),
            "end": _position_object(location.end),
        }
    return located | {"text": replace_surrogates(text)}


def _position_object(position: Position) -> dict[str, int]:
    return {
        "offset": position.offset,
        "byte": position.byte,
        "line": position.line,
        "column": position.column,
    }

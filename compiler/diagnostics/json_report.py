"""Diagnostics for programs. docs/schemas/diagnostics-1.json is the contract."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
import json
from typing import TYPE_CHECKING, Any

from ssbt.compiler.diagnostics.ordering import in_order
from ssbt.compiler.diagnostics.places import Place, Position, places, well_formed

if TYPE_CHECKING:
    from ssbt.compiler.diagnostics.model import Diagnostic
    from ssbt.compiler.source import Source, Span

VERSION = 1


def json_report(diagnostics: Iterable[Diagnostic], sources: Mapping[str, Source]) -> str:
    """One JSON document, in ASCII; a member may be added within a version, none be changed."""
    found = in_order(diagnostics)
    known = places(found, sources)
    document = {"version": VERSION, "diagnostics": [_finding(item, known) for item in found]}
    return json.dumps(document, indent=2) + "\n"


def _finding(diagnostic: Diagnostic, known: Mapping[Span, Place]) -> dict[str, Any]:
    return {
        "code": diagnostic.code.number,
        "severity": diagnostic.severity.value,
        "title": diagnostic.code.title,
        "message": well_formed(diagnostic.message),
        "primary": _located(diagnostic.primary.span, diagnostic.primary.text, known),
        "secondary": [_located(label.span, label.text, known) for label in diagnostic.secondary],
        "help": [well_formed(text) for text in diagnostic.help],
        "fix": [_located(edit.span, edit.text, known) for edit in diagnostic.fix],
    }


def _located(span: Span, text: str, known: Mapping[Span, Place]) -> dict[str, Any]:
    place = known.get(span)
    located: dict[str, Any] = {"path": well_formed(span.path), "range": None}
    if place:
        located["range"] = {"start": _position(place.start), "end": _position(place.end)}
    return located | {"text": well_formed(text)}


def _position(position: Position) -> dict[str, int]:
    return {
        "offset": position.offset,
        "byte": position.byte,
        "line": position.line,
        "column": position.column,
    }

"""Diagnostics as a SARIF 2.1.0 log, which code scanning services read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ssbt.compiler.diagnostics.explain import page
from ssbt.compiler.diagnostics.ordering import in_order
from ssbt.compiler.diagnostics.places import Place, places, well_formed

if TYPE_CHECKING:
    from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label
    from ssbt.compiler.source import Source, Span

_DRIVE = re.compile(r"[A-Za-z]:(?=[\\/])")
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif_report(
    diagnostics: Iterable[Diagnostic], sources: Mapping[str, Source], *, version: str
) -> str:
    """One run of `ssbtc`, of the given version, with the rules of the codes that were found."""
    found = in_order(diagnostics)
    known = places(found, sources)
    rules = sorted({item.code.number: item.code for item in found}.items())
    numbers = [number for number, _ in rules]
    run = {
        "tool": {
            "driver": {
                "name": "ssbtc",
                "version": version,
                "rules": [_rule(code) for _, code in rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(item, numbers.index(item.code.number), known) for item in found],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(code: Code) -> dict[str, Any]:
    return {
        "id": code.number,
        "shortDescription": {"text": code.title},
        "fullDescription": {"text": code.why.strip()},
        "help": {"text": code.why.strip(), "markdown": page(code)},
        "defaultConfiguration": {"level": code.severity.value},
    }


def _result(diagnostic: Diagnostic, rule: int, known: Mapping[Span, Place]) -> dict[str, Any]:
    text = "\n".join((diagnostic.message, *diagnostic.help))
    result: dict[str, Any] = {
        "ruleId": diagnostic.code.number,
        "ruleIndex": rule,
        "level": diagnostic.severity.value,
        "message": {"text": well_formed(text)},
        "locations": [_location(diagnostic.primary, known)],
    }
    if diagnostic.secondary:
        result["relatedLocations"] = [
            {"id": number, **_location(label, known)}
            for number, label in enumerate(diagnostic.secondary, start=1)
        ]
    if diagnostic.fix and all(edit.span in known for edit in diagnostic.fix):
        result["fixes"] = [_fix(diagnostic, known)]
    return result


def _location(label: Label, known: Mapping[Span, Place]) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": _artifact(label.span.path)}
    if place := known.get(label.span):
        physical["region"] = _region(place)
    location: dict[str, Any] = {"physicalLocation": physical}
    if label.text:
        location["message"] = {"text": well_formed(label.text)}
    return location


def _fix(diagnostic: Diagnostic, known: Mapping[Span, Place]) -> dict[str, Any]:
    by_path: dict[str, list[Edit]] = {}
    for edit in diagnostic.fix:
        by_path.setdefault(edit.span.path, []).append(edit)
    text = "\n".join(diagnostic.help) or diagnostic.message
    return {
        "description": {"text": well_formed(text)},
        "artifactChanges": [
            {
                "artifactLocation": _artifact(path),
                "replacements": [
                    {
                        "deletedRegion": _region(known[edit.span]),
                        "insertedContent": {"text": well_formed(edit.text)},
                    }
                    for edit in edits
                ],
            }
            for path, edits in by_path.items()
        ],
    }


def _region(place: Place) -> dict[str, int]:
    return {
        "startLine": place.start.line,
        "startColumn": place.start.column,
        "endLine": place.end.line,
        "endColumn": place.end.column,
        "charOffset": place.start.offset,
        "charLength": place.end.offset - place.start.offset,
        "byteOffset": place.start.byte,
        "byteLength": place.end.byte - place.start.byte,
    }


def _artifact(path: str) -> dict[str, str]:
    """The path as a URI; a relative one stays relative, to the folder that was checked."""
    whole = path.replace("\\", "/")
    drive = _DRIVE.match(path)
    if drive:
        return {"uri": f"file:///{drive.group()}{_quoted(whole[2:])}"}
    return {"uri": f"file://{_quoted(whole)}" if whole.startswith("/") else _quoted(whole)}


def _quoted(path: str) -> str:
    return quote(path, safe="/", errors="replace")

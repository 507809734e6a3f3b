"""Diagnostics as a SARIF 2.1.0 log, which code scanning services read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ssbt.compiler.diagnostics.explain import render_page
from ssbt.compiler.diagnostics.locations import Location, locate_spans, replace_surrogates
from ssbt.compiler.diagnostics.masking import mask_report
from ssbt.compiler.patterns import lazy_pattern

if TYPE_CHECKING:
    from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label
    from ssbt.compiler.source import Source, Span

_DRIVE = lazy_pattern(r"[A-Za-z]:(?=[\\/])")
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif_report(
    diagnostics: Iterable[Diagnostic], sources: Mapping[str, Source], *, version: str
) -> str:
    """One run of `ssbtc`, of the given version, with the rules of the codes that were found."""
    ordered = mask_report(diagnostics, sources).diagnostics
    locations = locate_spans(ordered, sources)
    rules = sorted({item.code.number: item.code for item in ordered}.items())
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
        "results": [_result(item, numbers.index(item.code.number), locations) for item in ordered],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(code: Code) -> dict[str, Any]:
    return {
        "id": code.number,
        "shortDescription": {"text": code.title},
        "fullDescription": {"text": code.why.strip()},
        "help": {"text": code.why.strip(), "markdown": render_page(code)},
        "defaultConfiguration": {"level": code.severity.value},
    }


def _result(
    diagnostic: Diagnostic, rule: int, locations: Mapping[Span, Location]
) -> dict[str, Any]:
    text = "\n".join((diagnostic.message, *diagnostic.help))
    result: dict[str, Any] = {
        "ruleId": diagnostic.code.number,
        "ruleIndex": rule,
        "level": diagnostic.severity.value,
        "message": {"text": replace_surrogates(text)},
        "locations": [_location(diagnostic.primary, locations)],
    }
    if diagnostic.secondary:
        result["relatedLocations"] = [
            {"id": number, **_location(label, locations)}
            for number, label in enumerate(diagnostic.secondary, start=1)
        ]
    if diagnostic.fix and all(edit.span in locations for edit in diagnostic.fix):
        result["fixes"] = [_fix(diagnostic, locations)]
    return result


def _location(label: Label, locations: Mapping[Span, Location]) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": _artifact(label.span.path)}
    if span_location := locations.get(label.span):
        physical["region"] = _region(span_location)
    location: dict[str, Any] = {"physicalLocation": physical}
    if label.text:
        location["message"] = {"text": replace_surrogates(label.text)}
    return location


def _fix(diagnostic: Diagnostic, locations: Mapping[Span, Location]) -> dict[str, Any]:
    by_path: dict[str, list[Edit]] = {}
    for edit in diagnostic.fix:
        by_path.setdefault(edit.span.path, []).append(edit)
    text = "\n".join(diagnostic.help) or diagnostic.message
    return {
        "description": {"text": replace_surrogates(text)},
        "artifactChanges": [
            {
                "artifactLocation": _artifact(path),
                "replacements": [
                    {
                        "deletedRegion": _region(locations[edit.span]),
                        "insertedContent": {"text": replace_surrogates(edit.text)},
                    }
                    for edit in edits
                ],
            }
            for path, edits in by_path.items()
        ],
    }


def _region(location: Location) -> dict[str, int]:
    return {
        "startLine": location.start.line,
        "startColumn": location.start.column,
        "endLine": location.end.line,
        "endColumn": location.end.column,
        "charOffset": location.start.offset,
        "charLength": location.end.offset - location.start.offset,
        "byteOffset": location.start.byte,
        "byteLength": location.end.byte - location.start.byte,
    }


def _artifact(path: str) -> dict[str, str]:
    """The path as a URI; a relative one stays relative, to the folder that was checked."""
    whole = path.replace("\\", "/")
    drive = _DRIVE.match(path)
    if drive:
        return {"uri": f"file:///{drive.group()}{_quote_path(whole[2:])}"}
    return {"uri": f"file://{_quote_path(whole)}" if whole.startswith("/") else _quote_path(whole)}


def _quote_path(path: str) -> str:
    return quote(path, safe="/", errors="replace")

"""Diagnostics as GitHub's workflow commands, which it shows at the lines of a pull request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from ssbt.compiler.diagnostics.cells import sanitize
from ssbt.compiler.diagnostics.masking import mask_report

if TYPE_CHECKING:
    from ssbt.compiler.diagnostics.model import Diagnostic
    from ssbt.compiler.source import Source

_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def github_report(diagnostics: Iterable[Diagnostic], sources: Mapping[str, Source]) -> str:
    """`::error file=…,line=…,…,title=…::message`, a line each, the help below the message."""
    ordered = mask_report(diagnostics, sources).diagnostics
    return "".join(f"{_format_command(diagnostic, sources)}\n" for diagnostic in ordered)


def _format_command(diagnostic: Diagnostic, sources: Mapping[str, Source]) -> str:
    properties = _properties(diagnostic, sources)
    listed = ",".join(f"{name}={value.translate(_PROPERTY)}" for name, value in properties.items())
    text = "\n".join(sanitize(line) for line in (diagnostic.message, *diagnostic.help))
    return f"::{diagnostic.severity.value} {listed}::{text.translate(_DATA)}"


def _properties(diagnostic: Diagnostic, sources: Mapping[str, Source]) -> dict[str, str]:
    span = diagnostic.primary.span
    properties = {"file": sanitize(span.path)}
    if source := sources.get(span.path):
        start = min(max(span.start, 0), len(source.text))
        end = min(max(span.end, start), len(source.text))
        line, column = source.position(start)
        # Of the last character: a span that ends with its line must not mark the next one.
        end_line, last_column = source.position(max(start, end - 1))
        numbers = {
            "line": line,
            "col": column,
            "endLine": end_line,
            "endColumn": last_column + (end > start),
        }
        properties |= {name: str(number) for name, number in numbers.items()}
    code = diagnostic.code
    return properties | {"title": f"{code.number} {code.title}"}

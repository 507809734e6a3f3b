"""The choices of `--output-format`; only the chosen one is imported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ssbt.compiler.diagnostics.model import Diagnostic
    from ssbt.compiler.source import Source


class OutputFormat(Enum):
    """How findings are printed: the first two for people, the others for programs."""

    TEXT = "text"
    CONCISE = "concise"
    JSON = "json"
    GITHUB = "github"
    SARIF = "sarif"


def render_report(
    output_format: OutputFormat,
    diagnostics: Iterable[Diagnostic],
    sources: Mapping[str, Source],
    *,
    version: str,
    width: int = 80,
    color: bool = False,
) -> str:
    """The findings, in order, each once, ended by a newline; `version` is the compiler's.

    Width and colour matter to the format `text` alone.
    """
    match output_format:
        case OutputFormat.TEXT:
            from ssbt.compiler.diagnostics.text import text_report

            return text_report(diagnostics, sources, width=width, color=color)
        case OutputFormat.CONCISE:
            from ssbt.compiler.diagnostics.concise import concise_report

            return concise_report(diagnostics, sources)
        case OutputFormat.JSON:
            from ssbt.compiler.diagnostics.json_report import json_report

            return json_report(diagnostics, sources)
        case OutputFormat.GITHUB:
            from ssbt.compiler.diagnostics.github import github_report

            return github_report(diagnostics, sources)
        case OutputFormat.SARIF:
            from ssbt.compiler.diagnostics.sarif import sarif_report

            return sarif_report(diagnostics, sources, version=version)

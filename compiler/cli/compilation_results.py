"""What came of one pipeline, compiled or out of the cache."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from ssbt.compiler.cli.units import Unit, relocate_findings

if TYPE_CHECKING:
    from ssbt.compiler.contracts.endpoints import Endpoint
    from ssbt.compiler.diagnostics.allowances import Allowance
    from ssbt.compiler.diagnostics.model import Diagnostic
    from ssbt.compiler.emit.files import OutputFile
    from ssbt.compiler.source import Source


class CompilationResult(NamedTuple):
    """What came of a pipeline; paths in `findings` and `sources` are the driver's.

    `target` is the Spark line compiled for, `raw` says which options go to Spark unchecked, and
    `promises` how each stream is delivered. `outputs` is None where nothing was emitted.
    `endpoints` are what other pipelines may meet, and `allowed` the warnings about it that comments
    allow; `shared` are the findings about it and other pipelines, by paths as the user would write
    them. `reads` are the files that it was made of, with hashes, None where there was none; it is
    None where the same files may not give the same.
    """

    unit: Unit
    name: str
    target: str
    packages: tuple[str, ...]
    raw: tuple[str, ...]
    promises: tuple[str, ...]
    findings: tuple[Diagnostic, ...]
    sources: Mapping[str, Source]
    outputs: tuple[OutputFile, ...] | None
    endpoints: tuple[Endpoint, ...] = ()
    allowed: tuple[Allowance, ...] = ()
    shared: tuple[Diagnostic, ...] = ()
    shared_sources: Mapping[str, Source] = {}
    reads: Mapping[str, str | None] | None = None

    def user_findings(self) -> tuple[list[Diagnostic], dict[str, Source]]:
        """The findings and their sources, by paths as the user would write them."""
        if not self.findings:
            return [*self.shared], {**self.shared_sources}
        findings, sources = relocate_findings(self.findings, self.sources, self.unit)
        return [*findings, *self.shared], {**self.shared_sources, **sources}

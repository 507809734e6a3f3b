"""Results as the cache keeps them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ssbt.compiler.cli.cache import Entry, content_hash
from ssbt.compiler.cli.compilation_results import CompilationResult
from ssbt.compiler.cli.units import Unit

if TYPE_CHECKING:
    from ssbt.compiler.contracts.endpoints import Endpoint
    from ssbt.compiler.diagnostics.allowances import Allowance
    from ssbt.compiler.diagnostics.model import Diagnostic
    from ssbt.compiler.source import Source


def build_entry(result: CompilationResult, reads: Mapping[str, str | None]) -> Entry:
    """What the cache keeps of a result, and of what was read for it."""
    from msgspec import to_builtins

    from ssbt.compiler.cli.finding_records import encode_findings

    facts: dict[str, Any] = {
        "name": result.name,
        "target": result.target,
        "packages": result.packages,
        "raw": result.raw,
        "promises": result.promises,
        "findings": encode_findings(result.findings),
        "ends": to_builtins(result.endpoints),
        "allowed": to_builtins(result.allowed),
    }
    return Entry(tuple(reads.items()), facts, result.outputs)


def restore_result(unit: Unit, entry: Entry, *, emits: bool) -> CompilationResult | None:
    """The result of an earlier run, if what it read is still the same."""
    facts = entry.facts
    try:
        if emits and entry.outputs is None:
            return None
        contents = _read_unchanged(unit, entry.reads)
        if contents is None:
            return None
        findings = _restore_findings(facts["findings"])
        sources = _decode_sources(contents) if findings else {}
        return CompilationResult(
            unit,
            facts["name"],
            facts["target"],
            tuple(facts["packages"]),
            tuple(facts["raw"]),
            tuple(facts["promises"]),
            findings,
            sources,
            entry.outputs,
            *_restore_endpoints(facts),
            reads={unit.location(path): digest for path, digest in entry.reads},
        )
    except (LookupError, TypeError, ValueError):
        return None


def _restore_endpoints(
    facts: Mapping[str, Any],
) -> tuple[tuple[Endpoint, ...], tuple[Allowance, ...]]:
    """The ends and allowances of an earlier run; raises ValueError for what is none."""
    if not facts["ends"]:
        return (), ()
    from msgspec import convert

    from ssbt.compiler.contracts.endpoints import Endpoint
    from ssbt.compiler.diagnostics.allowances import Allowance

    return (
        convert(facts["ends"], tuple[Endpoint, ...]),
        convert(facts["allowed"], tuple[Allowance, ...]),
    )


def _restore_findings(records: list[Any]) -> tuple[Diagnostic, ...]:
    if not records:
        return ()
    from ssbt.compiler.cli.finding_records import decode_findings

    return decode_findings(records)


def _read_unchanged(unit: Unit, reads: Iterable[tuple[str, str | None]]) -> dict[str, bytes] | None:
    """The contents of what was read before; None if one of them is another now."""
    contents: dict[str, bytes] = {}
    for path, digest in reads:
        try:
            contents[path] = unit.read(path)
        except OSError:
            if digest is not None:
                return None
        else:
            if digest != content_hash(contents[path]):
                return None
    return contents


def _decode_sources(contents: Mapping[str, bytes]) -> dict[str, Source]:
    from ssbt.compiler.source import Source

    # As `decoded` places the finding about a byte that is not UTF-8.
    return {
        path: Source(path, data.decode("utf-8", "surrogateescape"))
        for path, data in contents.items()
    }

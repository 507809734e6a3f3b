"""One pipeline through the driver, or out of the cache."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from ssbt.compiler.cli.cache import Cache, Entry, content_hash, user_cache
from ssbt.compiler.cli.parallel import map_parallel
from ssbt.compiler.cli.units import Unit, relocate_findings

if TYPE_CHECKING:
    from ssbt.compiler.contracts.endpoints import Endpoint
    from ssbt.compiler.diagnostics.allowances import Allowance
    from ssbt.compiler.diagnostics.model import Diagnostic
    from ssbt.compiler.driver import CheckResult
    from ssbt.compiler.emit.files import OutputFile
    from ssbt.compiler.ir.pipeline import Pipeline
    from ssbt.compiler.source import Source


class CompilationResult(NamedTuple):
    """What came of a pipeline; paths in `findings` and `sources` are the driver's.

    `target` is the Spark line compiled for, `raw` says which options go to Spark unchecked, and
    `promises` how each stream is delivered. `outputs` is None where nothing was emitted.
    `endpoints` are what other pipelines may meet, and `allowed` the warnings about it that comments
    allow; `shared` are the findings about it and other pipelines, by paths as the user would write
    them.
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

    def user_findings(self) -> tuple[list[Diagnostic], dict[str, Source]]:
        """The findings and their sources, by paths as the user would write them."""
        if not self.findings:
            return [*self.shared], {**self.shared_sources}
        findings, sources = relocate_findings(self.findings, self.sources, self.unit)
        return [*findings, *self.shared], {**self.shared_sources, **sources}


class Compiler:
    """Compiles for one target, None for the pipelines' own; without a cache, anew each time.

    Of a project's `environments` it looks at those named, or at all.
    """

    def __init__(
        self, target: str | None, *, use_cache: bool = True, environments: Sequence[str] = ()
    ) -> None:
        self.target = target
        self.environments = tuple(environments)
        self._cache: Cache | None = None
        if use_cache:
            from ssbt.compiler.cli.fingerprint import compute_fingerprint

            self._cache = user_cache()
            self._fingerprint = compute_fingerprint()

    def check_units(self, units: Sequence[Unit]) -> Iterator[CompilationResult]:
        """The findings in each, in order; whether there are outputs too is open."""
        return self._iterate_results(units, emits=False)

    def compile_units(self, units: Sequence[Unit]) -> Iterator[CompilationResult]:
        """The findings in each, in order, and the outputs if none of them is an error."""
        return self._iterate_results(units, emits=True)

    def _iterate_results(
        self, units: Sequence[Unit], *, emits: bool
    ) -> Iterator[CompilationResult]:
        cached = [self._find_cached(unit, emits=emits) for unit in units]
        uncached = [unit for unit, result in zip(units, cached, strict=True) if result is None]
        fresh = map_parallel(partial(self._compile_unit, emits=emits), uncached)
        for result in cached:
            yield result or next(fresh)

    def _find_cached(self, unit: Unit, *, emits: bool) -> CompilationResult | None:
        key = self._cache_key(unit)
        entry = self._cache.find_entry(key) if self._cache and key else None
        return _restore_result(unit, entry, emits=emits) if entry else None

    def _cache_key(self, unit: Unit) -> str | None:
        if self._cache is None:
            return None
        try:
            digest = content_hash(unit.input.read())
        except OSError:
            return None
        parts = [self._fingerprint, self.target or "", unit.path, digest, *self.environments]
        return content_hash(json.dumps(parts).encode())

    def _compile_unit(self, unit: Unit, *, emits: bool) -> CompilationResult:
        key = self._cache_key(unit)
        try:
            result, reads, reusable = compile_unit(
                unit, self.target, emits=emits, environments=self.environments
            )
        except Exception as error:
            error.add_note(f"while compiling {unit.input.path}")
            raise
        if self._cache is not None and key is not None and reusable:
            self._cache.store(key, _build_entry(result, reads))
        return result


def compile_unit(
    unit: Unit,
    target: str | None,
    *,
    emits: bool,
    overrides: Mapping[str, bytes] | None = None,
    environments: tuple[str, ...] = (),
) -> tuple[CompilationResult, dict[str, str | None], bool]:
    """The result, what was read for it, and whether the same reads will always give it.

    `overrides` holds contents to be taken instead of those of files, by `Unit.file`.
    """
    from ssbt.compiler import driver

    reads: dict[str, str | None] = {}

    def read(path: str) -> bytes:
        reads[path] = None
        content = (overrides or {}).get(unit.file(path))
        content = unit.read(path) if content is None else content
        reads[path] = content_hash(content)
        return content

    targets = (target,) if target else ()
    configured_pipeline = driver.configure_pipeline(
        driver.check_pipeline(unit.path, read, *targets, tests=True),
        unit.path,
        read,
        environments,
        unit.real_path,
    )
    check_result = configured_pipeline.check_result
    emits_outputs = emits and check_result.pipeline is not None
    outputs = (
        driver.emit_files(check_result, configured_pipeline.environments) if emits_outputs else None
    )
    endpoints = driver.pipeline_endpoints(configured_pipeline)
    return _build_result(unit, check_result, outputs, endpoints), reads, _is_reusable(check_result)


def _build_result(
    unit: Unit,
    check_result: CheckResult,
    outputs: tuple[OutputFile, ...] | None,
    endpoints: tuple[Endpoint, ...],
) -> CompilationResult:
    from ssbt.compiler.diagnostics.allowances import PROJECT_PREFIXES
    from ssbt.compiler.emit.submission import collect_packages

    pipeline = check_result.pipeline
    return CompilationResult(
        unit,
        pipeline.name if pipeline else unit.name,
        pipeline.target if pipeline else "",
        collect_packages(pipeline) if pipeline else (),
        tuple(_describe_raw_options(pipeline)) if pipeline else (),
        tuple(_describe_promises(pipeline)) if pipeline else (),
        check_result.findings,
        check_result.sources,
        outputs,
        endpoints,
        tuple(each for each in check_result.allowances if each.number.startswith(PROJECT_PREFIXES)),
    )


def _restore_result(unit: Unit, entry: Entry, *, emits: bool) -> CompilationResult | None:
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


def _build_entry(result: CompilationResult, reads: Mapping[str, str | None]) -> Entry:
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


def _is_reusable(check_result: CheckResult) -> bool:
    """Whether nothing but files decided it.

    Connectors of other distributions may change without a trace that we would see, and of a
    pipeline with errors it is not known whether there are any.
    """
    pipeline = check_result.pipeline
    return pipeline is not None and not any(
        end.connector.package for end in _sources_and_sinks(pipeline)
    )


def _describe_raw_options(pipeline: Pipeline) -> Iterable[str]:
    for end in _sources_and_sinks(pipeline):
        if end.settings.raw:
            yield f"{end.name}: {', '.join(option.name for option in end.settings.raw)}"


def _describe_promises(pipeline: Pipeline) -> Iterable[str]:
    from ssbt.compiler.ir.guarantees import guarantees

    return (f"{sink}: {promise}" for sink, promise in guarantees(pipeline).items())


def _sources_and_sinks(pipeline: Pipeline) -> Iterable[Any]:
    """Its sources and sinks."""
    yield from (dataset for dataset in pipeline.datasets if hasattr(dataset, "connector"))
    yield from pipeline.sinks

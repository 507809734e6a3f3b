"""One pipeline through the driver, or out of the cache."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
import json
import os
from typing import TYPE_CHECKING, Any

from ssbt.compiler.cli.cache import Cache, content_hash, user_cache
from ssbt.compiler.cli.cached_results import build_entry, restore_result
from ssbt.compiler.cli.compilation_results import CompilationResult
from ssbt.compiler.cli.parallel import map_parallel
from ssbt.compiler.cli.units import Unit
from ssbt.compiler.emit.files import RUNTIME_ARCHIVE, OutputFile

if TYPE_CHECKING:
    from ssbt.compiler.contracts.endpoints import Endpoint
    from ssbt.compiler.driver import CheckResult
    from ssbt.compiler.ir.pipeline import Pipeline


class Compiler:
    """Compiles for one target, None for the pipelines' own; without a cache, again each time.

    Of a project's `environments` it looks at those named, or at all.
    """

    def __init__(
        self, target: str | None, *, use_cache: bool = True, environments: Sequence[str] = ()
    ) -> None:
        self.target = target
        self.environments = tuple(environments)
        self.reads: list[Mapping[str, str | None] | None] = []
        """What each of the results so far was made of."""
        self.fingerprint = ""
        self._process = os.getpid()
        self._cache: Cache | None = None
        if use_cache:
            from ssbt.compiler.cli.fingerprint import compute_fingerprint

            self._cache = user_cache()
            self.fingerprint = compute_fingerprint()

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
        fresh = map(
            _with_runtime, map_parallel(partial(self._compile_for_parent, emits=emits), uncached)
        )
        for result in cached:
            result = result or next(fresh)
            self.reads.append(None if result.unit.input.is_standard_input else result.reads)
            yield result

    def _find_cached(self, unit: Unit, *, emits: bool) -> CompilationResult | None:
        key = self._cache_key(unit)
        entry = self._cache.find_entry(key) if self._cache and key else None
        return restore_result(unit, entry, emits=emits) if entry else None

    def _cache_key(self, unit: Unit) -> str | None:
        if self._cache is None:
            return None
        try:
            digest = content_hash(unit.input.read())
        except OSError:
            return None
        parts = [self.fingerprint, self.target or "", unit.path, digest, *self.environments]
        return content_hash(json.dumps(parts).encode())

    def _compile_for_parent(self, unit: Unit, *, emits: bool) -> CompilationResult:
        result = self._compile_unit(unit, emits=emits)
        return result if os.getpid() == self._process else _without_runtime(result)

    def _compile_unit(self, unit: Unit, *, emits: bool) -> CompilationResult:
        key = self._cache_key(unit)
        try:
            result, reads, reusable = compile_unit(
                unit, self.target, emits=emits, environments=self.environments
            )
        except Exception as error:
            error.add_note(f"while compiling {unit.input.path}")
            raise
        if self._cache is None or key is None or not reusable:
            return result
        self._cache.store(key, build_entry(result, reads))
        return result._replace(
            reads={unit.location(path): digest for path, digest in reads.items()}
        )


def _without_runtime(result: CompilationResult) -> CompilationResult:
    """The result as it goes from one process to another: all have the same runtime."""
    if result.outputs is None:
        return result
    outputs = tuple(
        OutputFile(file.path, b"") if file.path == RUNTIME_ARCHIVE else file
        for file in result.outputs
    )
    return result._replace(outputs=outputs)


def _with_runtime(result: CompilationResult) -> CompilationResult:
    """The result with the runtime that `_without_runtime` took out, if it did."""
    if OutputFile(RUNTIME_ARCHIVE, b"") not in (result.outputs or ()):
        return result
    from ssbt.compiler.emit.archive import build_runtime_archive

    runtime = OutputFile(RUNTIME_ARCHIVE, build_runtime_archive())
    outputs = tuple(
        runtime if file.path == RUNTIME_ARCHIVE else file for file in result.outputs or ()
    )
    return result._replace(outputs=outputs)


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

"""One pipeline through the driver, or out of the cache."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from ssbt.compiler.cli.cache import Cache, Entry, hash_of, opened_cache
from ssbt.compiler.cli.parallel import mapped
from ssbt.compiler.cli.units import Unit, relocated_findings

if TYPE_CHECKING:
    from ssbt.compiler.contracts.ends import End
    from ssbt.compiler.diagnostics.allowances import Allowance
    from ssbt.compiler.diagnostics.model import Diagnostic
    from ssbt.compiler.driver import Checked
    from ssbt.compiler.emit.files import OutputFile
    from ssbt.compiler.ir.pipeline import Pipeline
    from ssbt.compiler.source import Source


class Result(NamedTuple):
    """What came of a pipeline; paths in `findings` and `sources` are the driver's.

    `target` is the Spark line compiled for, `raw` says which options go to Spark unchecked, and
    `promises` how each stream is delivered. `outputs` is None where nothing was emitted. `ends` are
    what other pipelines may meet, and `allowed` the warnings about it that comments allow; `shared`
    are the findings about it and other pipelines, by paths as the user would write them.
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
    ends: tuple[End, ...] = ()
    allowed: tuple[Allowance, ...] = ()
    shared: tuple[Diagnostic, ...] = ()
    shared_sources: Mapping[str, Source] = {}

    def shown(self) -> tuple[list[Diagnostic], dict[str, Source]]:
        """The findings and their sources, by paths as the user would write them."""
        if not self.findings:
            return [*self.shared], {**self.shared_sources}
        found, sources = relocated_findings(self.findings, self.sources, self.unit)
        return [*found, *self.shared], {**self.shared_sources, **sources}


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
            from ssbt.compiler.cli.fingerprint import fingerprint

            self._cache = opened_cache()
            self._fingerprint = fingerprint()

    def checked(self, units: Sequence[Unit]) -> Iterator[Result]:
        """The findings in each, in order; whether there are outputs too is open."""
        return self._results(units, emits=False)

    def compiled(self, units: Sequence[Unit]) -> Iterator[Result]:
        """The findings in each, in order, and the outputs if none of them is an error."""
        return self._results(units, emits=True)

    def _results(self, units: Sequence[Unit], *, emits: bool) -> Iterator[Result]:
        known = [self._known(unit, emits=emits) for unit in units]
        unknown = [unit for unit, result in zip(units, known, strict=True) if result is None]
        new = mapped(partial(self._made, emits=emits), unknown)
        for result in known:
            yield result or next(new)

    def _known(self, unit: Unit, *, emits: bool) -> Result | None:
        key = self._key(unit)
        entry = self._cache.entry(key) if self._cache and key else None
        return _known(unit, entry, emits=emits) if entry else None

    def _key(self, unit: Unit) -> str | None:
        if self._cache is None:
            return None
        try:
            digest = hash_of(unit.input.read())
        except OSError:
            return None
        parts = [self._fingerprint, self.target or "", unit.path, digest, *self.environments]
        return hash_of(json.dumps(parts).encode())

    def _made(self, unit: Unit, *, emits: bool) -> Result:
        key = self._key(unit)
        try:
            result, reads, reusable = made(
                unit, self.target, emits=emits, environments=self.environments
            )
        except Exception as error:
            error.add_note(f"while compiling {unit.input.path}")
            raise
        if self._cache is not None and key is not None and reusable:
            self._cache.store(key, _entry(result, reads))
        return result


def made(
    unit: Unit,
    target: str | None,
    *,
    emits: bool,
    changed: Mapping[str, bytes] | None = None,
    environments: tuple[str, ...] = (),
) -> tuple[Result, dict[str, str | None], bool]:
    """The result, what was read for it, and whether the same reads will always give it.

    `changed` holds contents to be taken instead of those of files, by `Unit.file`.
    """
    from ssbt.compiler import driver

    reads: dict[str, str | None] = {}

    def read(path: str) -> bytes:
        reads[path] = None
        content = (changed or {}).get(unit.file(path))
        content = unit.read(path) if content is None else content
        reads[path] = hash_of(content)
        return content

    chosen = (target,) if target else ()
    configured = driver.configured(
        driver.checked(unit.path, read, *chosen, tests=True),
        unit.path,
        read,
        environments,
        unit.real,
    )
    checked = configured.checked
    is_wanted = emits and checked.pipeline is not None
    outputs = driver.emitted(checked, configured.environments) if is_wanted else None
    ends = driver.ends_of(configured)
    return _result(unit, checked, outputs, ends), reads, _is_reusable(checked)


def _result(
    unit: Unit, checked: Checked, outputs: tuple[OutputFile, ...] | None, ends: tuple[End, ...]
) -> Result:
    from ssbt.compiler.emit.submission import packages

    pipeline = checked.pipeline
    return Result(
        unit,
        pipeline.name if pipeline else unit.name,
        pipeline.target if pipeline else "",
        packages(pipeline) if pipeline else (),
        tuple(_raw_options(pipeline)) if pipeline else (),
        tuple(_promises(pipeline)) if pipeline else (),
        checked.findings,
        checked.sources,
        outputs,
        ends,
        tuple(each for each in checked.allowances if each.number.startswith("SSBT064")),
    )


def _known(unit: Unit, entry: Entry, *, emits: bool) -> Result | None:
    """The result of an earlier run, if what it read is still the same."""
    facts = entry.facts
    try:
        if emits and entry.outputs is None:
            return None
        contents = _unchanged(unit, entry.reads)
        if contents is None:
            return None
        findings = _findings(facts["findings"])
        sources = _sources(contents) if findings else {}
        return Result(
            unit,
            facts["name"],
            facts["target"],
            tuple(facts["packages"]),
            tuple(facts["raw"]),
            tuple(facts["promises"]),
            findings,
            sources,
            entry.outputs,
            *_ends_of(facts),
        )
    except (LookupError, TypeError, ValueError):
        return None


def _ends_of(facts: Mapping[str, Any]) -> tuple[tuple[End, ...], tuple[Allowance, ...]]:
    """The ends and allowances of an earlier run; raises ValueError for what is none."""
    if not facts["ends"]:
        return (), ()
    from msgspec import convert

    from ssbt.compiler.contracts.ends import End
    from ssbt.compiler.diagnostics.allowances import Allowance

    return (
        convert(facts["ends"], tuple[End, ...]),
        convert(facts["allowed"], tuple[Allowance, ...]),
    )


def _findings(records: list[Any]) -> tuple[Diagnostic, ...]:
    if not records:
        return ()
    from ssbt.compiler.cli.records import restored

    return restored(records)


def _unchanged(unit: Unit, reads: Iterable[tuple[str, str | None]]) -> dict[str, bytes] | None:
    """The contents of what was read before; None if one of them is another now."""
    contents: dict[str, bytes] = {}
    for path, digest in reads:
        try:
            contents[path] = unit.read(path)
        except OSError:
            if digest is not None:
                return None
        else:
            if digest != hash_of(contents[path]):
                return None
    return contents


def _sources(contents: Mapping[str, bytes]) -> dict[str, Source]:
    from ssbt.compiler.source import Source

    # As `decoded` places the finding about a byte that is not UTF-8.
    return {
        path: Source(path, data.decode("utf-8", "surrogateescape"))
        for path, data in contents.items()
    }


def _entry(result: Result, reads: Mapping[str, str | None]) -> Entry:
    from msgspec import to_builtins

    from ssbt.compiler.cli.records import recorded

    facts: dict[str, Any] = {
        "name": result.name,
        "target": result.target,
        "packages": result.packages,
        "raw": result.raw,
        "promises": result.promises,
        "findings": recorded(result.findings),
        "ends": to_builtins(result.ends),
        "allowed": to_builtins(result.allowed),
    }
    return Entry(tuple(reads.items()), facts, result.outputs)


def _is_reusable(checked: Checked) -> bool:
    """Whether nothing but files decided it.

    Connectors of other distributions may change without a trace that we would see, and of a
    pipeline with errors it is not known whether there are any.
    """
    pipeline = checked.pipeline
    return pipeline is not None and not any(end.connector.package for end in _ends(pipeline))


def _raw_options(pipeline: Pipeline) -> Iterable[str]:
    for end in _ends(pipeline):
        if end.settings.raw:
            yield f"{end.name}: {', '.join(option.name for option in end.settings.raw)}"


def _promises(pipeline: Pipeline) -> Iterable[str]:
    from ssbt.compiler.ir.guarantees import guarantees

    return (f"{sink}: {promise}" for sink, promise in guarantees(pipeline).items())


def _ends(pipeline: Pipeline) -> Iterable[Any]:
    """Its sources and sinks."""
    yield from (dataset for dataset in pipeline.datasets if hasattr(dataset, "connector"))
    yield from pipeline.sinks

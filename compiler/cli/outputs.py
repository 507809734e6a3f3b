"""Outputs against what lies in the output folder: what is there, what has to be written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from functools import cached_property
import os
from typing import TYPE_CHECKING, NamedTuple

from ssbt.compiler.cli.cache import content_hash
from ssbt.compiler.cli.compilation_results import CompilationResult
from ssbt.compiler.cli.failures import Failure
from ssbt.compiler.cli.inputs import error_reason, quote_path, read_contents
from ssbt.compiler.cli.parallel import run_at_once
from ssbt.compiler.cli.writing import write_all
from ssbt.compiler.emit.files import RUNTIME_ARCHIVE, OutputFile

if TYPE_CHECKING:
    from ssbt.compiler.cli.manifests import ManifestRecords


class OutputState(Enum):
    """How what lies in the folder compares to an output."""

    SAME = "same"
    MISSING = "missing"
    STALE = "stale"
    EDITED = "edited"
    FOREIGN = "foreign"
    TAKEN = "taken"
    CLASH = "clash"


FORCIBLE_STATES = frozenset({OutputState.EDITED, OutputState.FOREIGN, OutputState.TAKEN})
"""States in which a file is overwritten by force only; TAKEN is one that is another pipeline's.

Force is no way out of a CLASH: two pipelines of one run want different files.
"""

BLOCKING_STATES = FORCIBLE_STATES | {OutputState.CLASH}


class PlannedOutput(NamedTuple):
    """An output of the pipeline `name`, and `old`, what is in its place: None without a file.

    `owner` is the other pipeline, of a file that is TAKEN.
    """

    name: str
    path: str
    new: bytes
    old: bytes | None
    state: OutputState
    owner: str = ""


class OutputFolder:
    """The folder that the outputs of all pipelines of a run go to."""

    def __init__(self, folder: str, names: Iterable[str]) -> None:
        self._folder = folder
        self._names = frozenset(name.casefold() for name in names)
        self._planned: dict[str, PlannedOutput] = {}

    @cached_property
    def records(self) -> ManifestRecords:
        """The manifests in the folder: not even their reader is needed where nothing differs."""
        from ssbt.compiler.cli.manifests import ManifestRecords

        return ManifestRecords(self._folder)

    def plan_outputs(self, result: CompilationResult) -> list[PlannedOutput]:
        """How it stands with each output of a pipeline, its source map and manifest last."""
        files = {file.path: file for file in result.outputs or ()}
        source_map = files.pop(f"{result.name}.map.json")
        manifest = files.pop(f"{result.name}.json")
        plans = [self._plan_file(file, result.name) for file in files.values()]
        plans.append(self._plan_unrecorded(source_map, result.name, is_only_change=True))
        # Another source may change nothing but the manifest, and the source map with it.
        is_only_change = all(plan.state is OutputState.SAME for plan in plans)
        return [*plans, self._plan_unrecorded(manifest, result.name, is_only_change=is_only_change)]

    def path(self, file: str) -> str:
        """Where an output lies."""
        parts = file.split("/")
        assert not {"", ".", ".."} & {*parts}, f"an output outside its folder: {file}"
        return os.path.join(self._folder, *parts)

    def _plan_file(self, file: OutputFile, name: str) -> PlannedOutput:
        planned = self._planned.get(file.path)
        if planned is None:
            path = self.path(file.path)
            old = _read_content(path)
            state, owner = self._find_state(file, path, old, name)
            planned = PlannedOutput(name, path, file.content, old, state, owner)
            self._planned[file.path] = planned
        elif planned.new != file.content:
            return PlannedOutput(
                name, planned.path, file.content, planned.old, OutputState.CLASH, planned.name
            )
        return planned

    def _find_state(
        self, file: OutputFile, path: str, old: bytes | None, name: str
    ) -> tuple[OutputState, str]:
        if state := _state_without_manifest(path, old, file.content):
            return state, ""
        assert old is not None
        digest = content_hash(old)
        manifest = self.records.find(name)
        if manifest and manifest.outputs.get(file.path) == digest:
            return OutputState.STALE, ""
        other_manifests = [
            m for m in self.records.all() if m.name != name and file.path in m.outputs
        ]
        for other_manifest in other_manifests:
            if other_manifest.outputs[file.path] == digest:
                is_ours = (
                    file.path == RUNTIME_ARCHIVE or other_manifest.name.casefold() in self._names
                )
                return (
                    (OutputState.STALE, "") if is_ours else (OutputState.TAKEN, other_manifest.name)
                )
        is_recorded = other_manifests or (manifest and file.path in manifest.outputs)
        return (OutputState.EDITED if is_recorded else OutputState.FOREIGN), ""

    def _plan_unrecorded(
        self, file: OutputFile, name: str, *, is_only_change: bool
    ) -> PlannedOutput:
        """How it stands with a manifest or a source map, whose hash is on record nowhere."""
        path = self.path(file.path)
        old = _read_content(path)
        state = _state_without_manifest(path, old, file.content)
        if state is None:
            assert old is not None
            state = _unrecorded_state(file, old, is_only_change=is_only_change)
        return PlannedOutput(name, path, file.content, old, state)


def write_plans(plans: Iterable[Iterable[PlannedOutput]]) -> None:
    """Write the outputs that differ from what is there, each pipeline's together.

    Raises WriteError, and pipelines that come later may have been written then.
    """
    written: dict[str, bytes] = {}
    first, *others = ([*_select_unwritten(plan, written)] for plan in plans)
    # The first brings the runtime, which the scripts of all need.
    write_all(first)
    run_at_once(write_all, others)


def _select_unwritten(
    plan: Iterable[PlannedOutput], written: dict[str, bytes]
) -> Iterator[tuple[str, bytes]]:
    """The files that are to be written; one of several pipelines only with the first of them."""
    for each in plan:
        if each.state is not OutputState.SAME and written.get(each.path) != each.new:
            written[each.path] = each.new
            yield each.path, each.new


def _read_content(path: str) -> bytes | None:
    try:
        return read_contents(path) if os.path.isfile(path) else None
    except OSError as error:
        raise Failure(f"cannot read {quote_path(path)}: {error_reason(error)}") from error


def _state_without_manifest(path: str, old: bytes | None, new: bytes) -> OutputState | None:
    """The state as far as it can be told without a manifest."""
    if old == new:
        return OutputState.SAME
    if not os.path.lexists(path):
        return OutputState.MISSING
    return OutputState.FOREIGN if old is None or os.path.islink(path) else None


def _unrecorded_state(file: OutputFile, old: bytes, *, is_only_change: bool) -> OutputState:
    """The state of a file that has no hash of itself: what nothing explains was done by hand."""
    from ssbt.compiler.cli.manifests import parse_record

    record, new_record = parse_record(file.path, old), parse_record(file.path, file.content)
    if record is None or new_record is None:
        return OutputState.FOREIGN
    if not record.is_canonical:
        return OutputState.EDITED
    is_unexplained = is_only_change and record.facts == new_record.facts
    return OutputState.EDITED if is_unexplained else OutputState.STALE

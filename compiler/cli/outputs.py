"""Outputs against what lies in the output folder: what is there, what has to be written."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from functools import cached_property
import os
from typing import TYPE_CHECKING, NamedTuple

from ssbt.compiler.cli.cache import content_hash
from ssbt.compiler.cli.compilation import CompilationResult
from ssbt.compiler.cli.failures import Failure
from ssbt.compiler.cli.inputs import error_reason, quote_path, read_contents
from ssbt.compiler.cli.writing import write_all
from ssbt.compiler.emit.files import OutputFile

if TYPE_CHECKING:
    from ssbt.compiler.cli.manifests import Manifest, ManifestRecords

RUNTIME = "ssbt_runtime.zip"


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
        """How it stands with each output of a pipeline, its manifest last."""
        manifest = f"{result.name}.json"
        *other_files, last = sorted(result.outputs or (), key=lambda file: file.path == manifest)
        plans = [self._plan_file(file, result.name) for file in other_files]
        return [*plans, self._plan_manifest(last, result.name, plans)]

    def path(self, file: str) -> str:
        """Where an output lies."""
        parts = file.split("/")
        assert not {"", ".", ".."} & {*parts}, f"an output outside of its folder: {file}"
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
                is_ours = file.path == RUNTIME or other_manifest.name.casefold() in self._names
                return (
                    (OutputState.STALE, "") if is_ours else (OutputState.TAKEN, other_manifest.name)
                )
        is_recorded = other_manifests or (manifest and file.path in manifest.outputs)
        return (OutputState.EDITED if is_recorded else OutputState.FOREIGN), ""

    def _plan_manifest(
        self, file: OutputFile, name: str, plans: Iterable[PlannedOutput]
    ) -> PlannedOutput:
        path = self.path(file.path)
        old = _read_content(path)
        state = _state_without_manifest(path, old, file.content)
        if state is None:
            is_only_change = all(plan.state is OutputState.SAME for plan in plans)
            state = _manifest_state(self.records.find(name), file, is_only_change)
        return PlannedOutput(name, path, file.content, old, state)


def write_planned(planned: Iterable[PlannedOutput]) -> None:
    """Write the outputs that differ from what is there. Raises WriteError."""
    write_all((each.path, each.new) for each in planned if each.state is not OutputState.SAME)


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


def _manifest_state(old: Manifest | None, file: OutputFile, is_only_change: bool) -> OutputState:
    """The manifest records no hash of itself: a change that nothing explains was made by hand."""
    if old is None:
        return OutputState.FOREIGN
    if not old.is_canonical:
        return OutputState.EDITED
    from ssbt.compiler.cli.manifests import parse_manifest

    new = parse_manifest(file.path, file.content)
    facts = [
        (manifest.compiler, manifest.target, manifest.sources, manifest.outputs)
        for manifest in (old, new)
    ]
    return OutputState.EDITED if is_only_change and facts[0] == facts[1] else OutputState.STALE

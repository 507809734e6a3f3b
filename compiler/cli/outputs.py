"""Outputs against what lies in the output folder: what is there, what has to be written."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from functools import cached_property
import os
from typing import TYPE_CHECKING, NamedTuple

from ssbt.compiler.cli.cache import hash_of
from ssbt.compiler.cli.compilation import Result
from ssbt.compiler.cli.failures import Failure
from ssbt.compiler.cli.inputs import contents, quoted, reason
from ssbt.compiler.cli.writing import write_all
from ssbt.compiler.emit.files import OutputFile

if TYPE_CHECKING:
    from ssbt.compiler.cli.manifests import Manifest, Records

RUNTIME = "ssbt_runtime.zip"


class State(Enum):
    """How what lies in the folder compares to an output."""

    SAME = "same"
    MISSING = "missing"
    STALE = "stale"
    EDITED = "edited"
    FOREIGN = "foreign"
    TAKEN = "taken"
    CLASH = "clash"


BY_FORCE = frozenset({State.EDITED, State.FOREIGN, State.TAKEN})
"""States in which a file is overwritten by force only; TAKEN is one that is another pipeline's.

Force is no way out of a CLASH: two pipelines of one run want different files.
"""

OBSTACLES = BY_FORCE | {State.CLASH}


class Planned(NamedTuple):
    """An output of the pipeline `name`, and `old`, what is in its place: None without a file.

    `owner` is the other pipeline, of a file that is TAKEN.
    """

    name: str
    path: str
    new: bytes
    old: bytes | None
    state: State
    owner: str = ""


class OutputFolder:
    """The folder that the outputs of all pipelines of a run go to."""

    def __init__(self, folder: str, names: Iterable[str]) -> None:
        self._folder = folder
        self._names = frozenset(name.casefold() for name in names)
        self._planned: dict[str, Planned] = {}

    @cached_property
    def records(self) -> Records:
        """The manifests in the folder: not even their reader is needed where nothing differs."""
        from ssbt.compiler.cli.manifests import Records

        return Records(self._folder)

    def plan(self, result: Result) -> list[Planned]:
        """How it stands with each output of a pipeline, its manifest last."""
        manifest = f"{result.name}.json"
        *others, last = sorted(result.outputs or (), key=lambda file: file.path == manifest)
        plans = [self._plan(file, result.name) for file in others]
        return [*plans, self._manifest_plan(last, result.name, plans)]

    def path(self, file: str) -> str:
        """Where an output lies."""
        parts = file.split("/")
        assert not {"", ".", ".."} & {*parts}, f"an output outside of its folder: {file}"
        return os.path.join(self._folder, *parts)

    def _plan(self, file: OutputFile, name: str) -> Planned:
        before = self._planned.get(file.path)
        if before is None:
            path = self.path(file.path)
            old = _content(path)
            state, owner = self._state(file, path, old, name)
            before = Planned(name, path, file.content, old, state, owner)
            self._planned[file.path] = before
        elif before.new != file.content:
            return Planned(name, before.path, file.content, before.old, State.CLASH, before.name)
        return before

    def _state(
        self, file: OutputFile, path: str, old: bytes | None, name: str
    ) -> tuple[State, str]:
        if state := _plain_state(path, old, file.content):
            return state, ""
        assert old is not None
        digest = hash_of(old)
        own = self.records.of(name)
        if own and own.outputs.get(file.path) == digest:
            return State.STALE, ""
        others = [m for m in self.records.all() if m.name != name and file.path in m.outputs]
        for other in others:
            if other.outputs[file.path] == digest:
                ours = file.path == RUNTIME or other.name.casefold() in self._names
                return (State.STALE, "") if ours else (State.TAKEN, other.name)
        is_recorded = others or (own and file.path in own.outputs)
        return (State.EDITED if is_recorded else State.FOREIGN), ""

    def _manifest_plan(self, file: OutputFile, name: str, others: Iterable[Planned]) -> Planned:
        path = self.path(file.path)
        old = _content(path)
        state = _plain_state(path, old, file.content)
        if state is None:
            is_only_change = all(other.state is State.SAME for other in others)
            state = _manifest_state(self.records.of(name), file, is_only_change)
        return Planned(name, path, file.content, old, state)


def written(planned: Iterable[Planned]) -> None:
    """Write the outputs that differ from what is there. Raises WriteError."""
    write_all((each.path, each.new) for each in planned if each.state is not State.SAME)


def _content(path: str) -> bytes | None:
    try:
        return contents(path) if os.path.isfile(path) else None
    except OSError as error:
        raise Failure(f"cannot read {quoted(path)}: {reason(error)}") from error


def _plain_state(path: str, old: bytes | None, new: bytes) -> State | None:
    """The state as far as it can be told without a manifest."""
    if old == new:
        return State.SAME
    if not os.path.lexists(path):
        return State.MISSING
    return State.FOREIGN if old is None or os.path.islink(path) else None


def _manifest_state(old: Manifest | None, file: OutputFile, is_only_change: bool) -> State:
    """The manifest records no hash of itself: a change that nothing explains was made by hand."""
    if old is None:
        return State.FOREIGN
    if not old.is_canonical:
        return State.EDITED
    from ssbt.compiler.cli.manifests import parsed

    new = parsed(file.path, file.content)
    facts = [(it.compiler, it.target, it.sources, it.outputs) for it in (old, new)]
    return State.EDITED if is_only_change and facts[0] == facts[1] else State.STALE

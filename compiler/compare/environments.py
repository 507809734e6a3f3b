"""What changed in the configuration of a project, one environment at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ssbt.compiler.compare.changes import Change, Severity, Subject
from ssbt.compiler.configuration.environments import Environment
from ssbt.compiler.configuration.reports import Entry


def environment_changes(old: Iterable[Environment], new: Iterable[Environment]) -> Iterator[Change]:
    """The values that a run finds otherwise; defaults are told of what has them."""
    before = {each.name: each for each in old}
    after = {each.name: each for each in new}
    for name in dict.fromkeys((*after, *before)):
        was, now = before.get(name), after.get(name)
        if was is not None and now is not None:
            yield from _values(name, was, now)
            continue
        message = f"the environment `{name}` is {'new' if was is None else 'gone'}"
        severity = Severity.NONE if was is None else Severity.BREAKING
        yield Change(severity, Subject.ENVIRONMENT, name, message)


def _values(name: str, old: Environment, new: Environment) -> Iterator[Change]:
    before, after = _given(old), _given(new)
    for key in dict.fromkeys((*after, *before)):
        was, now = before.get(key), after.get(key)
        if was is not None and now is not None and was.text == now.text:
            continue
        if was is None:
            message = f"`{key}` is {now.text if now else ''}, and was not set"
        elif now is None:
            message = f"`{key}` was {was.text}, and is not set"
        else:
            message = f"`{key}` was {was.text} and is {now.text}"
        places = (was.origin if was else None, now.origin if now else None)
        said = f"in the environment `{name}`, {message}"
        yield Change(Severity.BEHAVIOUR, Subject.ENVIRONMENT, f"{name}.{key}", said, places)


def _given(environment: Environment) -> dict[str, Entry]:
    """What the configuration itself says."""
    return {
        each.name: each
        for each in environment.entries
        if each.origin is not None and each.origin.path in environment.sources
    }

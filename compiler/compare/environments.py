"""What changed in the configuration of a project, one environment at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ssbt.compiler.compare.changes import Change, Severity, Subject
from ssbt.compiler.configuration.environments import Environment
from ssbt.compiler.configuration.reports import Entry


def environment_changes(old: Iterable[Environment], new: Iterable[Environment]) -> Iterator[Change]:
    """The values that a run finds otherwise; defaults are reported for what has them."""
    old_by_name = {each.name: each for each in old}
    new_by_name = {each.name: each for each in new}
    for name in dict.fromkeys((*new_by_name, *old_by_name)):
        was, now = old_by_name.get(name), new_by_name.get(name)
        if was is not None and now is not None:
            yield from _value_changes(name, was, now)
            continue
        message = f"the environment `{name}` is {'new' if was is None else 'gone'}"
        severity = Severity.NONE if was is None else Severity.BREAKING
        yield Change(severity, Subject.ENVIRONMENT, name, message)


def _value_changes(name: str, old: Environment, new: Environment) -> Iterator[Change]:
    old_entries, new_entries = _own_entries(old), _own_entries(new)
    for key in dict.fromkeys((*new_entries, *old_entries)):
        was, now = old_entries.get(key), new_entries.get(key)
        if was is not None and now is not None and was.text == now.text:
            continue
        if was is None:
            message = f"`{key}` is {now.text if now else ''}, and was not set"
        elif now is None:
            message = f"`{key}` was {was.text}, and is not set"
        else:
            message = f"`{key}` was {was.text} and is {now.text}"
        places = (was.origin if was else None, now.origin if now else None)
        full_message = f"in the environment `{name}`, {message}"
        yield Change(Severity.BEHAVIOUR, Subject.ENVIRONMENT, f"{name}.{key}", full_message, places)


def _own_entries(environment: Environment) -> dict[str, Entry]:
    """What the configuration itself says."""
    return {
        each.name: each
        for each in environment.entries
        if each.origin is not None and each.origin.path in environment.sources
    }

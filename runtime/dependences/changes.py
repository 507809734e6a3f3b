"""Which parts of a query are not what they were."""

from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest

_SETTING = "setting: "


def changes(was: Sequence[str], now: Sequence[str]) -> Iterator[str]:
    """The parts that are not what they were, in the order of the query."""
    gone, come = _variables(was) - _variables(now), _variables(now) - _variables(was)
    if not gone or not come:
        # A processor may have variables more, or less; with both it may have renamed one.
        was, now = (
            [part for part in each if _variable(part) not in gone | come] for each in (was, now)
        )
    for kind, *bounds in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if kind != "equal":
            for old, new in zip_longest(was[slice(*bounds[:2])], now[slice(*bounds[2:])]):
                if old and new:
                    yield f"was `{old}`, is `{new}`"
                else:
                    yield f"was `{old}`, is gone" if old else f"is new: `{new}`"


def with_values(parts: Sequence[str], value: Callable[[str], str | None]) -> tuple[str, ...]:
    """The parts, those that name a Spark setting with the value that it has in this run."""
    return tuple(
        f"{part} = {value(part.removeprefix(_SETTING)) or 'not set'}"
        if part.startswith(_SETTING)
        else part
        for part in parts
    )


def _variables(parts: Sequence[str]) -> set[str]:
    """The names of what processors keep."""
    return {_variable(part) for part in parts if part.startswith("state: ")}


def _variable(part: str) -> str:
    return part.partition(" = ")[0]

"""How two expressions are told apart: by both, or by one in which is marked what differs."""

from __future__ import annotations

from difflib import SequenceMatcher
import re

_TOKEN = re.compile(
    r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|`[^`]*`|\$\{\w+\}|[\w.]+|\s+|.", re.DOTALL
)
_SHORT = 160
_ALIKE = 0.3
# Telling more tokens apart takes time by the square.
_MOST = 600


def was_and_is(old: str, new: str, types: tuple[str, str] = ("", "")) -> str:
    """What an expression was and is, nothing left out; `types` are shown behind each.

    In long ones, what is gone stands in `[-…-]` and what is new in `{+…+}`.
    """
    marked = _marked(old, new) if len(old) + len(new) > _SHORT else None
    if marked is None:
        return f"was `{old}`{types[0]} and is `{new}`{types[1]}"
    retyped = f", and was{types[0]} and is{types[1]}" if any(types) else ""
    return f"differs where it is marked: `{marked}`{retyped}"


def _marked(old: str, new: str) -> str | None:
    """The new expression with marks; None where the two have little in common."""
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    start = _common(before, after)
    end = _common(before[start:][::-1], after[start:][::-1])
    middle = before[start : len(before) - end], after[start : len(after) - end]
    if max(map(len, middle)) > _MOST:
        parts, alike = [_mark("".join(middle[0]), "".join(middle[1]))], start + end
    else:
        parts, alike = _parts(*middle)
        alike += start + end
    if alike < _ALIKE * max(len(before), len(after)):
        return None
    return "".join((*before[:start], *parts, *before[len(before) - end :]))


def _parts(old: list[str], new: list[str]) -> tuple[list[str], int]:
    """What of the tokens is gone, new and in both, and how many are in both."""
    parts, alike = [], 0
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        gone, come = "".join(old[old_start:old_end]), "".join(new[new_start:new_end])
        parts.append(come if tag == "equal" else _mark(gone, come))
        alike += old_end - old_start if tag == "equal" else 0
    return parts, alike


def _mark(gone: str, come: str) -> str:
    return (f"[-{gone}-]" if gone else "") + (f"{{+{come}+}}" if come else "")


def _common(one: list[str], other: list[str]) -> int:
    """How many tokens at the start are the same."""
    pairs = zip(one, other, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))

"""How two expressions are told apart: by both, or by one in which is marked what differs."""

from __future__ import annotations

from difflib import SequenceMatcher
import re

_TOKEN = re.compile(
    r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|`[^`]*`|\$\{\w+\}|[\w.]+|\s+|.", re.DOTALL
)
_SHORT = 160
_ALIKE = 0.3


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
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return None
    parts = []
    for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        gone, come = "".join(before[old_start:old_end]), "".join(after[new_start:new_end])
        if tag == "equal":
            parts.append(come)
            continue
        parts.append(f"[-{gone}-]" if gone else "")
        parts.append(f"{{+{come}+}}" if come else "")
    return "".join(parts)

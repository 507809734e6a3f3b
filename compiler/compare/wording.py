"""How two expressions are distinguished: by both, or by one in which is marked what differs."""

from __future__ import annotations

from difflib import SequenceMatcher
import re

from ssbt.compiler.patterns import lazy_pattern

_TOKEN = lazy_pattern(
    r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|`[^`]*`|\$\{\w+\}|[\w.]+|\s+|.", re.DOTALL
)
_SHORT_LENGTH = 160
_MIN_COMMON_SHARE = 0.3
# Telling more tokens apart takes time by the square.
_MAX_TOKENS = 600


def describe_difference(old: str, new: str, types: tuple[str, str] = ("", "")) -> str:
    """What an expression was and is, nothing left out; `types` are shown after each.

    In long ones, what is gone stands in `[-…-]` and what is new in `{+…+}`.
    """
    marked = _mark_differences(old, new) if len(old) + len(new) > _SHORT_LENGTH else None
    if marked is None:
        return f"was `{old}`{types[0]} and is `{new}`{types[1]}"
    retyped = f", and was{types[0]} and is{types[1]}" if any(types) else ""
    return f"differs where it is marked: `{marked}`{retyped}"


def _mark_differences(old: str, new: str) -> str | None:
    """The new expression with marks; None where the two have little in common."""
    old_tokens, new_tokens = _TOKEN.findall(old), _TOKEN.findall(new)
    start = _count_common(old_tokens, new_tokens)
    end = _count_common(old_tokens[start:][::-1], new_tokens[start:][::-1])
    middle = old_tokens[start : len(old_tokens) - end], new_tokens[start : len(new_tokens) - end]
    if max(map(len, middle)) > _MAX_TOKENS:
        parts, common = [_mark("".join(middle[0]), "".join(middle[1]))], start + end
    else:
        parts, common = _mark_tokens(*middle)
        common += start + end
    if common < _MIN_COMMON_SHARE * max(len(old_tokens), len(new_tokens)):
        return None
    return "".join((*old_tokens[:start], *parts, *old_tokens[len(old_tokens) - end :]))


def _mark_tokens(old: list[str], new: list[str]) -> tuple[list[str], int]:
    """What of the tokens is gone, new and in both, and how many are in both."""
    parts, common = [], 0
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        removed, added = "".join(old[old_start:old_end]), "".join(new[new_start:new_end])
        parts.append(added if tag == "equal" else _mark(removed, added))
        common += old_end - old_start if tag == "equal" else 0
    return parts, common


def _mark(removed: str, added: str) -> str:
    return (f"[-{removed}-]" if removed else "") + (f"{{+{added}+}}" if added else "")


def _count_common(first: list[str], second: list[str]) -> int:
    """How many tokens at the start are the same."""
    pairs = zip(first, second, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(first), len(second)))

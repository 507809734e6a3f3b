"""Paths with globs as Hadoop reads them: which folders they match, and what lies below."""

from __future__ import annotations

from functools import cache
import re

from msgspec import Struct

from ssbt.compiler.patterns import lazy_pattern

_GLOB = lazy_pattern(r"[*?\[{\\]")
# Parameters without a value, whose braces are not one of a glob.
_UNKNOWN = lazy_pattern(r"\$\{(\w+)\}")
_MOST_BRANCHES = 1000


class GlobProblem(Struct, frozen=True):
    """Why Hadoop refuses a glob, and where."""

    message: str
    position: int


def split_glob(path: str) -> tuple[tuple[str, ...], ...]:
    """The paths that a glob stands for with its braces expanded, each as its folders."""
    text = _UNKNOWN.sub("\ue000\\1\ue001", path)
    branches = _expand_braces(text)[:_MOST_BRANCHES]
    return tuple(tuple(branch.rstrip("/").split("/")) for branch in branches)


def split_path(path: str) -> tuple[str, ...]:
    """The folders of a path that is no glob; parameters stand in them as in `split_glob`."""
    return tuple(_UNKNOWN.sub("\ue000\\1\ue001", path).rstrip("/").split("/"))


def is_glob(text: str) -> bool:
    """Whether a path, or one folder of it, may stand for several."""
    return _GLOB.search(text) is not None


def matches_name(glob: str, name: str) -> bool:
    """Whether a glob of one folder or file matches a name."""
    return any(matches_folder(branch, name) for branch in _expand_braces(glob))


def matches_folder(glob: str, name: str) -> bool:
    """The same of a glob without braces."""
    if not is_glob(glob):
        return glob == name
    pattern = _compile(glob)
    return pattern is not None and pattern.fullmatch(name) is not None


def find_glob_problem(path: str) -> GlobProblem | None:
    """What Hadoop finds wrong with a glob; None where it reads it."""
    text = _UNKNOWN.sub(lambda match: "p" * len(match[0]), path)
    brackets: list[tuple[str, int]] = []
    position = 0
    while position < len(text):
        character = text[position]
        if character == "\\":
            if position + 1 == len(text):
                return GlobProblem("a `\\` at the end escapes nothing", position)
            position += 1
            if text[position].isalnum():
                return GlobProblem(
                    "a `\\` escapes signs alone; folders are parted by `/`", position
                )
        elif character == "{":
            brackets.append(("{", position))
        elif character == "}" and brackets:
            brackets.pop()
        elif character == "[":
            end = _end_of_set(text, position)
            if end is None:
                return GlobProblem("nothing closes the `[`", position)
            position = end
        position += 1
    return GlobProblem("nothing closes the `{`", brackets[-1][1]) if brackets else None


def _end_of_set(text: str, start: int) -> int | None:
    position = start + 1
    if text[position : position + 1] in ("!", "^"):
        position += 1
    first = position
    while position < len(text):
        if text[position] == "\\":
            position += 1
        elif text[position] == "]" and position > first:
            return position
        position += 1
    return None


def _expand_braces(text: str) -> list[str]:
    start = _find_brace(text)
    if start is None:
        return [text]
    depth, parts, begin = 0, [], start + 1
    for position in range(start, len(text)):
        character = text[position]
        if position and text[position - 1] == "\\":
            continue
        if character == "{":
            depth += 1
        elif character == "," and depth == 1:
            parts.append(text[begin:position])
            begin = position + 1
        elif character == "}":
            depth -= 1
            if depth == 0:
                parts.append(text[begin:position])
                head, tail = text[:start], text[position + 1 :]
                branches: list[str] = []
                for part in parts:
                    branches += _expand_braces(head + part + tail)[:_MOST_BRANCHES]
                return branches[:_MOST_BRANCHES]
    return [text]


def _find_brace(text: str) -> int | None:
    for match in re.finditer(r"\\.|\{", text, re.DOTALL):
        if match[0] == "{":
            return match.start()
    return None


@cache
def _compile(glob: str) -> re.Pattern[str] | None:
    text, position = "", 0
    while position < len(glob):
        character = glob[position]
        if character == "\\" and position + 1 < len(glob):
            position += 1
            text += re.escape(glob[position])
        elif character == "*":
            text += ".*"
        elif character == "?":
            text += "."
        elif character == "[" and (end := _end_of_set(glob, position)) is not None:
            inner = glob[position + 1 : end]
            negated = inner[:1] in ("!", "^") and len(inner) > 1
            inner = inner[1:] if negated else inner
            text += f"[{'^' if negated else ''}{inner.replace('[', chr(92) + '[')}]"
            position = end
        else:
            text += re.escape(character)
        position += 1
    try:
        return re.compile(text, re.DOTALL)
    except re.error:
        return None

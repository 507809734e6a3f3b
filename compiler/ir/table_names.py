"""Names of tables as Spark's SQL reads them: parts with dots between, in backticks where needed."""

from __future__ import annotations

from ssbt.compiler.patterns import lazy_pattern

# A part, and the dot or the end behind it.
_PART = lazy_pattern(r"(`(?:[^`]|``)+`|[^.`]*)(\.|\Z)")
# Whatever a parameter stands for, it is part of a name.
_PARAMETER = lazy_pattern(r"\$\{\w+\}")
_PLAIN = lazy_pattern(r"(?!\d+(?:[lsyfd]|bd|e[+-]?\d+)?\Z)[a-z0-9_]+")


def find_name_problem(text: str) -> tuple[str, str]:
    """Why Spark cannot read a name, and how it reads it; both empty where it can."""
    parts = _split_parts(text)
    if parts is None:
        return "a part of it begins or ends with a backtick, and not both", ""
    if not all(parts):
        return "a name is missing before or after a dot", ""
    quoted = [each if _is_readable(each) else f"`{each}`" for each in parts]
    if quoted == parts:
        return "", ""
    strange = next(each for each in parts if not _is_readable(each))
    return f"in SQL, `{strange}` stands in backticks", ".".join(quoted)


def _split_parts(text: str) -> list[str] | None:
    parts, place = [], 0
    while True:
        match = _PART.match(text, place)
        if match is None:
            return None
        parts.append(match[1])
        place = match.end()
        if not match[2]:
            return parts


def _is_readable(part: str) -> bool:
    name = _PARAMETER.sub("p", part).casefold()
    return part.startswith("`") or _PLAIN.fullmatch(name) is not None

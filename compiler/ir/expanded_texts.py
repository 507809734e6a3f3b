"""Spark SQL text with what its columns are in their place."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
import re

from msgspec import Struct

from ssbt.compiler.ir.expressions import ParameterText, Text, render_text
from ssbt.compiler.ir.lambdas import without_names
from ssbt.compiler.patterns import lazy_pattern

# Strings, variables of lambdas and their fields, names with their dots, and what is left.
_TOKEN = lazy_pattern(
    r"""'(?:[^'\\]|\\.)*' | "(?:[^"\\]|\\.)*" | @\d+(?:\.(?:`(?:[^`]|``)*`|[^\W\d]\w*))*
    | (?P<path>(?:`(?:[^`]|``)*`|[^\W\d]\w*)(?:\.(?:`(?:[^`]|``)*`|[^\W\d]\w*))*)(?P<call>\s*\()?
    | .""",
    re.VERBOSE | re.DOTALL,
)
_PART = lazy_pattern(r"`((?:[^`]|``)*)`|([^.`]+)")
_PLAIN = lazy_pattern(r"[\w.`]+")
MAX_LENGTH = 160
# The name of what stands for all columns of an open relation that are not known.
UNKNOWN_COLUMNS = ""

# What names stand for: a name, or a qualifier and a name, all in lower case.
TextsByName = Mapping[tuple[str, ...], Text]


class LengthLimit(Struct, frozen=True):
    """How long a text may grow, and whether it is then left as it was written."""

    longest: int = MAX_LENGTH
    keeps_original: bool = False


def expand_text(text: Text, names: TextsByName, limit: LengthLimit) -> Text:
    """Spark SQL text with what its columns are in their place, as far as it may grow."""
    original = text
    parts: list[str | ParameterText] = []
    text = without_names(text)
    for index, part in enumerate(text):
        if isinstance(part, str):
            # A parameter beside the part may be an operand of an operator in it.
            left_context = "(" if index == 0 else ""
            right_context = ")" if index == len(text) - 1 else ""
            for match in _TOKEN.finditer(part):
                parts += _replace_token(match, names, left_context, right_context)
        else:
            parts.append(part)
    return _shorten(tuple(parts), original, limit)


def _replace_token(
    match: re.Match[str], names: TextsByName, left_context: str, right_context: str
) -> Text:
    if match["path"] is None:
        return (match[0],)
    if match["call"]:
        return (match[0].lower(),)
    path = tuple((a.replace("``", "`") or b).casefold() for a, b in _PART.findall(match["path"]))
    for length in (2, 1):
        definition = names.get(path[:length])
        if definition is not None and len(path) >= length:
            rest = "".join(f".{part}" for part in path[length:])
            if len(definition) == 1 and _PLAIN.fullmatch(str(definition[0])):
                return (f"{definition[0]}{rest}",)
            if not rest and _is_whole_argument(match, left_context, right_context):
                return definition
            return ("(", *definition, f"){rest}")
    dataset = names.get((path[0], UNKNOWN_COLUMNS)) if len(path) > 1 else None
    if dataset is not None:
        return (*dataset, ".".join(a or b for a, b in _PART.findall(match["path"])[1:]))
    return (match[0],)


def _is_whole_argument(match: re.Match[str], left_context: str, right_context: str) -> bool:
    """Whether what is there is a whole argument, so that it needs no parentheses."""
    preceding = (left_context + match.string[: match.start()]).rstrip()[-1:]
    following = (match.string[match.end() :] + right_context).lstrip()[:1]
    return preceding in ("(", ",") and following in (")", ",")


def _shorten(text: Text, original: Text, limit: LengthLimit) -> Text:
    """Text of a bounded length; joined where it can be."""
    joined: list[str | ParameterText] = []
    for part in text:
        if joined and isinstance(part, str) and isinstance(joined[-1], str):
            joined[-1] += part
        else:
            joined.append(part)
    whole = render_text(tuple(joined))
    if len(whole) <= limit.longest:
        return tuple(joined)
    if limit.keeps_original:
        return original
    # What is cut still differs where the whole would.
    cut = whole[: limit.longest // 2]
    return (f"{cut}… {sha256(whole.encode()).hexdigest()[:12]}",)

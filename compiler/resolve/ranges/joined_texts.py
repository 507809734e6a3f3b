"""Texts that are joined, and cut at a delimiter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
import re
from typing import TYPE_CHECKING

from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.resolve.ranges.texts import build_range, find_number, is_plain
from ssbt.compiler.resolve.traps.expression_view import function_name
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.ranges.model import Form, ValueRange

if TYPE_CHECKING:
    from ssbt.compiler.resolve.ranges.range_finder import FindRange, RangeFinder

_ANY = "(?s:.*)"
_PIECES, _GAPS, _LONGEST = 30, 3, 2000


def find_concatenation(
    finder: RangeFinder, parts: Sequence[e.Expression], node: e.Expression
) -> ValueRange | None:
    """The constants in the order in which they are joined, with anything between."""
    if not is_plain(finder, node) or len(parts) > _PIECES:
        return None
    pieces: list[str] = []
    fewest = 0
    for part in parts:
        text = finder.view.text(part)
        form = _find_piece(finder, part) if text is None else None
        if text is not None:
            pieces.append(re.escape(text))
            fewest += len(text)
        elif form is not None:
            pieces.append(f"(?:{form.pattern.pattern})")
            fewest += form.lengths[0] if form.lengths is not None else 0
        elif pieces[-1:] != [_ANY]:
            pieces.append(_ANY)
    if pieces == [_ANY] or pieces.count(_ANY) > _GAPS or sum(map(len, pieces)) > _LONGEST:
        return None
    constants = [text for part in parts if (text := finder.view.text(part))]
    shown = f"'{constants[0]}'" if constants else "its parts"
    reason = f"the text that is joined here contains {shown}"
    return build_range(Form(lazy_pattern("".join(pieces)), reason, lengths=(fewest, None)))


def _find_piece(finder: RangeFinder, part: e.Expression) -> Form | None:
    """The form of a part, if it can be said of a part alone."""
    range_ = finder.find_range(part)
    if range_ is None or len(range_.forms) != 1:
        return None
    form = range_.forms[0]
    looks_around = "(?!" in form.pattern.pattern or "(?<!" in form.pattern.pattern
    return None if looks_around or form.pattern.flags & re.IGNORECASE else form


def _concat(finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]) -> ValueRange | None:
    return find_concatenation(finder, parts, node)


def _without(finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]) -> ValueRange | None:
    """`split_part(s, '-', 1)` has no hyphen in it; nor has what `replace` has taken out."""
    name = function_name(node)
    if len(parts) not in (2, 3) or not is_plain(finder, node):
        return None
    delimiter = finder.view.text(parts[1]) or ""
    if name == "substring_index" and abs(find_number(parts[2], finder) or 0) != 1:
        return None
    if name == "replace":
        replacement = finder.view.text(parts[2]) if len(parts) == 3 else ""
        if len(delimiter) != 1 or replacement is None or delimiter in replacement:
            return None
    if not delimiter:
        return None
    pattern = lazy_pattern(f"(?s:(?!.*{re.escape(delimiter)}).*)")
    alphabet = lazy_pattern(f"(?s:[^{re.escape(delimiter)}])") if len(delimiter) == 1 else None
    reason = f"what `{name}` gives has no '{delimiter}' in it here"
    return build_range(Form(pattern, reason, None, alphabet))


RANGES: Mapping[str, FindRange] = {
    "concat": _concat,
    **dict.fromkeys(("split_part", "substring_index", "replace"), _without),
}

"""Long text as several literals, which Python joins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
import re

from ssbt.compiler.emit.characters import width
from ssbt.compiler.patterns import lazy_pattern

# What must stay together: an escape, a doubled brace, a placeholder; else one character.
_ESCAPE = r"\\(?:x..|u....|U........|.)"
_UNIT = lazy_pattern(rf"{_ESCAPE}|.")
_F_UNIT = lazy_pattern(rf"{_ESCAPE}|\{{\{{|\}}\}}|\{{[^{{}}]*\}}|.")
_UNITS = {"": _UNIT, "f": _F_UNIT, "r": lazy_pattern(".")}

# Where text may be cut: before the words at which one begins a new line of SQL, after a comma,
# and, as a last resort, after any other space.
_CUT = lazy_pattern(
    r"""(?P<clause>)\ (?=(?:and|or|when|else|end|from|where|join|on|group\ by|order\ by|having
        |union|left|right|full|cross|over)\b)
    | ,\ (?P<item>) | \ (?P<word>)""",
    re.VERBOSE | re.IGNORECASE,
)
_RANKS = {"clause": 0, "item": 1, "word": 2}
_Cut = tuple[int, tuple[bool, int, int]]


def split_literal(literal: str, room: int) -> list[str]:
    """Literals that together are worth `literal`, each at most `room` wide where it can be.

    A literal is cut after its line ends, and between words. What holds no space stays long.
    """
    prefix = literal[0] if literal[0] in _UNITS else ""
    quote = literal[len(prefix)]
    units = split_units(literal[len(prefix) + 1 : -1], prefix)
    inner_room = room - len(prefix) - 2 * len(quote)
    pieces = [piece for line in _split_lines(units) for piece in _cut_line(line, inner_room)]
    if prefix == "r":
        return [_raw_literal("".join(piece), quote) for piece in pieces]
    return [join_units(piece, is_f=bool(prefix), quote=quote) for piece in pieces]


def _raw_literal(text: str, quote: str) -> str:
    """A raw literal; a plain one where it has no backslash, or one at its end, which none may."""
    if text.endswith("\\"):
        return quote + text.replace("\\", "\\\\") + quote
    return f"{'r' if chr(92) in text else ''}{quote}{text}{quote}"


def _split_lines(units: Sequence[str]) -> Iterator[list[str]]:
    line: list[str] = []
    for unit in units:
        line.append(unit)
        if unit == "\\n":
            yield line
            line = []
    if line:
        yield line


def _cut_line(units: list[str], room: int) -> Iterator[list[str]]:
    """Parts of `units`, cut at the best places that leave no part too wide or too short."""
    cuts = list(_find_cuts(units))
    widths = [0, *accumulate(map(width, units))]
    start = first = 0
    while widths[-1] - widths[start] > room and first < len(cuts):
        last = first
        while last < len(cuts) and widths[cuts[last][0]] - widths[start] <= room:
            last += 1
        fitting = cuts[first:last]
        full = [cut for cut in fitting if (widths[cut[0]] - widths[start]) * 3 >= room]
        best = full or fitting or cuts[first : first + 1]
        end = min(best, key=lambda cut: (cut[1], -cut[0]))[0]
        yield units[start:end]
        start = end
        while first < len(cuts) and cuts[first][0] <= start:
            first += 1
    yield units[start:]


def _find_cuts(units: Sequence[str]) -> Iterator[_Cut]:
    """Places to cut with their rank, the best being least; a word within quotes is the worst."""
    # One character stands for each unit, so that places in the text are places among the units.
    text = "".join(unit[-1] if unit in ("\\'", '\\"') or len(unit) == 1 else "?" for unit in units)
    depths = _compute_depths(text)
    ranges = _find_range_ends(text, depths)
    for match in _CUT.finditer(text):
        assert match.lastgroup
        position = match.end(match.lastgroup)
        if 0 < position < len(text):
            depth = depths[position]
            cut_kind = "word" if depth < 0 or position in ranges else match.lastgroup
            yield position, (cut_kind == "word", abs(depth), _RANKS[cut_kind])


def _find_range_ends(text: str, depths: Sequence[int]) -> set[int]:
    """Where an `and` stands that belongs to a `between`."""
    ends: set[int] = set()
    open_ranges: dict[int, int] = {}
    for match in re.finditer(r"\bbetween\b| (?=and\b)", text, re.IGNORECASE):
        depth = depths[match.start()]
        if match[0] != " ":
            open_ranges[depth] = open_ranges.get(depth, 0) + 1
        elif open_ranges.get(depth):
            open_ranges[depth] -= 1
            ends.add(match.start())
    return ends


def _compute_depths(text: str) -> list[int]:
    """How deep in parentheses each character stands; below zero within quotes."""
    depths, depth, quote = [], 0, ""
    for char in text:
        if quote:
            quote = "" if char == quote else quote
        elif char in "'`\"":
            quote = char
        else:
            depth = max(0, depth + (char in "([") - (char in ")]"))
        depths.append(-1 - depth if quote else depth)
    return depths


def split_units(text: str, prefix: str) -> list[str]:
    """What must stay together in the text of a literal with this prefix."""
    return _UNITS[prefix].findall(text)


def join_units(units: Sequence[str], *, is_f: bool, quote: str) -> str:
    """A literal of its own, which may need neither the `f` nor the quotes of the whole."""
    needs_f = is_f and any(unit[0] == "{" and unit != "{{" for unit in units)
    if is_f and not needs_f:
        units = [unit[0] if unit in ("{{", "}}") else unit for unit in units]
    plain = [unit[-1] if unit in ("\\'", '\\"') else unit for unit in units]
    best = "'" if plain.count("'") < plain.count('"') else '"'
    body = "".join("\\" + unit if unit == best else unit for unit in plain)
    return f"{'f' if needs_f else ''}{best}{body}{best}"

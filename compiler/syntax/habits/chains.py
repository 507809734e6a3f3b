"""Methods of what a call, a subscript or a text gives: `upper(status).strip()`.

Where a column's name stands before the dot it is a call for the grammar, whose name has dots: see
`resolve/expressions/foreign_calls.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
import re

from msgspec import Struct

from ssbt.compiler.diagnostics.codes import syntax as codes
from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.syntax.error_context import SyntaxErrorContext
from ssbt.compiler.syntax.foreign.methods import (
    MODULES,
    advise_method,
    convert_method,
    is_atom,
    rename_method,
)
from ssbt.compiler.syntax.habits.brackets import (
    STRING,
    find_closing,
    find_operand,
    split_arguments,
)
from ssbt.compiler.syntax.habits.interpolation import convert_format
from ssbt.compiler.types.functions import find_function

_LINK = lazy_pattern(r"\s*\.\s*([^\W\d]\w*)\s*(?=\()")
_COLUMN = lazy_pattern(r"(?:(?:\w+\.)?col\(\s*)?(?:'(\w+)'|\"(\w+)\")\s*\)?|(\w+)")
_SORTED = lazy_pattern(r"(.+?)\.(asc|desc)\(\)|(?:\w+\.)?(asc|desc)\((.+)\)")
_WINDOW = lazy_pattern(r"(?:\w+\.)?Window\b")
_WHEN = lazy_pattern(r"(?:\w+\.)?when")
_OPERATORS = tuple("&|^+-*/%<>=")
_BOUND = lazy_pattern(
    r"(?:\w+\.)?Window\.(unbounded)?(preceding|following|currentRow)", re.IGNORECASE
)
# How far from the trouble a chain may begin or end.
_MAXIMUM_DISTANCE = 400


class Link(Struct, frozen=True):
    """A method, and its arguments as they are written."""

    method: str
    arguments: tuple[str, ...]


def check_chain(context: SyntaxErrorContext) -> Diagnostic | None:
    """A method of what is no name, in whose chain the parser stumbled."""
    if context.start != "step":
        return None
    piece = context.piece
    begin = max(0, context.offset - _MAXIMUM_DISTANCE)
    for match in _LINK.finditer(piece, begin, context.offset + _MAXIMUM_DISTANCE):
        start = find_operand(piece, match.start())
        if start is None:
            continue
        links, end = read_links(piece, match.start())
        base_end = match.start()
        if links and piece[start:base_end].casefold() in MODULES:
            # `F.sum("amount")` is one call.
            base_end = (find_closing(piece, match.end()) or base_end) + 1
            links = links[1:]
        if not links or not start <= context.offset <= end:
            continue
        base = piece[start:base_end]
        if not piece[:start].strip():
            return _diagnose_grouping(context, start, end, base, links)
        return _diagnose_chain(context, start, end, base, links)
    return None


def _diagnose_grouping(
    context: SyntaxErrorContext, start: int, end: int, base: str, links: Sequence[Link]
) -> Diagnostic | None:
    """`groupBy("shop").agg(sum("amount").alias("total"))`, a step."""
    opening = base.find("(")
    if len(links) != 1 or links[0].method.casefold() != "agg" or opening < 0:
        return None
    if base[:opening].casefold() not in ("groupby", "group_by"):
        return None
    keys = [convert_sort_key(key) for key in split_arguments(base[opening + 1 : -1])]
    items = [fold_item(item) for item in links[0].arguments]
    text = f"aggregate {', '.join(filter(None, items))} group by {', '.join(filter(None, keys))}"
    fix = (start, end - start, text)
    message, help_ = "groups are made by the step `aggregate`", f"write `|> {text}`"
    if None in keys or None in items or not keys or not context.is_fixed_by(fix):
        return None
    length = end - start
    code = codes.UNEXPECTED_TOKEN
    return context.diagnose(code, message, help_, offset=start, length=length, fix=fix)


def fold_item(text: str) -> str | None:
    """An item of `agg`, with its name after `as`."""
    match = _LINK.search(text)
    if match is not None and text[: match.start()].casefold() in MODULES:
        match = _LINK.search(text, match.end())
    if match is None:
        return None
    links, end = read_links(text, match.start())
    folded, failed = fold_chain(text[: match.start()], links)
    return folded if failed is None and end == len(text) else None


def _diagnose_chain(
    context: SyntaxErrorContext, start: int, end: int, base: str, links: Sequence[Link]
) -> Diagnostic | None:
    is_name = re.fullmatch(r"[\w.`]+", base) is not None
    if is_name and len(links) == 1 and "[" not in "".join(links[0].arguments):
        return None
    text, failed = fold_chain(base, links)
    code = codes.UNEXPECTED_TOKEN
    message = f"`.{(failed or links[0]).method}(…)` is not expected here"
    length = end - start
    if failed is not None:
        return context.diagnose(code, message, _advise(text, failed), offset=start, length=length)
    help_ = f"write `{text}`"
    if context.piece[:start].endswith("~"):
        start, length, text = start - 1, length + 1, negate(text)
        help_ = f"write `{text}`"
    before, behind = context.piece[:start].rstrip()[-1:], context.piece[end:].lstrip()[:1]
    if not is_atom(text) and (before in _OPERATORS or behind in _OPERATORS):
        text = f"({text})"
    fix = (start, length, text)
    # Other mistakes may follow; what is one operand is right in any case, and a name comes last.
    if not context.is_fixed_by(fix) and not is_atom(text):
        if re.search(r"\sas\s+\w+$", text):
            return context.diagnose(code, message, help_, offset=start, length=length)
        fix = (start, length, text if text.startswith("(") else f"({text})")
    return context.diagnose(code, message, help_, offset=start, length=length, fix=fix)


def _advise(text: str, link: Link) -> str:
    name = rename_method(link.method)
    advice = advise_method(text, link.method)
    if advice is not None:
        return advice
    if find_function(name) is None:
        return f"functions are no methods, and Spark has no function `{name}`"
    return f"functions are no methods: `{name}({text}{', …' if link.arguments else ''})`"


def negate(text: str) -> str:
    """The condition turned round."""
    for sign, negated in ((" in (", " not in ("), (" is null", " is not null")):
        if sign in text and text.count(sign) == 1:
            return text.replace(sign, negated)
    return f"not {text}" if is_atom(text) else f"not ({text})"


def fold_chain(base: str, links: Sequence[Link]) -> tuple[str, Link | None]:
    """The chain as an expression; or as far as it goes, and the link that is not known."""
    text = base.strip()
    opening = text.find("(")
    if opening > 0 and _WHEN.fullmatch(text[:opening]):
        first = Link("when", split_arguments(text[opening + 1 : -1]))
        return _fold_branches(text, [first, *links])
    for link in links:
        converted = _convert_link(text, link)
        if converted is None:
            return text, link
        text = converted
    return text, None


def _convert_link(text: str, link: Link) -> str | None:
    name = link.method.casefold()
    if name == "format" and STRING.fullmatch(text):
        return convert_format(text, link.arguments)
    if name == "over":
        window = _convert_window(link.arguments)
        return f"{text} over ({window})" if window is not None else None
    if name in ("alias", "name", "as") and len(link.arguments) == 1:
        match = _COLUMN.fullmatch(link.arguments[0])
        return f"{text} as {match[1] or match[2] or match[3]}" if match else None
    receiver = text if is_atom(text) or text.endswith(")") else f"({text})"
    return convert_method(receiver, link.method, link.arguments)


def _fold_branches(text: str, links: Sequence[Link]) -> tuple[str, Link | None]:
    """`when(a, b).when(c, d).otherwise(f)`, and `when(a).then(b).otherwise(c)`."""
    parts: list[str] = []
    for link in links:
        name, arguments = link.method.casefold(), link.arguments
        if name == "when" and len(arguments) == 2:
            parts.append(f"when {arguments[0]} then {arguments[1]}")
        elif name in ("when", "then") and len(arguments) == 1:
            parts.append(f"{name} {arguments[0]}")
        elif name == "otherwise" and len(arguments) == 1 and parts:
            parts.append(f"else {arguments[0]}")
        elif name in ("alias", "name") and arguments and (m := _COLUMN.fullmatch(arguments[0])):
            return f"case {' '.join(parts)} end as {m[1] or m[2] or m[3]}", None
        else:
            return text, link
    return f"case {' '.join(parts)} end", None


def _convert_window(arguments: Sequence[str]) -> str | None:
    """`Window.partitionBy("a").orderBy("b")` as it follows `over`."""
    if not arguments:
        return ""
    if all(argument[:1] in "'\"" for argument in arguments):
        # polars names the keys alone.
        keys = [convert_sort_key(argument) for argument in arguments]
        return f"partition by {', '.join(filter(None, keys))}" if all(keys) else None
    match = _WINDOW.match(arguments[0])
    if match is None or len(arguments) > 1:
        return None
    links, end = read_links(arguments[0], match.end())
    if end != len(arguments[0].rstrip()):
        return None
    parts: list[str] = []
    for link in links:
        if link.method.casefold() in ("rowsbetween", "rangebetween"):
            bounds = list(map(_convert_bound, link.arguments))
            if len(bounds) != 2 or None in bounds:
                return None
            unit = link.method[: -len("between")].casefold()
            parts.append(f"{unit} between {bounds[0]} and {bounds[1]}")
            continue
        columns = [convert_sort_key(argument) for argument in link.arguments]
        word = {"partitionby": "partition by", "orderby": "order by"}.get(link.method.casefold())
        if word is None or None in columns:
            return None
        parts.append(f"{word} {', '.join(filter(None, columns))}")
    # The keys stand first, and the frame last.
    order = ("partition", "order", "rows", "range")
    return " ".join(sorted(parts, key=lambda part: order.index(part.split()[0])))


def _convert_bound(text: str) -> str | None:
    """An end of a frame: `-2`, `Window.currentRow`."""
    if re.fullmatch(r"-?\d+", text):
        offset = int(text)
        side = "preceding" if offset < 0 else "following"
        return f"{abs(offset)} {side}" if offset else "current row"
    match = _BOUND.fullmatch(text)
    if match is None:
        return None
    word = match[2].casefold()
    return "current row" if word == "currentrow" else f"unbounded {word}"


def convert_sort_key(text: str) -> str | None:
    """`"amount"`, `col("amount").desc()` and `desc("amount")` as keys of `order by`."""
    if match := _SORTED.fullmatch(text):
        column = convert_sort_key(match[1] or match[4])
        return f"{column} {match[2] or match[3]}" if column else None
    column_match = _COLUMN.fullmatch(text)
    return column_match[1] or column_match[2] or column_match[3] if column_match else None


def read_links(text: str, at: int) -> tuple[list[Link], int]:
    """The methods that follow each other from there on, and where they end."""
    links: list[Link] = []
    while match := _LINK.match(text, at):
        end = find_closing(text, match.end())
        if end is None:
            break
        links.append(Link(match[1], split_arguments(text[match.end() + 1 : end])))
        at = end + 1
    return links, at

"""A whole query of SQL in the order in which its clauses are computed."""

from __future__ import annotations

from collections.abc import Sequence
import re

from msgspec import Struct

from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.syntax.habits.brackets import split_arguments
from ssbt.compiler.types.functions import FunctionKind, find_function

# A query of SQL over one dataset, with its clauses.
SELECT = (
    r"^(?:let\s+(?P<name>\w+)\s*=|create\s+(?:or\s+replace\s+)?(?:\w+\s+)?(?:view|table)"
    r"\s+(?P<view>\w+)\s+as)\s*select\s+(?P<items>.+?)\s+from\s+(?P<from>\w+)"
    r"(?:\s+where\s+(?P<where>.+?))?(?:\s+group\s+by\s+(?P<group>.+?))?"
    r"(?:\s+having\s+(?P<having>.+?))?(?:\s+order\s+by\s+(?P<order>.+?))?"
    r"(?:\s+limit\s+(?P<limit>\d+))?\s*;?\s*$"
)
_ITEM = lazy_pattern(r"(.+?)(?:\s+as\s+|\s+(?!end\b|null\b))(`[^`]+`|[^\W\d]\w*)", re.DOTALL | re.I)
_CALL = lazy_pattern(r"\b([a-z_]\w*)\s*\(", re.IGNORECASE)


class Item(Struct, frozen=True):
    """What is selected: `expression as name`, or without a name."""

    expression: str
    name: str

    @property
    def text(self) -> str:
        """The item as it is written here."""
        return f"{self.expression} as {self.name}" if self.name else self.expression

    @property
    def is_aggregate(self) -> bool:
        """Whether one row of it stands for many."""
        return _has_aggregate(self.expression)


def convert_query(match: re.Match[str]) -> str | None:
    """The query as steps; None where its clauses say more than they can."""
    clauses = match.groupdict()
    items = [_read_item(text) for text in split_arguments(clauses["items"])]
    lines = [f"let {clauses['name'] or clauses['view']} =", f"  from {clauses['from']}"]
    lines += [f"  |> where {clauses['where']}"] if clauses["where"] else []
    if clauses["group"]:
        grouped = _group(split_arguments(clauses["group"]), items)
        if grouped is None:
            return None
        lines += grouped
    elif all(item.is_aggregate for item in items):
        lines.append(f"  |> aggregate {', '.join(item.text for item in items)}")
    elif clauses["items"].strip() != "*":
        lines.append(f"  |> select {', '.join(item.text for item in items)}")
    for clause, step in (("having", "where"), ("order", "order by")):
        text = _name_aggregates(clauses[clause] or "", items)
        if _has_aggregate(text) or (clause == "order" and re.search(r"(?:^|,)\s*\d", text)):
            return None
        lines += [f"  |> {step} {text}"] if text else []
    lines += [f"  |> limit {clauses['limit']}"] if clauses["limit"] else []
    return "\n".join(lines)


def _read_item(text: str) -> Item:
    match = _ITEM.fullmatch(text.strip())
    is_named = match is not None and match[1].count("(") == match[1].count(")")
    return Item(match[1].strip(), match[2]) if match and is_named else Item(text.strip(), "")


def _group(keys: Sequence[str], items: Sequence[Item]) -> list[str] | None:
    """The steps for keys and items; None where a key or an item is neither."""
    key_items: list[Item] = []
    for key in keys:
        places = [items[int(key) - 1]] if key.isdigit() and 0 < int(key) <= len(items) else []
        matches = places or [item for item in items if key in (item.expression, item.name)]
        key_items.append(matches[0] if matches else Item(key, ""))
    aggregates = [item for item in items if item not in key_items]
    if not all(item.is_aggregate for item in aggregates) or not aggregates:
        return None
    if any(item.is_aggregate for item in key_items):
        return None
    names = ", ".join(item.text for item in aggregates)
    lines = [f"  |> aggregate {names} group by {', '.join(item.text for item in key_items)}"]
    # The keys come first, and all of them.
    if [*key_items, *aggregates] != list(items):
        lines.append(f"  |> select {', '.join(item.name or item.expression for item in items)}")
    return lines


def _name_aggregates(text: str, items: Sequence[Item]) -> str:
    """The clause with the names of the columns that its aggregates are by now."""
    for item in items:
        if item.name and item.is_aggregate:
            words = r"\s*".join(map(re.escape, re.findall(r"\w+|\S", item.expression)))
            text = re.sub(rf"(?<!\w){words}", item.name, text, flags=re.IGNORECASE)
    return text


def _has_aggregate(text: str) -> bool:
    if re.search(r"\bover\s*\(", text, re.IGNORECASE):
        return False
    functions = (find_function(name) for name in _CALL.findall(text))
    return any(each is not None and each.kind is FunctionKind.AGGREGATE for each in functions)

"""Steps of data frames in this language.

Each takes a match of a phrase, and gives nothing where more is said than the step can.
"""

from __future__ import annotations

import re

from ssbt.compiler.syntax.habits.brackets import split_arguments


def convert_percent(match: re.Match[str]) -> str:
    return f"sample {float(match.group(1)) * 100:g} percent"


def convert_select_expr(match: re.Match[str]) -> str | None:
    """`selectExpr("amount * 2 as a", "id")`."""
    items = split_arguments(match.group(1))
    if any(len(item) < 2 or item[0] not in "'\"" or item[0] != item[-1] for item in items):
        return None
    return f"select {', '.join(item[1:-1] for item in items)}"


_KINDS = {
    **dict.fromkeys(("inner",), "join"),
    **dict.fromkeys(("left", "leftouter", "left_outer"), "left join"),
    **dict.fromkeys(("right", "rightouter", "right_outer"), "right join"),
    **dict.fromkeys(("outer", "full", "fullouter", "full_outer"), "full join"),
    **dict.fromkeys(("semi", "leftsemi", "left_semi"), "semi join"),
    **dict.fromkeys(("anti", "leftanti", "left_anti"), "anti join"),
}


def convert_join(match: re.Match[str]) -> str | None:
    """`join(customers, orders.id == customers.id, "left")`, `merge(customers, on="id")`."""
    positional: list[str] = []
    named: dict[str, str] = {}
    for argument in split_arguments(match.group(1)):
        keyword = re.fullmatch(r"(on|how|left_on|right_on)\s*=(?!=)\s*(.+)", argument, re.DOTALL)
        if keyword:
            named[keyword[1]] = keyword[2]
        else:
            positional.append(argument)
    dataset, condition, kind, *more = (*positional, None, None, None)
    if not dataset:
        return None
    if "left_on" in named and "right_on" in named:
        left, right = (named[side].strip("'\"") for side in ("left_on", "right_on"))
        if not re.fullmatch(r"\w+ \w+", f"{left} {right}"):
            return None
        named["on"] = f"{left} = {dataset}.{right}"
    condition, kind = named.get("on", condition), named.get("how", kind)
    word = _KINDS.get((kind or "inner").strip("'\"").casefold())
    if any(more) or word is None or not condition:
        return None
    if not re.fullmatch(r"\w+", dataset):
        return None
    keys = re.fullmatch(r"\[?((?:\s*(['\"])\w+\2\s*,?)+)\]?", condition)
    if keys:
        names = ", ".join(re.findall(r"\w+", keys[1]))
        return f"{word} {dataset} using ({names})"
    return f"{word} {dataset} on {condition}"

"""Subqueries of SQL, and the `let` and the join that take their place."""

from __future__ import annotations

import re

from ssbt.compiler.diagnostics.codes import syntax as codes
from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.syntax.error_context import Replacement, SyntaxErrorContext

_SUBQUERY = lazy_pattern(
    r"(?:exists\s*)?\(\s*(?:select|from|with)\s+(?:[\w`.*]+\s+)?(?:from\s+)?$", re.IGNORECASE
)
_BEFORE_DATASET = lazy_pattern(
    r"\b(?:from|join|(?:union|except|intersect)(?:\s+(?:all|distinct))?)\s*$"
)
_IN = lazy_pattern(r"\b(?:in|=\s*(?:any|some))\s*$|=\s*(?:any|some)\s*$")
_QUANTIFIED = lazy_pattern(r"([<>]=?|!=|<>)\s*(any|some|all)\s*$")
_NEGATED = lazy_pattern(r"\bnot\s*(?:in\s*)?$")
# One value of one dataset, or a call of one, with a condition.
_QUERY = lazy_pattern(
    r"\(\s*select\s+(?:distinct\s+)?"
    r"(?P<item>\*|[\w.`]+|(?P<function>\w+)\s*\((?P<argument>[\w.`*]*)\))"
    r"(?:\s+as\s+\w+)?\s+from\s+(?P<dataset>\w+)(?:\s+(?:as\s+)?(?!where\b)(?P<alias>[a-z]\w*))?"
    r"(?:\s+where\s+(?P<condition>[^()|]+?))?\s*\)",
    re.IGNORECASE,
)
_KEYS = lazy_pattern(r"(?P<left>[\w.]+)\s*=\s*(?P<right>[\w.]+)")
# The whole step is this condition: `where id in`, `where not exists`.
_STEP = lazy_pattern(r"\s*where\s+(?:(?P<value>[\w.`]+)\s+in|(?P<not>not\s+)?)\s*$", re.IGNORECASE)
_EXISTS = lazy_pattern(r"exists\s*", re.IGNORECASE)


def check_subquery(context: SyntaxErrorContext) -> Diagnostic | None:
    """A query inside an expression, at the word after its `select`."""
    base = max(0, context.offset - 200)
    match = _SUBQUERY.search(context.piece[base : context.offset])
    if match is None:
        return None
    at = base + match.start()
    preceding = context.piece[max(0, at - 80) : at].lower()
    if _BEFORE_DATASET.search(preceding):
        return None
    exists = _EXISTS.match(context.piece, at)
    query = _QUERY.match(context.piece, exists.end() if exists else at)
    join = _suggest_join(preceding, exists=exists is not None)
    help_: tuple[str, ...] = (f"give the query a name with `let`, and {join}",)
    fix: Replacement | tuple[()] = ()
    if query is not None:
        is_member = exists is not None or _IN.search(preceding) is not None
        fix = _replace_step(context, at, query) if is_member else ()
        help_ = _spell_join(fix) or (() if is_member else _spell_scalar(query)) or help_
    return context.diagnose(
        codes.SUBQUERY,
        "an expression holds no subquery",
        *help_,
        offset=at,
        length=context.offset - at,
        fix=fix,
    )


def _suggest_join(preceding: str, *, exists: bool) -> str:
    """How the query joins in place of what is before it."""
    if exists or _IN.search(preceding):
        join_kind = "anti" if _NEGATED.search(preceding) else "semi"
        return f"join it: `|> {join_kind} join NAME on …`"
    quantified = _QUANTIFIED.search(preceding)
    if quantified is not None and quantified[1] not in ("!=", "<>"):
        is_greatest = (quantified[1][0] == ">") == (quantified[2] == "all")
        function = "max" if is_greatest else "min"
        return (
            f"compare with its `{function}(…)`: `|> aggregate …` there, `|> cross join NAME` here"
        )
    if quantified is not None and quantified[2] == "all":
        return "join it: `|> anti join NAME on …`"
    return "join its one row: `|> cross join NAME`"


def _replace_step(
    context: SyntaxErrorContext, at: int, query: re.Match[str]
) -> Replacement | tuple[()]:
    """`where id in (select id from other)` and `where exists (…)`, if that is the whole step."""
    step = _STEP.fullmatch(context.piece, 0, at)
    if step is None or context.start != "step" or context.piece[query.end() :].strip():
        return ()
    dataset, alias = query["dataset"], query["alias"]
    name = f"{dataset} as {alias}" if alias else dataset
    if step["value"] is not None:
        column = query["item"].rpartition(".")[2]
        if query["condition"] or query["function"] or column == "*":
            return ()
        text = f"semi join {name} {_match_keys(step['value'], alias or dataset, column)}"
    else:
        condition = query["condition"]
        # A name without its dataset could be one of either side.
        if condition is None or query["function"]:
            return ()
        kind = "anti" if step["not"] else "semi"
        text = f"{kind} join {name} on {condition}"
    start = len(context.piece) - len(context.piece.lstrip())
    replacement = (start, query.end() - start, text)
    return replacement if context.is_fixed_by(replacement) else ()


def _spell_join(fix: Replacement | tuple[()]) -> tuple[str, ...]:
    return (f"rows that have a partner are kept by a join: `|> {fix[2]}`",) if fix else ()


def _spell_scalar(query: re.Match[str]) -> tuple[str, ...]:
    """One value: the `let` that computes it, and the join that brings it to each row."""
    function, dataset = query["function"], query["dataset"]
    if function is None:
        return ()
    column = query["argument"].rpartition(".")[2].strip("`*")
    value = f"{function.lower()}_{column}" if column else "number_of_rows"
    name = f"{dataset}_{value}"
    alias = query["alias"]
    argument = query["argument"].removeprefix(f"{alias}.") if alias else query["argument"]
    steps, join = f"from {dataset} |> aggregate {function}({argument}) as {value}", "cross join"
    condition = query["condition"]
    if condition is not None:
        keys = _correlated_keys(condition, (alias or dataset).casefold())
        if keys is None and "." in condition:
            return ()
        if keys is None:
            steps = steps.replace("|>", f"|> where {condition} |>")
        else:
            inner, outer = keys
            steps += f" group by {inner}"
            join = f"left join {name} {_match_keys(outer, name, inner)}"
    if join == "cross join":
        join += f" {name}"
    used = value
    if function.casefold() == "count" and not join.startswith("cross"):
        used = f"coalesce({value}, 0)"
    return (
        f"above this query, compute the value: `let {name} = {steps}`",
        f"here, bring it to each row, and use `{used}`: `|> {join}`",
    )


def _match_keys(value: str, dataset: str, column: str) -> str:
    """The keys of a join; a name that both sides have is matched by `using`."""
    if value.casefold() == column.casefold():
        return f"using ({column})"
    return f"on {value} = {dataset}.{column}"


def _correlated_keys(condition: str, alias: str) -> tuple[str, str] | None:
    """The key of the subquery and that of the row, where they are everything that it compares."""
    match = _KEYS.fullmatch(condition)
    if match is None:
        return None
    sides = match["left"], match["right"]
    inner = [side for side in sides if side.casefold().startswith(f"{alias}.")]
    outer = [side for side in sides if side not in inner]
    if len(inner) != 1 or len(outer) != 1:
        return None
    return inner[0].rpartition(".")[2], outer[0]

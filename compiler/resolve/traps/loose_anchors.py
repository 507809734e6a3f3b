"""Regular expressions whose `^` and `$` belong to one alternative only."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    function_name,
    operands,
    quote,
    without_parentheses,
)
from ssbt.compiler.syntax.ast import expressions as e

LOOSE_ANCHOR = Code(
    "SSBT0491",
    "An anchor that applies to one alternative only",
    r"""
`|` separates everything to its left from everything to its right: in `^a|b$`, `^` belongs to the
first alternative only, and `$` to the last.

| in Spark 4.1 | gives |
|---|---|
| `'apple' rlike '^a\|b$'` | `true` |
| `'club' rlike '^a\|b$'` | `true` |
| `'club' rlike '^(?:a\|b)$'` | `false` |
| `'b' rlike '^(?:a\|b)$'` | `true` |

There is no warning if an alternative has both ends, as in `^a$|b`, or if all have anchors, because
you evidently know the rule. `^\s+|\s+$`, which looks for the same at both ends, is fine, too.
""",
    wrong=example(steps="|> where status rlike '^PAID|OPEN$'"),
    right=example(steps="|> where status rlike '^(?:PAID|OPEN)$'"),
    severity=Severity.WARNING,
)

TAKES = (e.Call, e.Like)
_FINDING = ("regexp_like", "rlike", "regexp")
_PIECES = lazy_pattern(r"\\Q.*?(?:\\E|\Z)|\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[()|]|[^\\\[()|]+|.", 16)
_FLAGS = lazy_pattern(r"\(\?[a-z]+\)")


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    match node:
        case e.Like(operator="rlike" | "regexp", patterns=patterns):
            parts = list(patterns)
        case e.Call() if function_name(node) in _FINDING and len(operands(node)) == 2:
            parts = [operands(node)[1]]
        case _:
            return
    for part in parts:
        pattern = view.text(part)
        if pattern is not None:
            yield from _check_pattern(part, pattern)


def _check_pattern(part: e.Expression, pattern: str) -> Iterator[Diagnostic]:
    flags = _FLAGS.match(pattern)
    prefix = flags[0] if flags else ""
    branches = _split_branches(pattern[len(prefix) :])
    if len(branches) < 2:
        return
    first, last = branches[0], branches[-1]
    begins = [each.startswith("^") for each in branches]
    ends = [_ends_with_anchor(each) for each in branches]
    is_first_alone = begins[0] and not ends[0] and sum(begins) == 1
    is_last_alone = ends[-1] and not begins[-1] and sum(ends) == 1
    is_at_both_ends = len(branches) == 2 and first[1:] == last[:-1]
    if not (is_first_alone or is_last_alone) or is_at_both_ends:
        return
    if any(start and end for start, end in zip(begins, ends, strict=True)):
        return
    anchor = "^" if is_first_alone else "$"
    branch = first if is_first_alone else last
    message = f"`{anchor}` is part of `{branch}` alone, not of the other alternatives"
    bare = [first[1:] if is_first_alone else first, *branches[1:]]
    bare[-1] = bare[-1][:-1] if is_last_alone else bare[-1]
    start, end = "^" if is_first_alone else "", "$" if is_last_alone else ""
    correction = f"{prefix}{start}(?:{'|'.join(bare)}){end}"
    is_raw = "\\" in correction and "'" not in correction and correction.isprintable()
    literal = f"r'{correction}'" if is_raw else quote(correction)
    help_ = (f"for all of them write {literal}",)
    is_literal = isinstance(without_parentheses(part), e.StringLiteral)
    fix = (Edit(part.span, literal),) if is_literal else ()
    yield Diagnostic(LOOSE_ANCHOR, message, Label(part.span), (), help_, fix)


def _ends_with_anchor(branch: str) -> bool:
    return branch.endswith("$") and not branch.endswith(r"\$")


def _split_branches(pattern: str) -> list[str]:
    """The alternatives that stand in no group."""
    branches, depth = [""], 0
    for piece in _PIECES.finditer(pattern):
        text = piece[0]
        depth += (text == "(") - (text == ")")
        if text == "|" and depth == 0:
            branches.append("")
        else:
            branches[-1] += text
    return branches

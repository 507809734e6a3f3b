"""What people write around steps who come from other languages, and the way out."""

from __future__ import annotations

import re

from ssbt.compiler.diagnostics.codes import syntax as codes
from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.diagnostics.suggestions import did_you_mean, is_slip
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.syntax.error_context import Replacement, SyntaxErrorContext
from ssbt.compiler.syntax.vocabulary import NON_STEPS, OTHER_STEPS, STEP_FORMS
from ssbt.grammar.words import JOINS, STEPS

_FIRST_WORDS = frozenset(step.split()[0] for step in STEPS)
_JOIN_WORDS = frozenset(step.split()[0] for step in JOINS) - {"join"}
_STEP = lazy_pattern(r"(?:\s|#[^\r\n]*[\r\n])*([^\W\d]\w*)\s*(\()?")
_SELECT_FROM = lazy_pattern(r"\s*select\s[^|]+?(\sfrom\s+(\w+))\s*$", re.IGNORECASE)
_READ = lazy_pattern(r"\bfrom\s+(\w+)", re.IGNORECASE)


def check_unknown_step(context: SyntaxErrorContext) -> Diagnostic | None:
    """A word after `|>` that is no step, or a step with parentheses like those of a call."""
    match = _STEP.match(context.piece) if context.start == "step" else None
    if match is None:
        return None
    word, word_start = match.group(1), match.start(1)
    previous = context.error.previous
    is_name = previous is not None and (previous.start_pos, previous.type) == (word_start, "NAME")
    if is_name and word.lower() in _JOIN_WORDS:
        message, help_ = "there is no such join", [f"the joins are {', '.join(JOINS)}"]
        return context.diagnose(
            codes.UNKNOWN_STEP, message, *help_, offset=word_start, length=len(word)
        )
    if word.lower() in _FIRST_WORDS - set(OTHER_STEPS):
        return _check_parentheses(context, match)
    suggestion = OTHER_STEPS.get(word.lower())
    is_foreign_step = suggestion is not None or word.lower() in NON_STEPS
    if not is_name and not (is_foreign_step and match.group(2)):
        return None
    if match.group(2) and not is_foreign_step:
        return None
    fix: Replacement | tuple[()] = ()
    if word.lower() in NON_STEPS:
        help_ = [NON_STEPS[word.lower()]]
    else:
        help_, fix = _suggest_step(context, word, word_start, suggestion)
    code, message = codes.UNKNOWN_STEP, f"there is no step `{word}`"
    return context.diagnose(code, message, *help_, offset=word_start, length=len(word), fix=fix)


def _suggest_step(
    context: SyntaxErrorContext, word: str, word_start: int, foreign: str | None
) -> tuple[list[str], Replacement | tuple[()]]:
    """What to write for a word that is no step, which `foreign` is called here, and the fix."""
    is_misspelt = foreign is None
    suggestion = foreign or did_you_mean(word, STEPS)
    fix: Replacement | tuple[()] = ()
    replacement = (word_start, len(word), suggestion or "")
    if suggestion and is_misspelt and not is_slip(word, suggestion):
        help_ = [f"the name nearest to it is `{suggestion}`"]
    elif suggestion and (is_misspelt or context.is_fixed_by(replacement)):
        help_, fix = [f"did you mean `{suggestion}`?"], replacement
    elif suggestion:
        help_ = [f"write `{STEP_FORMS.get(suggestion, f'|> {suggestion} …')}`"]
    else:
        help_ = [f"the steps are {', '.join(STEPS)}"]
    if is_misspelt:
        help_.append(f"a transform is used with parentheses: `|> {word}()`")
    return help_, fix


def _check_parentheses(context: SyntaxErrorContext, match: re.Match[str]) -> Diagnostic | None:
    opening = match.start(2)
    if opening < 0 or context.piece[opening + 1 : context.offset].strip():
        return None
    word = match.group(1)
    examples = {
        "sql": '|> sql "…" returns SCHEMA',
        "apply": '|> apply "FILE.py:FUNCTION" returns SCHEMA',
        "distinct": "|> distinct",
    }
    return context.diagnose(
        codes.UNEXPECTED_TOKEN,
        f"`{word}` is a step, and no function: it takes no parentheses",
        f"write `{examples.get(word.lower(), f'|> {word} …')}`",
        offset=opening,
        length=1,
    )


def check_select_from(context: SyntaxErrorContext) -> Diagnostic | None:
    """`select id from orders` as a step of a query that reads `orders` already."""
    match = _SELECT_FROM.match(context.piece)
    if context.start != "step" or match is None or not match.start(1) <= context.offset:
        return None
    read = _READ.findall(context.before)
    if not read or read[-1].casefold() != match[2].casefold():
        return None
    at, length = match.start(1), match.end() - match.start(1)
    message = f"`{match[1].strip()}` is not expected here"
    help_ = "a query begins with `from`, and its steps follow: leave it out"
    fix = (at, length, "")
    return context.diagnose(
        codes.UNEXPECTED_TOKEN, message, help_, offset=at + 1, length=length - 1, fix=fix
    )


def check_missing_step(context: SyntaxErrorContext) -> Diagnostic | None:
    """`|>` with nothing after it."""
    if context.start != "step" or context.piece.strip():
        return None
    code, message = codes.UNEXPECTED_TOKEN, "a step is missing behind this `|>`"
    return context.diagnose(code, message, "leave it out", offset=-2, length=2, fix=(-2, 2, ""))


def check_missing_pipe(context: SyntaxErrorContext) -> Diagnostic | None:
    """A step without `|>`, or with `|`."""
    if "__ANON_0" not in context.expected and context.start != "step":
        return None
    if "$END" not in context.expected:
        return None
    code, message = codes.UNEXPECTED_TOKEN, "a step begins with `|>`"
    if context.text == "|":
        fix = (context.offset, 1, "|>")
        return context.diagnose(code, message, "write `|>`", length=1, fix=fix)
    first = context.text.split()[0] if context.text.strip() else ""
    if first.lower() not in _FIRST_WORDS - {"as", "set", "except"}:
        return None
    fix = (context.offset, 0, "|> ")
    return context.diagnose(code, message, f"write `|> {first}`", length=len(first), fix=fix)


def check_query_start(context: SyntaxErrorContext) -> Diagnostic | None:
    """`let x = select …`, SQL's order of words, and `let x = orders`."""
    previous = context.error.previous
    if context.expected != {"FROM"} or previous is None or previous.type != "EQUAL":
        return None
    if context.is_at_end:
        return None
    fix: Replacement | tuple[()] = ()
    if context.word.lower() in _FIRST_WORDS:
        help_ = f"the steps follow: `from NAME |> {context.word}`"
    elif context.word or context.text.startswith("`"):
        help_, fix = f"write `from {context.text}`", (context.offset, 0, "from ")
    else:
        help_ = "`from NAME` reads a dataset"
    message = "a query begins with `from` and a dataset"
    length = len(context.text)
    return context.diagnose(codes.UNEXPECTED_TOKEN, message, help_, length=length, fix=fix)


def check_inner_query(context: SyntaxErrorContext) -> Diagnostic | None:
    """`from (from a …)`."""
    previous = context.error.previous
    if context.text != "(" or previous is None or previous.type not in ("FROM", "JOIN"):
        return None
    message = "a dataset stands here by its name"
    help_ = "give the inner query a name with `let`"
    return context.diagnose(codes.UNEXPECTED_TOKEN, message, help_, length=1)


def check_rename(context: SyntaxErrorContext) -> Diagnostic | None:
    """`rename a to b`, `rename a = b`."""
    if context.expected - {"DOT"} != {"AS"} or context.text.lower() not in ("to", "="):
        return None
    message = "the new name comes after `as`"
    fix: Replacement | tuple[()] = () if context.text == "=" else (context.offset, 2, "as")
    length = len(context.text)
    help_ = "write `OLD as NEW`"
    return context.diagnose(codes.UNEXPECTED_TOKEN, message, help_, length=length, fix=fix)

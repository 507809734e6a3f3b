"""What people write around steps who come from other languages, and the way out."""

from __future__ import annotations

import re

from ssbt.compiler.diagnostics.codes import syntax as codes
from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.diagnostics.suggestions import did_you_mean
from ssbt.compiler.syntax.trouble import Replacement, Trouble
from ssbt.compiler.syntax.vocabulary import FORMS, NO_STEPS, OTHER_STEPS, STEPS

_FIRST_WORDS = frozenset(step.split()[0] for step in STEPS)
_JOINS = tuple(step for step in STEPS if step.endswith("join"))
_JOIN_WORDS = frozenset(step.split()[0] for step in _JOINS) - {"join"}
_STEP = re.compile(r"(?:\s|#[^\r\n]*[\r\n])*([^\W\d]\w*)\s*(\()?")
_SUBQUERY = re.compile(
    r"(?:exists\s*)?\(\s*(?:select|from|with)\s+(?:[\w`.*]+\s+)?(?:from\s+)?$", re.IGNORECASE
)


_BEFORE_DATASET = re.compile(r"\b(?:from|join|union|all|except|intersect|distinct)\s*$")
_IN = re.compile(r"\bin\s*$")


def unknown_step(trouble: Trouble) -> Diagnostic | None:
    """A word behind `|>` that is no step, or a step with parentheses like those of a call."""
    match = _STEP.match(trouble.piece) if trouble.start == "step" else None
    if match is None:
        return None
    word, at = match.group(1), match.start(1)
    previous = trouble.stumble.previous
    is_name = previous is not None and (previous.start_pos, previous.type) == (at, "NAME")
    if is_name and word.lower() in _JOIN_WORDS:
        message, help_ = "there is no such join", [f"the joins are {', '.join(_JOINS)}"]
        return trouble.found(codes.UNKNOWN_STEP, message, *help_, at=at, length=len(word))
    if word.lower() in _FIRST_WORDS - set(OTHER_STEPS):
        return _with_parentheses(trouble, match)
    near = OTHER_STEPS.get(word.lower())
    is_elsewhere = near is not None or word.lower() in NO_STEPS
    if not is_name and not (is_elsewhere and match.group(2)):
        return None
    if match.group(2) and not is_elsewhere:
        return None
    fix: Replacement | tuple[()] = ()
    help_ = []
    if word.lower() in NO_STEPS:
        help_.append(NO_STEPS[word.lower()])
    else:
        is_misspelt = near is None
        near = near or did_you_mean(word, STEPS)
        if near and (is_misspelt or trouble.mends((at, len(word), near))):
            help_, fix = [f"did you mean `{near}`?"], (at, len(word), near)
        elif near:
            help_ = [f"write `{FORMS.get(near, f'|> {near} …')}`"]
        else:
            help_ = [f"the steps are {', '.join(STEPS)}"]
        if is_misspelt:
            help_.append(f"a transform is used with parentheses: `|> {word}()`")
    code, message = codes.UNKNOWN_STEP, f"there is no step `{word}`"
    return trouble.found(code, message, *help_, at=at, length=len(word), fix=fix)


def _with_parentheses(trouble: Trouble, match: re.Match[str]) -> Diagnostic | None:
    opening = match.start(2)
    if opening < 0 or trouble.piece[opening + 1 : trouble.at].strip():
        return None
    word = match.group(1)
    shown = {
        "sql": '|> sql "…" returns SCHEMA',
        "apply": '|> apply "FILE.py:FUNCTION" returns SCHEMA',
        "distinct": "|> distinct",
    }
    return trouble.found(
        codes.UNEXPECTED_TOKEN,
        f"`{word}` is a step, and no function: it takes no parentheses",
        f"write `{shown.get(word.lower(), f'|> {word} …')}`",
        at=opening,
        length=1,
    )


def subquery(trouble: Trouble) -> Diagnostic | None:
    """A query inside an expression, at the word behind its `select`."""
    base = max(0, trouble.at - 200)
    match = _SUBQUERY.search(trouble.piece[base : trouble.at])
    if match is None:
        return None
    before = trouble.piece[max(0, base + match.start() - 80) : base + match.start()].lower()
    if _BEFORE_DATASET.search(before):
        return None
    return trouble.found(
        codes.SUBQUERY,
        "an expression holds no subquery",
        f"give the query a name with `let`, and {_joining(before, match.group().lower())}",
        at=base + match.start(),
        length=trouble.at - base - match.start(),
    )


def _joining(before: str, query: str) -> str:
    """How the query joins in place of what stands before it."""
    is_list, is_exists = bool(_IN.search(before)), query.startswith("exists")
    if is_list or is_exists:
        kind = "anti" if re.search(r"\bnot\s*(?:in\s*)?$", before) else "semi"
        return f"join it: `|> {kind} join NAME on …`"
    return "join its one row: `|> cross join NAME`"


def missing_step(trouble: Trouble) -> Diagnostic | None:
    """`|>` with nothing behind it."""
    if trouble.start != "step" or trouble.piece.strip():
        return None
    code, message = codes.UNEXPECTED_TOKEN, "a step is missing behind this `|>`"
    return trouble.found(code, message, "leave it out", at=-2, length=2, fix=(-2, 2, ""))


def missing_pipe(trouble: Trouble) -> Diagnostic | None:
    """A step without `|>`, or with `|`."""
    if "__ANON_0" not in trouble.expected and trouble.start != "step":
        return None
    if "$END" not in trouble.expected:
        return None
    code, message = codes.UNEXPECTED_TOKEN, "a step begins with `|>`"
    if trouble.text == "|":
        fix = (trouble.at, 1, "|>")
        return trouble.found(code, message, "write `|>`", length=1, fix=fix)
    first = trouble.text.split()[0] if trouble.text.strip() else ""
    if first.lower() not in _FIRST_WORDS - {"as", "set", "except"}:
        return None
    fix = (trouble.at, 0, "|> ")
    return trouble.found(code, message, f"write `|> {first}`", length=len(first), fix=fix)


def query_first(trouble: Trouble) -> Diagnostic | None:
    """`let x = select …`, SQL's order of words, and `let x = orders`."""
    previous = trouble.stumble.previous
    if trouble.expected != {"FROM"} or previous is None or previous.type != "EQUAL":
        return None
    if trouble.at_end:
        return None
    fix: Replacement | tuple[()] = ()
    if trouble.word.lower() in _FIRST_WORDS:
        help_ = f"the steps follow: `from NAME |> {trouble.word}`"
    elif trouble.word or trouble.text.startswith("`"):
        help_, fix = f"write `from {trouble.text}`", (trouble.at, 0, "from ")
    else:
        help_ = "`from NAME` reads a dataset"
    message = "a query begins with `from` and a dataset"
    length = len(trouble.text)
    return trouble.found(codes.UNEXPECTED_TOKEN, message, help_, length=length, fix=fix)


def inner_query(trouble: Trouble) -> Diagnostic | None:
    """`from (from a …)`."""
    previous = trouble.stumble.previous
    if trouble.text != "(" or previous is None or previous.type not in ("FROM", "JOIN"):
        return None
    message = "a dataset stands here by its name"
    help_ = "give the inner query a name with `let`"
    return trouble.found(codes.UNEXPECTED_TOKEN, message, help_, length=1)


def rename(trouble: Trouble) -> Diagnostic | None:
    """`rename a to b`, `rename a = b`."""
    if trouble.expected - {"DOT"} != {"AS"} or trouble.text.lower() not in ("to", "="):
        return None
    message = "the new name stands behind `as`"
    fix: Replacement | tuple[()] = () if trouble.text == "=" else (trouble.at, 2, "as")
    length = len(trouble.text)
    help_ = "write `OLD as NEW`"
    return trouble.found(codes.UNEXPECTED_TOKEN, message, help_, length=length, fix=fix)

"""Find words in documentation and messages that read as translated: `python tools/prose.py`.

CONTRIBUTING shows for each of them what an editor writes instead. Code, in blocks or between
backticks, is skipped. Comments and docstrings are held to the rules in `FOR_COMMENTS`. `UNEDITED`
are the pages that nobody has gone through yet: it only ever gets shorter, and a page in it that has
no finding any more is an error, too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
import io
from pathlib import Path
import re
import sys
import tokenize

ROOT = Path(__file__).resolve().parents[1]

# Each pattern with what to write instead.
RULES = {
    r"\banew\b": "again, from scratch",
    r"\b(?:is|are|was|were) told\b": "is reported, is printed",
    r"\btold (?:at once|apart)\b": "reported together, distinguished",
    r"\bbehind (?:it|them|that|the|each|a|its|state|joins|`)": "after",
    r"\bthere is none\b": "say what is missing, or leave it out",
    r"\b(?:is|are) none of\b": "is not a, does not belong to",
    r"\bonly so (?:many|much)\b": "at most, a limited number of",
    r"\bso many\b": "this many, as many",
    r"\ball that\b(?! is| has been left)": "everything that",
    r"\bwhat stands\b": "what is, what comes",
    r"\bthat which\b": "what",
    r"\bfor want of\b": "without",
    r"\bof its own accord\b": "by itself",
    r"\bnot before\b": "only after",
    r"\bbesides\b": "also, as well",
    r"\bhas to stand\b": "has to be",
    r"\bin whole\b(?! (?:milliseconds|numbers))": "completely",
    r"\bsaid so\b": "stated",
    r"\bby chance\b": "at random, randomly",
    r"\bheld fast\b": "kept, fixed",
    r"\bfor ever\b": "forever",
    r"\bwithout a word\b": "silently",
    r"\bin silence\b": "silently",
    r"\bnothing of what\b": "say who loses what",
    r"\b(?:of|has) one name\b": "with the same name",
    r"\bthat (?:is|are) none\b": "that is not a, that does not exist",
    r"\binside of\b": "inside",
    r"\boutside of\b": "outside",
    r"\b(?:failures?|what|which) (?:that )?may pass\b": "is transient",
    r"\bnothing of this (?:happens|arrives)\b": "none of this",
    r"\bis for [^.|]{1,40} to say\b": "decides",
    r"\bstood still\b": "was stopped",
    r"\b(?:files|rows|table|it) (?:is|are) not there\b": "does not exist",
    r"\b(?:partitioned|clustered|cut|read|written) otherwise\b": "differently",
    r"\bwould be about\b": "would be",
    r"\bas it was at a time\b": "as of a point in time",
    r"\bfrom where on\b": "where it begins",
    r"\bcalled (?:as|so)\b": "named like, with this name",
    r"\b(?:makes?|made) of (?:it|them)\b": "turn it into",
    r"\bpass(?:es)? over\b": "ignore, skip",
    r"\bbears?\b": "has",
    r"\bbrings? along\b": "comes with",
    r"\bstands? (?:beside|between|behind|alone)\b": "is, comes",
}

# The words that comments and docstrings, which are shorter, do without as well.
FOR_COMMENTS = (
    *(r"\banew\b", r"\bonly so (?:many|much)\b", r"\bso many\b", r"\bfor want of\b"),
    *(r"\bof its own accord\b", r"\bhas to stand\b", r"\bsaid so\b", r"\bby chance\b"),
    *(
        r"\bfor ever\b",
        r"\bin silence\b",
        r"\b(?:of|has) one name\b",
        r"\binside of\b",
        r"\boutside of\b",
    ),
    r"\bstood still\b",
)

# The table of what the state of a stream depends on, written by a tool; and the decisions.
PASSED_OVER = ("docs/state.md", "docs/decisions/")

UNEDITED: tuple[str, ...] = ()

_CODE = re.compile(r"^(```+|~~~+).*?^\1$|`[^`\n]*`|<!--.*?-->", re.MULTILINE | re.DOTALL)


def pages() -> list[Path]:
    """The pages that are checked, those made of the compiler's texts among them: edit these."""
    listed = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return [page for page in listed if not name(page).startswith(PASSED_OVER)]


def name(page: Path) -> str:
    """A page's path in the repository."""
    return page.relative_to(ROOT).as_posix()


def findings(text: str, rules: Mapping[str, str] = RULES) -> Iterator[tuple[int, str, str]]:
    """Each line with such a word, the word, and what to write instead."""
    prose = _CODE.sub(_blank, text)
    for pattern, instead in rules.items():
        for match in re.finditer(pattern.replace(" ", r"(?: |\n *)"), prose, re.IGNORECASE):
            yield prose.count("\n", 0, match.start()) + 1, match[0], instead


def messages(text: str) -> Iterator[tuple[int, str]]:
    """Each text of several words in a module, with its line, that is not a docstring."""
    tree = ast.parse(text)
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or id(node) in alone:
            continue
        if isinstance(node.value, str) and node.value.count(" ") > 1:
            yield node.lineno, node.value


def comments(text: str) -> Iterator[tuple[int, str]]:
    """Each comment and docstring of a module, with its line."""
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Expr(value=ast.Constant(value=str() as docstring)):
                yield node.lineno, docstring
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def check_comments() -> Iterator[str]:
    """What is found in the comments and docstrings of all modules."""
    rules = {pattern: RULES[pattern] for pattern in FOR_COMMENTS}
    for folder in ("compiler", "runtime", "tools", "tests", "benchmarks"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if name(path).startswith("tests/cases/"):
                continue
            for line, text in comments(path.read_text("utf-8")):
                for below, word, way in findings(text, rules):
                    yield f"{name(path)}:{line + below - 1}: {word!r}: {way}"


def check_messages() -> Iterator[str]:
    """What is found in the messages of the compiler and of the runtime."""
    for folder in ("compiler", "runtime"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for line, text in messages(path.read_text("utf-8")):
                for _, word, way in findings(text):
                    yield f"{name(path)}:{line}: {word!r}: {way}"


def _blank(code: re.Match[str]) -> str:
    """As many lines without a word; a backtick stays, for the rules that look at one."""
    return "`" + re.sub(r"[^\n]", " ", code[0][1:])


def main() -> int:
    """Print what is found; 1 if there is anything."""
    complaints = []
    for page in pages():
        words = sorted(findings(page.read_text("utf-8")))
        if name(page) not in UNEDITED:
            complaints += [f"{name(page)}:{line}: {word!r}: {way}" for line, word, way in words]
        elif not words:
            complaints.append(f"{name(page)} is clean: take it out of UNEDITED in tools/prose.py")
    complaints += [*check_messages(), *check_comments()]
    print(*complaints, sep="\n", end="\n" if complaints else "")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())

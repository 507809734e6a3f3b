"""The words that are coloured are those of the grammar."""

from __future__ import annotations

from pathlib import Path
import re
import subprocess
import sys

from ssbt.compiler.syntax.tables import load_tables
from ssbt.compiler.types.datatypes import type_names
from ssbt.grammar import words

ROOT = Path(__file__).resolve().parents[3]
GRAMMAR = (ROOT / "grammar" / "ssbt.lark").read_text("utf-8")
# Beginnings of literals: `r'…'` and `x'…'`.
PREFIXES = {"r", "x"}
# The last word of `by name`, which is a column's name wherever else it stands.
MOSTLY_NAMES = {"name"}
KEYWORDS = {
    *words.DECLARATIONS,
    *words.STEPS,
    *words.CLAUSES,
    *words.BEFORE_BY,
    *words.OPERATORS,
    *words.CONSTANTS,
    *words.FUNCTIONS,
}


def without_look_arounds(pattern: str) -> str:
    """The pattern without what it only looks at."""
    kept, depth, skipped = "", 0, 0
    for place, char in enumerate(pattern):
        if char == "(" and pattern[place - 1] != "\\":
            depth += 1
            if not skipped and re.match(r"\(\?<?[=!]", pattern[place:]):
                skipped = depth
        if not skipped:
            kept += char
        if char == ")" and pattern[place - 1] != "\\":
            skipped = 0 if skipped == depth else skipped
            depth -= 1
    return kept


def keywords_of_the_grammar() -> set[str]:
    """Every word in a terminal that is a keyword or a phrase of them."""
    found: set[str] = set()
    for name, pattern in re.findall(r"^([A-Z_]+)(?:\.\d)?: /(.*)/i$", GRAMMAR, re.MULTILINE):
        if name not in ("QUANTITY", "NUMBER", "INTERVAL_SIGN"):
            bare = re.sub(r"\\[sdwW]", " ", without_look_arounds(pattern)).replace("?:", " ")
            bare = bare.replace("substr(ing)?", "substr substring").replace("(ing)?", "")
            found |= set(re.findall(r"[a-z_]{2,}", bare))
    return found - {"ing"} | {"substring", "try_cast"} - {"try_"}


def test_every_keyword_has_a_kind():
    assert set(load_tables().words) - PREFIXES <= KEYWORDS | set(words.TYPES)
    missing = keywords_of_the_grammar() - KEYWORDS - set(words.TYPES)
    assert missing <= {"try_", *MOSTLY_NAMES}


def test_no_word_is_made_up():
    assert keywords_of_the_grammar() | set(load_tables().words) >= KEYWORDS


def test_every_type_is_known():
    assert set(words.TYPES) == set(type_names())


def test_units_are_those_of_the_grammar():
    (pattern,) = re.findall(r"^QUANTITY\.2: /(.*)/i$", GRAMMAR, re.MULTILINE)
    assert all(re.fullmatch(pattern, f"1 {unit}", re.IGNORECASE) for unit in words.UNITS)
    stems = set(re.findall(r"[a-z]+", pattern.partition("(?:micro")[2])) - {"i", "w", "s"}
    assert stems - {"second", "cosecond", "secon"} <= {*words.UNITS, "seconds"}


def test_the_grammar_for_editors_is_made_of_them():
    command = [sys.executable, str(ROOT / "tools" / "textmate.py"), "--check"]
    assert subprocess.run(command, check=False).returncode == 0, "run `make docs`"

"""There is one list of the language's words, and it is that of the grammar."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
import re
import subprocess
import sys

import pytest

from ssbt.compiler.lsp.keywords import _SPELLINGS
from ssbt.compiler.syntax.tables import load_tables
from ssbt.compiler.types.datatypes import type_names
from ssbt.grammar import words

ROOT = Path(__file__).resolve().parents[3]
GRAMMAR = (ROOT / "grammar" / "ssbt.lark").read_text("utf-8")
TERMINAL = re.compile(r"^([A-Z_]+)(?:\.\d)?: /(.*)/i(?: [A-Z_]+)?$", re.MULTILINE)
# Beginnings of literals: `r'…'` and `x'…'`.
PREFIXES = {"r", "x"}
# The last word of `by name`, which is a column's name wherever else it stands.
MOSTLY_NAMES = {"name"}
KEYWORDS = {
    *words.DECLARATION_WORDS,
    *words.STEP_WORDS,
    *words.CLAUSES,
    *words.BEFORE_BY,
    *words.OPERATORS,
    *words.CONSTANTS,
    *words.FUNCTIONS,
    *words.CONDITION_OPTIONS,
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
    result: set[str] = set()
    for name, pattern in TERMINAL.findall(GRAMMAR):
        if name not in ("QUANTITY", "NUMBER", "INTERVAL_SIGN"):
            bare = re.sub(r"\\[sdwW]", " ", without_look_arounds(pattern)).replace("?:", " ")
            bare = bare.replace("substr(ing)?", "substr substring").replace("(ing)?", "")
            result |= set(re.findall(r"[a-z_]{2,}", bare))
    return result - {"ing"} | {"substring", "try_cast"} - {"try_"}


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


def matches(terminal: str, text: str) -> bool:
    """Whether a terminal is read at the beginning of a text."""
    (word,) = re.findall(r"^\w+", text)
    patterns = [
        pattern for name, pattern in load_tables().words.get(word.lower(), ()) if name == terminal
    ]
    return any(pattern is None or re.match(pattern, text) for pattern in patterns)


def terminals_of(origin: str) -> set[str]:
    """The terminals with which a rule of the grammar begins."""
    tables = load_tables()
    row = tables.actions[tables.starts[origin]]
    return {name for name in row if name.isupper() and "NAME" not in name.split("_")}


def test_declarations_are_those_of_the_grammar():
    assert terminals_of("declaration") == {word.upper() for word in words.DECLARATION_WORDS}
    of_text = {word for word in words.DECLARATION_WORDS if matches(word.upper(), f'{word} "a"')}
    assert of_text == set(words.DECLARATIONS_OF_TEXT)


@pytest.mark.parametrize(
    "keyword", [word for word in words.DECLARATIONS if word not in words.DECLARATIONS_OF_TEXT]
)
def test_a_declaration_looks_ahead_for_the_words_of_the_list(keyword: str):
    """`source is null` is an item of a list, and so is `source` before `let paid = …`."""
    terminal = keyword.upper()
    every_word = KEYWORDS | set(words.TYPES)
    of_items = {word for word in every_word if not matches(terminal, f"{keyword} {word} = 1")}
    assert of_items == set(words.WORDS_AFTER_ITEMS)
    before_declarations = {
        word
        for word in every_word - of_items
        if not matches(terminal, f"{keyword} {word} x")
        or not matches(terminal, f'{keyword} {word} "x"')
    }
    assert before_declarations == set(words.DECLARATION_WORDS)


def test_steps_are_those_of_the_grammar():
    of_steps = terminals_of("step")
    first_words = {step.split()[0] for step in words.STEPS}
    grammar_words = {
        word
        for word, terminals in load_tables().words.items()
        if any(name in of_steps for name, _ in terminals)
    }
    # The others are further spellings of joins, of `except` and of `order by`.
    assert grammar_words - {"inner", "natural", "minus", "sort"} == first_words
    before_parentheses = {
        word for word in grammar_words if any(matches(name, f"{word}(") for name in of_steps)
    }
    assert before_parentheses == set(words.STEPS_BEFORE_PARENTHESES)


@pytest.mark.parametrize("terminal", sorted(_SPELLINGS))
def test_completion_spells_a_terminal_as_the_grammar_does(terminal: str):
    for spelling in _SPELLINGS[terminal]:
        # `stream` is a keyword of its own before `source`.
        keyword = spelling.removesuffix(" source")
        following = ("", " x", " (x)", " 'x'", ' "x"', " between", " source x")
        assert any(matches(terminal, keyword + text) for text in following), spelling


def spread(item: ast.expr) -> list[ast.expr]:
    """The items that an item of a written list stands for: `*(…)` for all of its own."""
    return getattr(item.value, "elts", []) if isinstance(item, ast.Starred) else [item]


def text_lists(path: Path) -> Iterator[tuple[int, set[str]]]:
    """The texts in each list that a module writes out, with its line."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            items = [part for each in node.elts for part in spread(each)]
            values = [each.value for each in items if isinstance(each, ast.Constant)]
            yield node.lineno, {value for value in values if isinstance(value, str)}


def test_no_module_lists_the_words_again():
    """Four of a kind that are most of a list are a copy, which would forget the next word."""
    kinds = {
        "declarations": set(words.DECLARATION_WORDS),
        "steps": set(words.STEPS) - {"as", "set", "drop", "sql"},
        "operators": set(words.OPERATORS),
    }
    copies = [
        f"{path.relative_to(ROOT)}:{line} lists {kind} again"
        for folder in ("compiler", "grammar", "tools")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if path != ROOT / "grammar" / "words.py"
        for line, texts in text_lists(path)
        for kind, of_kind in kinds.items()
        if len(texts & of_kind) >= max(4, len(texts) / 2)
    ]
    assert copies == []

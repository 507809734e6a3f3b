"""The parser's tables: built from `ssbt.lark` by Lark, saved, and read back without Lark.

Lark checks the grammar and computes the LALR(1) automaton. What `engine` needs of it is plain
data, so that a compilation neither imports Lark nor compiles regular expressions it does not use.
A distribution ships the tables beside the grammar, with the hash of the grammar that they belong
to. Where the grammar is another, as while it is being worked on, they are built once and kept
below the user's cache folder.
"""

from __future__ import annotations

from functools import cache
import hashlib
import json
import os
from pathlib import Path
from typing import Any

from msgspec import Struct

import ssbt.grammar

STARTS = ("file", "declaration", "step", "entry", "schema_column", "expect_rule")
SHIPPED_NAME = "ssbt.tables"
_FORMAT = 3

# Which values of a rule's symbols its node gets: an index, `SPREAD` minus an index for a list whose
# items are taken one by one, or `NOTHING` for an optional part that is not there.
ABSENT = -1
SPREAD = -2


class Tables(Struct, frozen=True, eq=False):
    """An LALR(1) automaton and its terminals; two of them are equal only if they are the same.

    `actions[state]` maps a terminal to the state after it, or to `~rule`, and a non-terminal to
    the state after it. A rule is its origin, its number of symbols, the builder's method (empty
    where the value of its one child is passed on) and the picks of its children.
    `words` are the terminals that begin with a word, by that word in lower case, `signs` the
    others, by their first character; each in the order in which they are tried, with a regular
    expression, or None where the word alone decides.
    """

    actions: list[dict[str, int]]
    starts: dict[str, int]
    rules: list[tuple[str, int, str, tuple[int, ...]]]
    words: dict[str, tuple[tuple[str, str | None], ...]]
    signs: dict[str, tuple[tuple[str, str], ...]]
    silent: frozenset[str]


@cache
def load_tables() -> Tables:
    """The tables of the grammar: those shipped, those in the user's cache, or newly built ones."""
    folder = os.path.dirname(ssbt.grammar.__file__)
    with open(os.path.join(folder, "ssbt.lark"), "rb") as file:
        grammar = file.read()
    key = _compute_key(grammar)
    return _read_shipped(os.path.join(folder, SHIPPED_NAME), key) or _read_cached(key, grammar)


def build_shipped_file(grammar: bytes) -> bytes:
    """The content of the file that a distribution ships: a line with the key, then the tables."""
    tables = _build_tables(grammar.decode("utf-8"))
    return b"\n".join((_compute_key(grammar).encode(), _serialize_tables(tables)))


def _compute_key(grammar: bytes) -> str:
    """What says of which grammar tables are, and in which format."""
    return hashlib.sha256(repr((_FORMAT, STARTS)).encode() + grammar).hexdigest()[:16]


def _read_shipped(path: str, key: str) -> Tables | None:
    """The shipped tables; None where there are none or they are of another grammar."""
    try:
        with open(path, "rb") as file:
            shipped_key, data = file.readline(), file.read()
        return _deserialize_tables(data) if shipped_key.strip() == key.encode() else None
    except (OSError, ValueError, TypeError):
        return None


def _read_cached(key: str, grammar: bytes) -> Tables:
    """The tables in the user's cache folder, where they are put once they are built."""
    path = _cache_folder() / f"grammar-{key}.tables"
    try:
        return _deserialize_tables(path.read_bytes())
    except (OSError, ValueError, TypeError):
        built = _build_tables(grammar.decode("utf-8"))
        _save_tables(path, _serialize_tables(built))
        return built


def _serialize_tables(parser_tables: Tables) -> bytes:
    parts = (
        parser_tables.actions,
        parser_tables.starts,
        parser_tables.rules,
        parser_tables.words,
        parser_tables.signs,
        sorted(parser_tables.silent),
    )
    return json.dumps(parts, separators=(",", ":")).encode()


def _deserialize_tables(data: bytes) -> Tables:
    """The saved tables; raises ValueError or TypeError where the file is anything else."""
    actions, starts, rules, words, signs, silent = json.loads(data)
    rule_tuples = [
        (origin, length, method, tuple(picks)) for origin, length, method, picks in rules
    ]
    return Tables(actions, starts, rule_tuples, words, signs, frozenset(silent))


def _cache_folder() -> Path:
    root = os.environ.get("XDG_CACHE_HOME")
    return (Path(root) if root else Path.home() / ".cache") / "ssbt"


def _save_tables(path: Path, data: bytes) -> None:
    """Write the file as a whole or not at all; that it cannot be written is no mistake."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(f".{os.getpid()}")
        temporary.write_bytes(data)
        temporary.replace(path)
    except OSError:
        return


def _build_tables(grammar: str) -> Tables:
    from ssbt.compiler.syntax.table_building import build_tables

    parts: Any = build_tables(grammar, STARTS)
    return Tables(*parts)

"""The examples of Spark's own function documentation, as questions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
import re
from typing import Any

from tests.agreement.answers import Question
from tests.agreement.asking import SparkProbe

_STATEMENT = re.compile(r"^\s*> (.*?);\s*$", re.MULTILINE | re.DOTALL)
_TOKEN = re.compile(r"'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.)*\"|`[^`]*`|\w+|\s+|.", re.DOTALL)
_CLAUSES = ("FROM", "WHERE", "GROUP BY", "ORDER BY", "LIMIT")
_ALIAS = re.compile(r"(.*)\s+as\s+(\w+)\Z", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Example:
    """A statement of the documentation.

    `questions` are its expressions, none where it is no `select` of expressions; `rows` is the
    query whose result they are over.
    """

    function: str
    statement: str
    rows: str
    questions: tuple[Question, ...]


def examples(probe: SparkProbe) -> Iterator[Example]:
    """Every example of every built-in function."""
    catalog = probe.session._jsparkSession.sessionState().catalog()
    identifier = probe.jvm.org.apache.spark.sql.catalyst.FunctionIdentifier
    for row in probe.session.sql("show functions").collect():
        try:
            text: Any = catalog.lookupFunctionInfo(identifier(row[0])).getExamples()
        except Exception:  # the operators that only the parser knows
            continue
        for statement in _STATEMENT.findall(text or ""):
            yield _example(row[0], " ".join(statement.split("\n")))


def _example(function: str, statement: str) -> Example:
    clauses = _clauses(statement)
    items = [item.strip() for item in split_at(clauses.get("SELECT", ""), ",")]
    source = clauses.get("FROM", "")
    if not statement.upper().startswith("SELECT") or any(item == "*" for item in items):
        return Example(function, statement, "", ())
    rows = f"select * from {source}" if source else "select 1 as nothing"
    keys = clauses.get("GROUP BY", "")
    questions = [_question(item) for item in items]
    if keys:
        plain = re.compile(r"[\w.]+\Z")
        computed = [q for q in questions if not plain.match(q.text)]
        groups = [_question(key) for key in split_at(keys, ",") if not plain.match(key.strip())]
        grouping = [q for q in groups if not q.text.lower().startswith("cube")]
        questions = [*computed, *grouping]
    return Example(function, statement, rows, tuple(questions))


def _question(item: str) -> Question:
    named = _ALIAS.match(item.strip())
    return Question(named[1] if named else item.strip())


def _clauses(statement: str) -> dict[str, str]:
    """The text of each clause at the top of a statement."""
    result: dict[str, str] = {}
    name, text, depth = "", "", 0
    pieces = _TOKEN.findall(statement)
    place = 0
    while place < len(pieces):
        piece = pieces[place]
        two = "".join(pieces[place : place + 3]).upper()
        depth += (piece in "([") - (piece in ")]")
        word = two if two in _CLAUSES else piece.upper()
        if depth == 0 and (word in _CLAUSES or word == "SELECT"):
            result[name] = text.strip()
            name, text = word, ""
            place += 3 if word == two else 1
            continue
        text += piece
        place += 1
    result[name] = text.strip()
    return result


def split_at(text: str, mark: str) -> list[str]:
    """The parts between marks that stand in no parentheses."""
    parts, depth = [""], 0
    for piece in _TOKEN.findall(text):
        depth += (piece in "([") - (piece in ")]")
        if piece == mark and depth == 0:
            parts.append("")
        else:
            parts[-1] += piece
    return [part.strip() for part in parts]

"""What was measured, counted and listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.types.typed import Typed
from tests.agreement.answers import Ours, Question, Theirs, ours, verdict
from tests.agreement.asking import Asked


@dataclass
class Measured:
    """The verdicts of one kind of questions; `listed` has what needs a look, by verdict."""

    title: str
    counts: Counter[str] = field(default_factory=Counter)
    listed: dict[str, list[str]] = field(default_factory=dict)

    def ask(
        self,
        questions: Sequence[Question],
        relation: Relation,
        asked: Asked,
        table: Any,
        ansi: bool = True,
    ) -> None:
        """Count the answers to questions over a table; Spark is asked what a script would say."""
        answers = [ours(question, relation, ansi) for question in questions]
        said = [replace(q, text=one.text) for q, one in zip(questions, answers, strict=True)]
        refused = {q for q, one in zip(said, answers, strict=True) if one.refusals}
        theirs = asked.answers(table, said, refused)
        for question, one, same in zip(questions, answers, said, strict=True):
            self.add(question.step, one, theirs[same])

    def add(self, name: str, one: Ours, other: Theirs) -> None:
        """Count one pair of answers."""
        found = verdict(one, other)
        self.counts[found] += 1
        if found in ("same", "rejected"):
            return
        said = ", ".join(map(_shown, one.columns)) or "; ".join(one.refusals) or "accepted"
        theirs = other.error or ", ".join(map(_shown, other.columns))
        self.listed.setdefault(found, []).append(f"{name}: {said} | Spark: {theirs}")


def _shown(column: Typed) -> str:
    return f"{column.type.sql}{'' if column.nullable else '!'}"

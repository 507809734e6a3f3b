"""What was measured, counted and listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
import os
from pathlib import Path
import tomllib
from typing import Any

from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.types.expression_types import Typed
from tests.agreement.answers import Ours, Question, Theirs, ours, verdict
from tests.agreement.asking import SparkProbe

BAD = ("not parsed", "rejected falsely", "another type", "null missed")
# What we accept and Spark rejects: of which kind of questions, what Spark says of it, and why.
ACCEPTED: list[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("accepted.toml").read_text("utf-8")
)["case"]
# What we do not parse, or refuse, though Spark takes it: by a part of the text.
_REFUSED = tomllib.loads(Path(__file__).with_name("refused.toml").read_text("utf-8"))
TOLERATED: dict[str, dict[str, str]] = {
    "not parsed": _REFUSED["unparsed"],
    "rejected falsely": _REFUSED["pointless"],
}


@dataclass
class Measured:
    """The verdicts of one kind of questions; `listed` has what needs a look, by verdict.

    `kind` is that of `accepted.toml`; `whole` tells that each case of it should have occurred.
    """

    title: str
    kind: str
    whole: bool = False
    counts: Counter[str] = field(default_factory=Counter)
    listed: dict[str, list[str]] = field(default_factory=dict)

    def ask(
        self,
        questions: Sequence[Question],
        relation: Relation,
        probe: SparkProbe,
        table: Any,
        ansi: bool = True,
    ) -> None:
        """Count the answers to questions over a table; Spark is asked what a script would say."""
        answers = [ours(question, relation, ansi) for question in questions]
        message = [replace(q, text=one.text) for q, one in zip(questions, answers, strict=True)]
        refused = {q for q, one in zip(message, answers, strict=True) if one.refusals}
        theirs = probe.answers(table, message, refused)
        for question, one, same in zip(questions, answers, message, strict=True):
            self.add(question.step, one, theirs[same])

    @property
    def compared(self) -> int:
        """How many answers were compared."""
        return sum(self.counts.values())

    def table(self) -> dict[str, int]:
        """The rows of the table, in words."""
        count = self.counts
        typed = count["same"] + count["null added"]
        both = typed + count["null missed"] + count["another type"] + count["type not known"]
        return {
            "parsed": self.compared - count["not parsed"],
            "accepted by both": both,
            "  of the same type": typed + count["null missed"],
            "  and of the same nullability": count["same"],
            "  and nullable for us only": count["null added"],
            "  and nullable for Spark only": count["null missed"],
            "  of a type that we leave open": count["type not known"],
            "rejected by both": count["rejected"],
            "rejected by us already, by Spark when it runs": count["rejected early"],
            "accepted by us but rejected by Spark": count["accepted falsely"],
            "rejected by us but accepted by Spark": count["rejected falsely"],
        }

    def check(self) -> None:
        """Fail where the agreement is worse than it may be, or better than the list says."""
        for result in BAD:
            lines = self.listed.get(result, [])
            tolerated = TOLERATED.get(result, {})
            assert [line for line in lines if not any(each in line for each in tolerated)] == []
        wrong = self.listed.get("accepted falsely", [])
        existing = [each for each in ACCEPTED if each["of"] == self.kind]
        assert [line for line in wrong if not any(each["spark"] in line for each in existing)] == []
        if self.whole:
            gone = [e["reason"] for e in existing if not any(e["spark"] in line for line in wrong)]
            assert gone == [], "no longer accepted falsely: remove it from accepted.toml"

        # Two in a thousand.
        assert len(wrong) < self.compared / 500
        assert self.counts["type not known"] < self.compared / 100

    def add(self, name: str, one: Ours, other: Theirs) -> None:
        """Count one pair of answers."""
        result = verdict(one, other)
        self.counts[result] += 1
        if result in ("same", "rejected"):
            return
        message = ", ".join(map(_type_text, one.columns)) or "; ".join(one.refusals) or "accepted"
        theirs = other.error or ", ".join(map(_type_text, other.columns))
        self.listed.setdefault(result, []).append(f"{name}: {message} | Spark: {theirs}")


def _type_text(column: Typed) -> str:
    return f"{column.type.sql}{'' if column.nullable else '!'}"


def case_count(ordinary: int) -> int:
    """How many cases to take: `AGREEMENT` in the environment, or the ordinary number."""
    return int(os.environ.get("AGREEMENT", ordinary))


def report(measured: Measured) -> None:
    """Print the table, and what needs a look."""
    print(f"\n{measured.title}: {measured.compared:,}")
    for words, count in measured.table().items():
        print(f"  {words:<45}{count:>8,}  {count / max(measured.compared, 1):8.3%}")
    for result, lines in measured.listed.items():
        if result not in ("null added", "rejected early"):
            print(*(f"  {result}: {line}" for line in lines), sep="\n")

"""More pairs of queries at random, from the tables in `rewritings.txt`."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random

from tests.agreement.rewritings import COLUMNS, Maker, Step

_TEXT = Path(__file__).with_name("rewritings.txt")
_NUMBERS = ("int", "bigint", "double", "decimal")
_KEYS = ("string", "boolean", "int", "date")


@cache
def rows(table: str) -> tuple[Step, ...]:
    """A table: each row with what says the same, and what looks alike."""
    text = _TEXT.read_text("utf-8").partition(f"[{table}]\n")[2].partition("\n[")[0]
    result: list[Step] = []
    for line in text.strip().splitlines():
        mark, _, rest = line.partition(" ")
        if mark == "=":
            result[-1] = result[-1]._replace(same=(*result[-1].same, rest))
        elif mark == "!":
            result[-1] = result[-1]._replace(others=(*result[-1].others, rest))
        else:
            result.append(Step(line))
    return tuple(result)


class WideMaker(Maker):
    """Pairs of one seed; the steps of its base stand among them."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.random = Random(f"wide {seed}")

    def step(self) -> Step:
        kind = self.random.randrange(10)
        if kind < 3:
            return self.whole_step()
        if kind < 5:
            return _rewrite_step(self.filled("conditions"), lambda text: f"where {text}")
        if kind < 8:
            value, name = self.filled("values"), self.new()
            self.columns[name] = "made"
            return _rewrite_step(value, lambda text: f"extend {text} as {name}")
        return self.grouped() if kind == 8 and self.random.random() < 0.5 else super().step()

    def filled(self, table: str) -> Step:
        """A row of a table, with columns in the place of its letters."""
        row = self.random.choice(rows(table))
        words = {letter: self.column(*_NUMBERS) for letter in "ab"}
        words |= {letter: self.column("string") for letter in "st"}
        words |= {letter: self.column(*_KEYS) for letter in "kl"}
        words |= {letter: self.new() for letter in "nm"}
        return _rewrite_step(row, lambda text: text.format(**words))

    def whole_step(self) -> Step:
        """One step or several, which may leave other columns."""
        step = self.filled("steps")
        if step.text.startswith("unpivot"):
            self.columns = {name: kind for name, kind in self.columns.items() if name not in "ab"}
        elif step.text.startswith(("pivot", "aggregate")):
            key = "s" if "group by s" in step.text else "ok"
            self.columns = {key: COLUMNS[key]}
        return step

    def grouped(self) -> Step:
        """Groups of one of the aggregates."""
        value, name = self.filled("aggregates"), self.new()
        key = self.column("string", "boolean", "int")
        by = f" group by {key}" if key != "null" else ""
        self.columns = {name: "made"} | ({key: COLUMNS[key]} if key in COLUMNS else {})
        return _rewrite_step(value, lambda text: f"aggregate {text} as {name}{by}")


def _rewrite_step(step: Step, write: Callable[[str], str]) -> Step:
    return Step(write(step.text), tuple(map(write, step.same)), tuple(map(write, step.others)))

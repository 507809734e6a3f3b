"""The values that pages of codes show, in tables `| in Spark 4.1 | gives |`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
import re
from typing import TYPE_CHECKING

from ssbt.compiler.diagnostics import registry

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guides" / "silent-results.md"
_TABLE = re.compile(
    r"\| in Spark 4\.1(?:, in a session in (\S+))?(?:, (without ANSI mode))? \| gives \|\n"
    r"\|---\|---\|\n((?:\|.*\n)+)"
)
_ROW = re.compile(r"\| `(.*)` \| (`.*`) \|")


def rows() -> Iterator[tuple[str, str, tuple[str, ...], str, bool]]:
    """The code or guide, the expression or query, its values as text, the time zone, ANSI mode."""
    texts = {code.number: code.why for code in registry.list_codes()}
    texts["the guide"] = _GUIDE.read_text("utf-8")
    for name, whole in texts.items():
        for table in _TABLE.finditer(whole):
            for line in table[3].splitlines():
                row = _ROW.fullmatch(line)
                assert row is not None, line
                values = tuple(re.findall(r"`([^`]*)`", row[2].replace("\\|", "|")))
                yield name, row[1].replace("\\|", "|"), values, table[1] or "UTC", not table[2]


def answers(
    session: SparkSession, texts: list[str], zone: str, ansi: bool
) -> list[tuple[str, ...]]:
    """What a session of one's own gives for each: the texts of its one column."""
    session.conf.set("spark.sql.ansi.enabled", str(ansi).lower())
    session.conf.set("spark.sql.session.timeZone", zone)
    inputs: dict[str, tuple[str, ...]] = {}
    # One query for all expressions: hundreds of jobs would take minutes.
    expressions = [text for text in texts if not text.startswith("select ")]
    if expressions:
        columns = [f"string({text}) as c{place}" for place, text in enumerate(expressions)]
        (row,) = session.sql(f"select {', '.join(columns)}").collect()
        inputs = {text: (_display(value),) for text, value in zip(expressions, row, strict=True)}
    for text in texts:
        if text.startswith("select "):
            frame = session.sql(text)
            values = frame.selectExpr(f"string(`{frame.columns[0]}`) as x").collect()
            inputs[text] = tuple(_display(row.x) for row in values)
    return [inputs[text] for text in texts]


def _display(value: str | None) -> str:
    return "null" if value is None else value

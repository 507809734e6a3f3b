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
    r"\| in Spark 4\.1(?:, in a session in (\S+))? \| gives \|\n\|---\|---\|\n((?:\|.*\n)+)"
)
_ROW = re.compile(r"\| `(.*)` \| (`.*`) \|")


def rows() -> Iterator[tuple[str, str, tuple[str, ...], str]]:
    """The code or guide, the expression or query, its values as text, and the time zone."""
    texts = {code.number: code.why for code in registry.codes()}
    texts["the guide"] = _GUIDE.read_text("utf-8")
    for name, whole in texts.items():
        for table in _TABLE.finditer(whole):
            for line in table[2].splitlines():
                row = _ROW.fullmatch(line)
                assert row is not None, line
                values = tuple(re.findall(r"`([^`]*)`", row[2].replace("\\|", "|")))
                yield name, row[1].replace("\\|", "|"), values, table[1] or "UTC"


def answer(session: SparkSession, text: str, zone: str) -> tuple[str, ...]:
    """What a session of one's own gives: the text of each row's one value."""
    session.conf.set("spark.sql.session.timeZone", zone)
    query = text if text.startswith("select ") else f"select {text}"
    frame = session.sql(query)
    values = frame.selectExpr(f"string(`{frame.columns[0]}`) as x").collect()
    return tuple("null" if row.x is None else row.x for row in values)

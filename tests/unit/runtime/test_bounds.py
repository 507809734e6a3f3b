"""A MERGE that only looks at rows of a table with certain keys."""

from __future__ import annotations

import pytest

from ssbt.runtime.merges.bounds import restrict

UPDATE = "WHEN MATCHED THEN UPDATE SET t.a = c.a"


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            f"MERGE INTO target AS t USING changes AS c ON t.id = c.id {UPDATE}",
            f"MERGE INTO target AS t USING changes AS c ON t.id >= 1 AND t.id = c.id {UPDATE}",
        ),
        # As a script may lay it out.
        (
            "MERGE INTO target AS t\n  USING versions AS v\n  ON t.id = v.id\n  AND t.b = v.b",
            "MERGE INTO target AS t\n  USING versions AS v\n  ON t.id >= 1 AND t.id = v.id\n"
            "  AND t.b = v.b",
        ),
        # Of a statement that somebody has changed nothing is known.
        ("MERGE INTO target USING changes AS c ON true", None),
        ("MERGE INTO target AS t USING (SELECT 1) AS c ON true", None),
    ],
)
def test_statement(statement: str, expected: str | None) -> None:
    assert restrict(statement, "t.id >= 1") == (expected or statement)
    assert restrict(statement, "") == statement

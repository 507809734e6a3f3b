"""How Spark's DDL spells names and strings."""

from __future__ import annotations

# Spark's reserved words: they are names only in backticks once ANSI enforces them.
_RESERVED = frozenset(
    """ALL AND ANTI ANY AS AUTHORIZATION BOTH CASE CAST CHECK COLLATE COLUMN CONSTRAINT CREATE CROSS
    CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER DISTINCT ELSE END ESCAPE EXCEPT
    EXECUTE FALSE FETCH FILTER FOR FOREIGN FROM FULL GRANT GROUP HAVING IN INNER INTERSECT INTO IS
    JOIN LATERAL LEADING LEFT NATURAL NOT NULL OFFSET ON ONLY OR ORDER OUTER OVERLAPS PRIMARY
    REFERENCES RIGHT SELECT SEMI SESSION_USER SOME TABLE THEN TIME TO TRAILING UNION UNIQUE UNKNOWN
    USER USING WHEN WHERE WITH WITHIN""".split()  # noqa: SIM905
)


def quoted_name(name: str) -> str:
    """`name` as DDL takes it: in backticks, doubled inside, unless it is a plain word."""
    if name.isascii() and name.isidentifier() and name.upper() not in _RESERVED:
        return name
    return "`" + name.replace("`", "``") + "`"


def quoted_string(text: str) -> str:
    """`text` as a SQL string literal."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"

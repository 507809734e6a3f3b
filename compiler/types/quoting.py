"""How Spark's DDL spells names and strings."""

from __future__ import annotations


def quote_name(name: str) -> str:
    """`name` as DDL takes it: in backticks, doubled inside, unless it is a plain word."""
    if name.isascii() and name.isidentifier():
        return name
    return "`" + name.replace("`", "``") + "`"


def quote_string(text: str) -> str:
    """`text` as a SQL string literal."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"

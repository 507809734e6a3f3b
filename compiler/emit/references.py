"""Names of columns as methods of DataFrames take them."""

from __future__ import annotations

from ssbt.compiler.patterns import lazy_pattern

_NAME_PARTS = lazy_pattern(r"`((?:[^`]|``)*)`|([^.`]+)")


def quote_reference(name: str) -> str:
    """How methods that parse the names of columns, such as `select`, find the column `name`."""
    return f"`{name.replace('`', '``')}`" if set(name) & set(".`*") or not name else name


def unqualified_name(path: str) -> str:
    """The name that the column at `path` has: `o.amount` is called `amount`."""
    quoted: str
    quoted, plain = _NAME_PARTS.findall(path)[-1]
    return plain or quoted.replace("``", "`")

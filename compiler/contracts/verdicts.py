"""What a reader makes of values that were written with another type.

Each format says it in a table beside its specification, `reading.tsv`, which was asked of Spark.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from functools import cache

from ssbt.compiler.connectors.loading import reading_table
from ssbt.compiler.types.datatypes import DataType, DecimalType, IntegralType

_DIGITS = {"tinyint": 3, "smallint": 5, "int": 10, "bigint": 19}


# The row that says how names are compared.
_CASE = ("a name", "in another case")


class Verdict(IntEnum):
    """The same values, a failure for some or for all, or other values without a word."""

    RIGHT = 0
    FAILS_FOR_SOME = 1
    FAILS = 2
    WRONG_FOR_SOME = 3
    WRONG = 4

    @property
    def is_silent(self) -> bool:
        """Whether rows are wrong and nothing says so."""
        return self >= Verdict.WRONG_FOR_SOME


def verdict(format_: str, written: DataType, read: DataType) -> Verdict:
    """What becomes of values of plain types; RIGHT where nothing is known of them."""
    if written == read:
        return Verdict.RIGHT
    table = _table(format_)
    return max(
        (table.get((one, other), Verdict.RIGHT) for one, other in _kinds(written, read)),
        default=Verdict.RIGHT,
    )


def names_have_case(format_: str) -> bool:
    """Whether a name that differs in its case is another one for the readers of a format."""
    return _table(format_).get(_CASE, Verdict.RIGHT) is not Verdict.RIGHT


def is_known(format_: str) -> bool:
    """Whether Spark was asked about a format."""
    return bool(_table(format_))


@cache
def _table(format_: str) -> Mapping[tuple[str, str], Verdict]:
    rows = (line.split("\t") for line in reading_table(format_).splitlines())
    return {(row[0], row[1]): Verdict[row[2].upper()] for row in rows if len(row) == 3}


def _kinds(written: DataType, read: DataType) -> list[tuple[str, str]]:
    """The rows of the table that hold for a pair of types."""
    one, other = _kind(written), _kind(read)
    if isinstance(written, DecimalType) and isinstance(read, DecimalType):
        return [("decimal", _decimals(written, read))]
    if isinstance(read, DecimalType):
        needed = _DIGITS.get(one) if isinstance(written, IntegralType) else None
        if needed is not None:
            holds = read.precision - read.scale >= needed
            other = "large decimal" if holds else "small decimal"
        return [(one, other)]
    if isinstance(written, DecimalType):
        return [("decimal" if written.scale else "whole decimal", other)]
    return [(one, other)]


def _kind(type_: DataType) -> str:
    return type_.sql.lower().partition("(")[0].partition("<")[0].partition(" collate")[0]


def _decimals(written: DecimalType, read: DecimalType) -> str:
    """How a decimal differs from the one that was written, before and behind the point."""
    before = (read.precision - read.scale) - (written.precision - written.scale)
    behind = read.scale - written.scale
    if before >= 0 and behind >= 0:
        return "wider decimal" if behind == 0 else "finer decimal"
    return "coarser decimal" if behind < 0 else "narrower decimal"


def form_verdict(read: str, written: str) -> Verdict:
    """What the reader of one format makes of what another one wrote."""
    if read == written:
        return Verdict.RIGHT
    return _table(read).get((f"data of {written}", ""), Verdict.RIGHT)

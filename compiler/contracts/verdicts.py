"""What a reader makes of values that were written with another type.

Each format says it in a table beside its specification, `reading.tsv`, which was asked of Spark.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from functools import cache

from ssbt.compiler.connectors.loading import load_reading_table
from ssbt.compiler.types.datatypes import DataType, DecimalType, IntegralType

_DIGITS = {"tinyint": 3, "smallint": 5, "int": 10, "bigint": 19}


# The row that says how names are compared.
_NAME_CASE = ("a name", "in another case")


class ReadVerdict(IntEnum):
    """The same values, a failure for some or for all, or other values silently."""

    RIGHT = 0
    FAILS_FOR_SOME = 1
    FAILS = 2
    WRONG_FOR_SOME = 3
    WRONG = 4

    @property
    def is_silent(self) -> bool:
        """Whether rows are wrong and nothing says so."""
        return self >= ReadVerdict.WRONG_FOR_SOME


def type_verdict(format_: str, written_type: DataType, read_type: DataType) -> ReadVerdict:
    """What becomes of values of plain types; RIGHT where nothing is known of them."""
    if written_type == read_type:
        return ReadVerdict.RIGHT
    table = _load_table(format_)
    return max(
        (
            table.get((written_kind, read_kind), ReadVerdict.RIGHT)
            for written_kind, read_kind in _table_keys(written_type, read_type)
        ),
        default=ReadVerdict.RIGHT,
    )


def is_case_sensitive(format_: str) -> bool:
    """Whether a name that differs in its case is another one for the readers of a format."""
    return _load_table(format_).get(_NAME_CASE, ReadVerdict.RIGHT) is not ReadVerdict.RIGHT


def has_table(format_: str) -> bool:
    """Whether Spark was asked about a format."""
    return bool(_load_table(format_))


@cache
def _load_table(format_: str) -> Mapping[tuple[str, str], ReadVerdict]:
    rows = (line.split("\t") for line in load_reading_table(format_).splitlines())
    return {(row[0], row[1]): ReadVerdict[row[2].upper()] for row in rows if len(row) == 3}


def _table_keys(written_type: DataType, read_type: DataType) -> list[tuple[str, str]]:
    """The rows of the table that hold for a pair of types."""
    written_kind, read_kind = _kind_name(written_type), _kind_name(read_type)
    if isinstance(written_type, DecimalType) and isinstance(read_type, DecimalType):
        return [("decimal", _decimal_kind(written_type, read_type))]
    if isinstance(read_type, DecimalType):
        needed = _DIGITS.get(written_kind) if isinstance(written_type, IntegralType) else None
        if needed is not None:
            holds = read_type.precision - read_type.scale >= needed
            read_kind = "large decimal" if holds else "small decimal"
        return [(written_kind, read_kind)]
    if isinstance(written_type, DecimalType):
        return [("decimal" if written_type.scale else "whole decimal", read_kind)]
    return [(written_kind, read_kind)]


def _kind_name(type_: DataType) -> str:
    return type_.sql.lower().partition("(")[0].partition("<")[0].partition(" collate")[0]


def _decimal_kind(written_type: DecimalType, read_type: DecimalType) -> str:
    """How a decimal differs from the one that was written, before and after the point."""
    integer_digits = (read_type.precision - read_type.scale) - (
        written_type.precision - written_type.scale
    )
    fraction_digits = read_type.scale - written_type.scale
    if integer_digits >= 0 and fraction_digits >= 0:
        return "wider decimal" if fraction_digits == 0 else "finer decimal"
    return "coarser decimal" if fraction_digits < 0 else "narrower decimal"


def format_verdict(read_format: str, written_format: str) -> ReadVerdict:
    """What the reader of one format makes of what another one wrote."""
    if read_format == written_format:
        return ReadVerdict.RIGHT
    return _load_table(read_format).get((f"data of {written_format}", ""), ReadVerdict.RIGHT)

"""The wide table: a column of each type that can be null, and one that cannot."""

from __future__ import annotations

from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.types.expression_types import Typed
from tests.agreement.answers import relation_of
from tests.agreement.asking import known_type

# By name and type; the column that is never null has an `n_` before its name.
TYPES = {
    "b": "boolean",
    "i1": "tinyint",
    "i2": "smallint",
    "i": "int",
    "l": "bigint",
    "f": "float",
    "d": "double",
    "m": "decimal(12,2)",
    "m0": "decimal(5,0)",
    "m38": "decimal(38,18)",
    "s": "string",
    "bin": "binary",
    "y": "date",
    "t": "timestamp",
    "tn": "timestamp_ntz",
    "tm": "time(6)",
    "ym": "interval year to month",
    "mo": "interval month",
    "dt": "interval day to second",
    "h": "interval hour",
    "ai": "array<int>",
    "as": "array<string>",
    "ad": "array<double>",
    "aa": "array<array<int>>",
    "ast": "array<struct<a: int, b: string>>",
    "msi": "map<string,int>",
    "mis": "map<int,string>",
    "st": "struct<a: int, b: string>",
    "sn": "struct<a: bigint not null, c: struct<d: date>>",
    "v": "variant",
}
# In DDL, as the table is made.
COLUMNS = {
    **TYPES,
    **{f"n_{name}": f"{kind} not null" for name, kind in TYPES.items()},
}


def wide() -> Relation:
    """The table as a dataset."""
    columns = {name: Typed(known_type(kind), True) for name, kind in TYPES.items()}
    never = {f"n_{name}": Typed(known_type(kind), False) for name, kind in TYPES.items()}
    return relation_of(columns | never)

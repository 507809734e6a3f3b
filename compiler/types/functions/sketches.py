"""Functions and aggregates of sketches and bitmaps, which count and rank approximately."""

from __future__ import annotations

from ssbt.compiler.types.datatypes import (
    BINARY,
    DOUBLE,
    FLOAT,
    INT,
    LONG,
    STRING,
    UNKNOWN,
    ArrayType,
    DataType,
    StructField,
    StructType,
)
from ssbt.compiler.types.expression_types import Mismatch, Result, Typed
from ssbt.compiler.types.functions.model import Call, Rule
from ssbt.compiler.types.functions.signature import Row


def _scalar_or_array_rule(result: DataType) -> Rule:
    """One result, or an array of them where the second argument is an array."""

    def rule(call: Call) -> Result:
        has_array = isinstance(call.arguments[1].type, ArrayType)
        return Typed(ArrayType(result, False) if has_array else result, call.nullable)

    return rule


def _infer_top_k(call: Call) -> Result:
    item = StructField("item", call.arguments[0].type)
    fields = (item, StructField("count", LONG, False))
    return Typed(ArrayType(StructType(fields), False), False)


def _infer_accumulate(call: Call) -> Result:
    fields = (
        StructField("sketch", BINARY, False),
        StructField("maxItemsTracked", INT, False),
        StructField("itemDataType", call.arguments[0].type),
        StructField("itemDataTypeDDL", STRING, False),
    )
    return Typed(StructType(fields), False)


_STATE_FIELDS = ("sketch", "maxItemsTracked", "itemDataType", "itemDataTypeDDL")


def _accumulated_state(call: Call) -> StructType | Mismatch | None:
    """The state that `approx_top_k_accumulate` makes; None if it is not known."""
    state = call.arguments[0].type
    if not isinstance(state, StructType):
        return None
    if len(state.fields) != len(_STATE_FIELDS):
        return call.argument_mismatch(0, "a state of `approx_top_k_accumulate`")
    return state


def _infer_estimate(call: Call) -> Result:
    state = _accumulated_state(call)
    if state is None or isinstance(state, Mismatch):
        return state or Typed(UNKNOWN)
    fields = (StructField("item", state.fields[2].type), StructField("count", LONG, False))
    return Typed(ArrayType(StructType(fields), False), call.arguments[0].nullable)


def _infer_combine(call: Call) -> Result:
    state = _accumulated_state(call)
    if state is None or isinstance(state, Mismatch):
        return state or Typed(UNKNOWN)
    return Typed(state, False)


def _kll_rows(suffix: str, value: str, result: DataType) -> dict[str, Row]:
    quantile = "left binary, right double|array<double>!"
    rank = f"left binary, right {value}|array<{value}>!"
    return {
        f"kll_sketch_get_n_{suffix}": Row("4.1.0", "expr binary", "bigint"),
        f"kll_sketch_get_quantile_{suffix}": Row("4.1.0", quantile, _scalar_or_array_rule(result)),
        f"kll_sketch_get_rank_{suffix}": Row("4.1.0", rank, _scalar_or_array_rule(DOUBLE)),
        f"kll_sketch_merge_{suffix}": Row("4.1.0", "left binary, right binary", "binary"),
        f"kll_sketch_to_string_{suffix}": Row("4.1.0", "expr binary", "string"),
    }


SCALARS = {
    "approx_top_k_estimate": Row("4.1.0", "state struct, k int?!", _infer_estimate),
    "bitmap_bit_position": Row("3.5.0", "child bigint", "bigint"),
    "bitmap_bucket_number": Row("3.5.0", "child bigint", "bigint"),
    "bitmap_count": Row("3.5.0", "= child binary", "bigint"),
    "hll_sketch_estimate": Row("3.5.0", "= expr binary", "bigint"),
    "hll_union": Row(
        "3.5.0", "= first binary, second binary, allowDifferentLgConfigK boolean?", "binary"
    ),
    **_kll_rows("bigint", "bigint", LONG),
    **_kll_rows("double", "double", DOUBLE),
    **_kll_rows("float", "float", FLOAT),
    "theta_difference": Row("4.1.0", "= first binary, second binary", "binary"),
    "theta_intersection": Row("4.1.0", "= first binary, second binary", "binary"),
    "theta_sketch_estimate": Row("4.1.0", "= expr binary", "bigint"),
    "theta_union": Row("4.1.0", "= first binary, second binary, lgNomEntries int?!", "binary"),
}

_COUNTED_PARAMETER = "expr =numeric|boolean|string|date|timestamp|timestamp_ntz"

AGGREGATES = {
    "approx_top_k": Row(
        "4.1.0", f"{_COUNTED_PARAMETER}, k int?!, maxItemsTracked int?!", _infer_top_k
    ),
    "approx_top_k_accumulate": Row(
        "4.1.0", f"{_COUNTED_PARAMETER}, maxItemsTracked int?!", _infer_accumulate
    ),
    "approx_top_k_combine": Row("4.1.0", "state struct, maxItemsTracked int?!", _infer_combine),
    "bitmap_and_agg": Row("4.1.0", "= child binary", "binary!"),
    "bitmap_construct_agg": Row("3.5.0", "child bigint", "binary!"),
    "bitmap_or_agg": Row("3.5.0", "= child binary", "binary!"),
    "count_min_sketch": Row(
        "2.2.0",
        "= column integral|string|binary, epsilon double!, confidence double!, seed int|bigint!",
        "binary!",
        "named",
    ),
    "hll_sketch_agg": Row("3.5.0", "= expr int|bigint|string|binary, lgConfigK int?!", "binary!"),
    "hll_union_agg": Row("3.5.0", "= expr binary, allowDifferentLgConfigK boolean?", "binary!"),
    "kll_sketch_agg_bigint": Row("4.1.0", "= expr integral, k int?!", "binary!"),
    "kll_sketch_agg_double": Row("4.1.0", "= expr float|double, k int?!", "binary!"),
    "kll_sketch_agg_float": Row("4.1.0", "= expr float, k int?!", "binary!"),
    "theta_intersection_agg": Row("4.1.0", "= expr binary", "binary!"),
    "theta_sketch_agg": Row(
        "4.1.0",
        "= expr array<int>|array<bigint>|binary|double|float|int|bigint|string, lgNomEntries int?",
        "binary!",
    ),
    "theta_union_agg": Row("4.1.0", "= expr binary, lgNomEntries int?!", "binary!"),
}

"""Functions of arrays, maps and structs, and those that take a lambda."""

from __future__ import annotations

from ssbt.compiler.types.functions import array_rules as arrays
from ssbt.compiler.types.functions import array_set_rules as array_sets
from ssbt.compiler.types.functions import lambda_rules as lambdas
from ssbt.compiler.types.functions import map_rules as maps
from ssbt.compiler.types.functions.rules import like_argument, same_as
from ssbt.compiler.types.functions.signature import Row
from ssbt.compiler.types.functions.strings import infer_concat

_PREDICATE = "= expr array, pred lambda"

SCALARS = {
    "aggregate": Row(
        "2.4.0",
        "= expr array, start any, merge lambda, finish lambda?",
        lambdas.infer_aggregate,
        lambdas=lambdas.fold_parameters,
    ),
    "array": Row("1.1.0", "expr any*", arrays.infer_array),
    "array_append": Row("3.4.0", "array any, element any", arrays.infer_append),
    "array_compact": Row("3.4.0", "array array", arrays.infer_compact),
    "array_contains": Row("1.5.0", "array any, value any", arrays.infer_contains),
    "array_distinct": Row("2.4.0", "= array array", arrays.infer_sorted),
    "array_except": Row("2.4.0", "array1 any, array2 any", array_sets.infer_difference),
    "array_insert": Row("3.4.0", "x any, pos any, val any", arrays.infer_insert),
    "array_intersect": Row("2.4.0", "array1 any, array2 any", array_sets.infer_intersection),
    "array_join": Row(
        "2.4.0", "array array, delimiter =string, nullReplacement =string?", arrays.infer_join
    ),
    "array_max": Row("2.4.0", "array array", arrays.infer_extreme),
    "array_min": Row("2.4.0", "array array", arrays.infer_extreme),
    "array_position": Row("2.4.0", "array any, element any", arrays.infer_position),
    "array_prepend": Row("3.5.0", "array any, element any", arrays.infer_append),
    "array_remove": Row("2.4.0", "array any, element any", arrays.infer_remove),
    "array_repeat": Row("2.4.0", "= element any, count int", arrays.infer_repeat),
    "array_size": Row("3.3.0", "expr array", "int"),
    "array_sort": Row(
        "2.4.0",
        "= expr array, func lambda?",
        lambdas.infer_array_sort,
        lambdas=lambdas.two_elements,
    ),
    "array_union": Row("2.4.0", "array1 any, array2 any", array_sets.infer_union),
    "arrays_overlap": Row("2.4.0", "a1 any, a2 any", array_sets.infer_overlap),
    "arrays_zip": Row("2.4.0", "= a1 array*", arrays.infer_zip),
    "cardinality": Row("2.4.0", "= expr array|map", arrays.infer_size),
    "concat": Row("1.5.0", "col any*", infer_concat),
    "element_at": Row("2.4.0", "array any, index any", arrays.infer_element_at),
    "exists": Row("2.4.0", _PREDICATE, lambdas.infer_test, lambdas=lambdas.element_only),
    "filter": Row(
        "2.4.0",
        "= expr array, func lambda",
        lambdas.infer_filter,
        lambdas=lambdas.element_and_index,
    ),
    "flatten": Row("2.4.0", "arrayOfArrays any", arrays.infer_flatten),
    "forall": Row("3.0.0", _PREDICATE, lambdas.infer_test, lambdas=lambdas.element_only),
    "get": Row("3.4.0", "array any, index any", arrays.infer_get),
    "map": Row("2.0.0", "key any*", maps.infer_map),
    "map_concat": Row("2.4.0", "map any*", maps.infer_map_concat),
    "map_contains_key": Row("3.3.0", "map any, key any", maps.infer_map_contains_key),
    "map_entries": Row("3.0.0", "= map map", maps.infer_map_entries),
    "map_filter": Row(
        "3.0.0", "= expr map, func lambda", lambdas.infer_filter, lambdas=lambdas.key_and_value
    ),
    "map_from_arrays": Row("2.4.0", "= keys array, values array", maps.infer_map_from_arrays),
    "map_from_entries": Row("2.4.0", "arrayOfEntries any", maps.infer_map_from_entries),
    "map_keys": Row("2.0.0", "= map map", maps.infer_map_keys),
    "map_values": Row("2.0.0", "= map map", maps.infer_map_values),
    "map_zip_with": Row(
        "3.0.0",
        "= map1 map, map2 map, function lambda",
        lambdas.infer_map_zip_with,
        lambdas=lambdas.key_and_two_values,
    ),
    "named_struct": Row("1.5.0", "name any*", maps.infer_named_struct),
    "reduce": Row(
        "3.4.0",
        "= expr array, start any, merge lambda, finish lambda?",
        lambdas.infer_aggregate,
        lambdas=lambdas.fold_parameters,
    ),
    "reverse": Row("1.5.0", "array string|array", like_argument(0)),
    "sequence": Row("2.4.0", "start any, stop any, step any?", arrays.infer_sequence),
    "shuffle": Row("2.4.0", "= array array, seed =int|bigint?!", like_argument(0), "random"),
    "size": Row("1.5.0", "= expr array|map", arrays.infer_size),
    "slice": Row("2.4.0", "x array, start int, length int", same_as(0)),
    "sort_array": Row("1.5.0", "= array array, ascendingOrder boolean?!", arrays.infer_sorted),
    "str_to_map": Row(
        "2.0.1", "= text string, pairDelim string?, keyValueDelim string?", "map<string,string>"
    ),
    "struct": Row("1.4.0", "col any*", maps.infer_struct),
    "transform": Row(
        "2.4.0",
        "= expr array, func lambda",
        lambdas.infer_transform,
        lambdas=lambdas.element_and_index,
    ),
    "transform_keys": Row(
        "3.0.0",
        "= expr map, func lambda",
        lambdas.infer_transform_keys,
        lambdas=lambdas.key_and_value,
    ),
    "transform_values": Row(
        "3.0.0",
        "= expr map, func lambda",
        lambdas.infer_transform_values,
        lambdas=lambdas.key_and_value,
    ),
    "try_element_at": Row("3.3.0", "array any, index any", arrays.infer_element_at),
    "zip_with": Row(
        "2.4.0",
        "= left array, right array, func lambda",
        lambdas.infer_zip_with,
        lambdas=lambdas.two_arrays,
    ),
}

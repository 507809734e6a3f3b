"""Functions of arrays, maps and structs, and those that take a lambda."""

from __future__ import annotations

from ssbt.compiler.types.functions import array_rules as arrays
from ssbt.compiler.types.functions import lambda_rules as lambdas
from ssbt.compiler.types.functions import map_rules as maps
from ssbt.compiler.types.functions.rules import just, same_as
from ssbt.compiler.types.functions.signature import Row
from ssbt.compiler.types.functions.strings import concat

_PREDICATE = "= expr array, pred lambda"

SCALARS = {
    "aggregate": Row(
        "2.4.0",
        "= expr array, start any, merge lambda, finish lambda?",
        lambdas.fold,
        lambdas=lambdas.fold_lambdas,
    ),
    "array": Row("1.1.0", "expr any*", arrays.array),
    "array_append": Row("3.4.0", "array any, element any", arrays.append),
    "array_compact": Row("3.4.0", "array array", arrays.compact),
    "array_contains": Row("1.5.0", "array any, value any", arrays.contains),
    "array_distinct": Row("2.4.0", "= array array", arrays.ordered),
    "array_except": Row("2.4.0", "array1 any, array2 any", arrays.difference),
    "array_insert": Row("3.4.0", "x any, pos any, val any", arrays.insert),
    "array_intersect": Row("2.4.0", "array1 any, array2 any", arrays.intersection),
    "array_join": Row(
        "2.4.0", "array array, delimiter =string, nullReplacement =string?", arrays.joined
    ),
    "array_max": Row("2.4.0", "array array", arrays.extreme),
    "array_min": Row("2.4.0", "array array", arrays.extreme),
    "array_position": Row("2.4.0", "array any, element any", arrays.position),
    "array_prepend": Row("3.5.0", "array any, element any", arrays.append),
    "array_remove": Row("2.4.0", "array any, element any", arrays.removed),
    "array_repeat": Row("2.4.0", "= element any, count int", arrays.repeated),
    "array_size": Row("3.3.0", "expr array", "int"),
    "array_sort": Row(
        "2.4.0", "= expr array, func lambda?", lambdas.sorted_by, lambdas=lambdas.two_elements
    ),
    "array_union": Row("2.4.0", "array1 any, array2 any", arrays.union),
    "arrays_overlap": Row("2.4.0", "a1 any, a2 any", arrays.overlap),
    "arrays_zip": Row("2.4.0", "= a1 array*", arrays.zipped),
    "cardinality": Row("2.4.0", "= expr array|map", arrays.size),
    "concat": Row("1.5.0", "col any*", concat),
    "element_at": Row("2.4.0", "array any, index any", arrays.element_at),
    "exists": Row("2.4.0", _PREDICATE, lambdas.tested, lambdas=lambdas.element_only),
    "filter": Row(
        "2.4.0", "= expr array, func lambda", lambdas.filtered, lambdas=lambdas.element_and_index
    ),
    "flatten": Row("2.4.0", "arrayOfArrays any", arrays.flattened),
    "forall": Row("3.0.0", _PREDICATE, lambdas.tested, lambdas=lambdas.element_only),
    "get": Row("3.4.0", "array any, index any", arrays.get),
    "map": Row("2.0.0", "key any*", maps.new_map),
    "map_concat": Row("2.4.0", "map any*", maps.merged_maps),
    "map_contains_key": Row("3.3.0", "map any, key any", maps.contains_key),
    "map_entries": Row("3.0.0", "= map map", maps.entries),
    "map_filter": Row(
        "3.0.0", "= expr map, func lambda", lambdas.filtered, lambdas=lambdas.key_and_value
    ),
    "map_from_arrays": Row("2.4.0", "= keys array, values array", maps.of_arrays),
    "map_from_entries": Row("2.4.0", "arrayOfEntries any", maps.of_entries),
    "map_keys": Row("2.0.0", "= map map", maps.keys),
    "map_values": Row("2.0.0", "= map map", maps.values),
    "map_zip_with": Row(
        "3.0.0",
        "= map1 map, map2 map, function lambda",
        lambdas.zipped_maps,
        lambdas=lambdas.key_and_two_values,
    ),
    "named_struct": Row("1.5.0", "name any*", maps.named_struct),
    "reduce": Row(
        "3.4.0",
        "= expr array, start any, merge lambda, finish lambda?",
        lambdas.fold,
        lambdas=lambdas.fold_lambdas,
    ),
    "reverse": Row("1.5.0", "array string|array", just(0)),
    "sequence": Row("2.4.0", "start any, stop any, step any?", arrays.sequence),
    "shuffle": Row("2.4.0", "= array array, seed =int|bigint?!", just(0), "random"),
    "size": Row("1.5.0", "= expr array|map", arrays.size),
    "slice": Row("2.4.0", "x array, start int, length int", same_as(0)),
    "sort_array": Row("1.5.0", "= array array, ascendingOrder boolean?!", arrays.ordered),
    "str_to_map": Row(
        "2.0.1", "= text string, pairDelim string?, keyValueDelim string?", "map<string,string>"
    ),
    "struct": Row("1.4.0", "col any*", maps.struct),
    "transform": Row(
        "2.4.0", "= expr array, func lambda", lambdas.transformed, lambdas=lambdas.element_and_index
    ),
    "transform_keys": Row(
        "3.0.0", "= expr map, func lambda", lambdas.transformed_keys, lambdas=lambdas.key_and_value
    ),
    "transform_values": Row(
        "3.0.0",
        "= expr map, func lambda",
        lambdas.transformed_values,
        lambdas=lambdas.key_and_value,
    ),
    "try_element_at": Row("3.3.0", "array any, index any", arrays.element_at),
    "zip_with": Row(
        "2.4.0",
        "= left array, right array, func lambda",
        lambdas.zipped_with,
        lambdas=lambdas.two_arrays,
    ),
}

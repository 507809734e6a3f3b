"""Functions of arrays, maps and structs, and those that take a lambda."""

from __future__ import annotations

from ssbt.compiler.types.functions import nested_rules as rules
from ssbt.compiler.types.functions.signature import Row
from ssbt.compiler.types.functions.strings import concat

_PREDICATE = "= expr array, pred lambda"

SCALARS = {
    "aggregate": Row(
        "2.4.0",
        "= expr array, start any, merge lambda, finish lambda?",
        rules.fold,
        lambdas=rules.fold_lambdas,
    ),
    "array": Row("1.1.0", "expr any*", rules.array),
    "array_append": Row("3.4.0", "array any, element any", rules.append),
    "array_compact": Row("3.4.0", "array array", rules.compact),
    "array_contains": Row("1.5.0", "array any, value any", rules.contains),
    "array_distinct": Row("2.4.0", "= array array", rules.distinct),
    "array_except": Row("2.4.0", "array1 any, array2 any", rules.difference),
    "array_insert": Row("3.4.0", "x any, pos any, val any", rules.insert),
    "array_intersect": Row("2.4.0", "array1 any, array2 any", rules.intersection),
    "array_join": Row(
        "2.4.0", "array array, delimiter string, nullReplacement string?", rules.joined
    ),
    "array_max": Row("2.4.0", "array array", rules.extreme),
    "array_min": Row("2.4.0", "array array", rules.extreme),
    "array_position": Row("2.4.0", "array any, element any", rules.position),
    "array_prepend": Row("3.5.0", "array any, element any", rules.append),
    "array_remove": Row("2.4.0", "array any, element any", rules.removed),
    "array_repeat": Row("2.4.0", "= element any, count int", rules.repeated),
    "array_size": Row("3.3.0", "expr array", "int"),
    "array_sort": Row(
        "2.4.0", "= expr array, func lambda?", rules.sorted_array, lambdas=rules.two_elements
    ),
    "array_union": Row("2.4.0", "array1 any, array2 any", rules.union),
    "arrays_overlap": Row("2.4.0", "a1 any, a2 any", rules.overlap),
    "arrays_zip": Row("2.4.0", "= a1 array*", rules.zipped),
    "cardinality": Row("2.4.0", "= expr array|map", "int"),
    "concat": Row("1.5.0", "col any*", concat),
    "element_at": Row("2.4.0", "array any, index any", rules.element_at),
    "exists": Row("2.4.0", _PREDICATE, rules.tested, lambdas=rules.element_only),
    "filter": Row(
        "2.4.0", "= expr array, func lambda", rules.filtered, lambdas=rules.element_and_index
    ),
    "flatten": Row("2.4.0", "arrayOfArrays any", rules.flattened),
    "forall": Row("3.0.0", _PREDICATE, rules.tested, lambdas=rules.element_only),
    "get": Row("3.4.0", "array any, index any", rules.get),
    "map": Row("2.0.0", "key any*", rules.new_map),
    "map_concat": Row("2.4.0", "map any*", rules.merged_maps),
    "map_contains_key": Row("3.3.0", "map any, key any", rules.contains_key),
    "map_entries": Row("3.0.0", "= map map", rules.entries),
    "map_filter": Row(
        "3.0.0", "= expr map, func lambda", rules.filtered, lambdas=rules.key_and_value
    ),
    "map_from_arrays": Row("2.4.0", "= keys array, values array", rules.map_of_arrays),
    "map_from_entries": Row("2.4.0", "arrayOfEntries any", rules.map_of_entries),
    "map_keys": Row("2.0.0", "= map map", rules.keys),
    "map_values": Row("2.0.0", "= map map", rules.values),
    "map_zip_with": Row(
        "3.0.0",
        "= map1 map, map2 map, function lambda",
        rules.zipped_maps,
        lambdas=rules.key_and_two_values,
    ),
    "named_struct": Row("1.5.0", "name any*", rules.named_struct),
    "reduce": Row(
        "3.4.0",
        "= expr array, start any, merge lambda, finish lambda?",
        rules.fold,
        lambdas=rules.fold_lambdas,
    ),
    "reverse": Row("1.5.0", "array string|array", rules.reversed_value),
    "sequence": Row("2.4.0", "start any, stop any, step any?", rules.sequence),
    "shuffle": Row("2.4.0", "= array array, seed any?", rules.reversed_value, "random"),
    "size": Row("1.5.0", "= expr array|map", "int"),
    "slice": Row("2.4.0", "x array, start int, length int", rules.sliced),
    "sort_array": Row("1.5.0", "= array array, ascendingOrder boolean?!", rules.sorted_array),
    "str_to_map": Row(
        "2.0.1", "= text string, pairDelim string?, keyValueDelim string?", "map<string,string>"
    ),
    "struct": Row("1.4.0", "col any*", rules.struct),
    "transform": Row(
        "2.4.0", "= expr array, func lambda", rules.transformed, lambdas=rules.element_and_index
    ),
    "transform_keys": Row(
        "3.0.0", "= expr map, func lambda", rules.transformed_keys, lambdas=rules.key_and_value
    ),
    "transform_values": Row(
        "3.0.0", "= expr map, func lambda", rules.transformed_values, lambdas=rules.key_and_value
    ),
    "try_element_at": Row("3.3.0", "array any, index any", rules.element_at),
    "zip_with": Row(
        "2.4.0",
        "= left array, right array, func lambda",
        rules.zipped_with,
        lambdas=rules.two_arrays,
    ),
}

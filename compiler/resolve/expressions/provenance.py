"""What values are made from: how functions hand on, take out and put together the fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from ssbt.compiler.ir.provenance import Origin, Provenance, merge, mixture
from ssbt.compiler.resolve import scopes
from ssbt.compiler.types.datatypes import DataType, StructType, innermost_type
from ssbt.compiler.types.expression_types import Typed


class TracedValue(Typed, frozen=True, eq=False):
    """A typed expression of which it is known what becomes of each field."""

    provenance: Provenance = Provenance()


class CallArgument(Struct, frozen=True):
    """An argument of a call: its type, what it is made from, and the name that it brings along."""

    typed: Typed
    provenance: Provenance = Provenance()
    name: str | None = None


Arguments = Sequence[CallArgument]
ArgumentSelector = Callable[[int], Iterable[int]]


def struct_provenance(fields: Iterable[tuple[str, Provenance]]) -> Provenance:
    """What a struct that is put together of these is made from."""
    parts: dict[str, list[Provenance]] = {}
    for name, provenance in fields:
        parts.setdefault(name.casefold(), []).append(provenance)
    return Provenance((), (), tuple((name, merge(each)) for name, each in parts.items()))


def fit_provenance(value: Provenance, type_: DataType, result: DataType) -> Provenance:
    """What a value of a type is made from once it is of another, whose fields may be others."""
    return value if _shape(type_) == _shape(result) else value.as_opaque


def _shape(type_: DataType) -> object:
    """The names of all fields in a type, whatever collections they are in."""
    inner = innermost_type(type_)
    fields = inner.fields if isinstance(inner, StructType) else ()
    return tuple((each.name.casefold(), _shape(each.type)) for each in fields)


def _select_only(*indexes: int) -> ArgumentSelector:
    return lambda count: [index for index in indexes if index < count]


def _select_all(count: int) -> Iterable[int]:
    return range(count)


def _select_odd(count: int) -> Iterable[int]:
    return range(1, count, 2)


# The arguments that a function hands on, whole or an element of them; all others it looks at.
_PASSED_THROUGH: dict[str, ArgumentSelector] = {
    **dict.fromkeys(
        ("array", "array_union", "coalesce", "concat", "ifnull", "map_concat"), _select_all
    ),
    **dict.fromkeys(
        ("nvl", "array_intersect", "array_append", "array_prepend"), _select_only(0, 1)
    ),
    **dict.fromkeys(("array_agg", "collect_list", "collect_set"), _select_only(0)),
    **dict.fromkeys(("any_value", "first", "first_value", "last", "last_value"), _select_only(0)),
    **dict.fromkeys(("max_by", "min_by", "nth_value", "nullif"), _select_only(0)),
    **dict.fromkeys(("array_compact", "array_distinct", "array_except"), _select_only(0)),
    **dict.fromkeys(("array_remove", "array_repeat", "array_sort", "sort_array"), _select_only(0)),
    **dict.fromkeys(("filter", "flatten", "reverse", "shuffle", "slice"), _select_only(0)),
    **dict.fromkeys(("element_at", "get", "try_element_at"), _select_only(0)),
    **dict.fromkeys(("map_filter", "map_values"), _select_only(0)),
    **dict.fromkeys(("lag", "lead", "array_insert"), _select_only(0, 2)),
    **dict.fromkeys(("if", "iff", "nvl2"), _select_only(1, 2)),
    **dict.fromkeys(("map_from_arrays", "transform", "transform_values"), _select_only(1)),
    "map": _select_odd,
    "zip_with": _select_only(2),
}
# Of which argument the parameters of a lambda are an element; None where of none.
_ELEMENTS: dict[str, tuple[int | None, ...]] = {
    **dict.fromkeys(("exists", "filter", "forall", "transform"), (0,)),
    **dict.fromkeys(("map_filter", "transform_keys", "transform_values"), (None, 0)),
    **dict.fromkeys(("aggregate", "reduce"), (None, 0)),
    "array_sort": (0, 0),
    "map_zip_with": (None, 0, 1),
    "zip_with": (0, 1),
}
# Functions of whose collections nothing is used but what their lambdas name.
_THROUGH_LAMBDAS = ("aggregate", "exists", "forall", "reduce", "transform", "zip_with")
_EXPLODE = ("explode", "explode_outer", "posexplode", "posexplode_outer")
_STRUCTS = ("struct", "arrays_zip")


def lambda_provenances(name: str, arguments: Arguments) -> list[Provenance]:
    """What the parameters of a lambda are made from, by the arguments before it."""
    indexes = _ELEMENTS.get(name, ())
    return [Provenance() if index is None else arguments[index].provenance for index in indexes]


def call_provenance(
    name: str, arguments: Arguments, clause_provenances: Sequence[Provenance], result: DataType
) -> Provenance | None:
    """What the fields of a call's result are made from; None where nothing is known of them.

    `clause_provenances` is what the call looks at besides its arguments, such as window keys.
    """
    arguments = _narrow_arguments(name, arguments)
    if name == "named_struct":
        pairs = zip(arguments[::2], arguments[1::2], strict=False)
        fields = [(str(key.typed.constant), value.provenance) for key, value in pairs]
        return struct_provenance(fields).with_computed(clause_provenances)
    if name in _STRUCTS:
        fields = [(each.name or f"col{n}", each.provenance) for n, each in enumerate(arguments, 1)]
        return struct_provenance(fields).with_computed(clause_provenances)
    if name.startswith("inline") and arguments:
        return arguments[0].provenance.with_computed(clause_provenances)
    if name in _EXPLODE and arguments:
        return _exploded_provenance(arguments[0], result, name.startswith("pos"))
    select = _PASSED_THROUGH.get(name)
    if select is None:
        # A lambda may look at no more than a field of a collection.
        return _mix_computed(arguments, clause_provenances) if name in _THROUGH_LAMBDAS else None
    passed = set(select(len(arguments)))
    rest = [each for index, each in enumerate(arguments) if index not in passed]
    parts = (
        fit_provenance(each.provenance, each.typed.type, result)
        for index, each in enumerate(arguments)
        if index in passed
    )
    return merge(parts).with_computed((_mix_computed(rest, clause_provenances),))


def _mix_computed(arguments: Arguments, clause_provenances: Sequence[Provenance]) -> Provenance:
    return mixture((*(each.provenance for each in arguments), *clause_provenances))


def _exploded_provenance(
    collection: CallArgument, result: DataType, with_position: bool
) -> Provenance:
    """The columns of an exploded collection: its place, the key and the value, or the element.

    The place tells of the row, not of what is in it.
    """
    names = [each.name for each in scopes.fields_of(result)][with_position:]
    whole = collection.provenance
    opaque = [(name.casefold(), whole.as_opaque) for name in names[:-1]]
    return Provenance((), (), (*opaque, *((name.casefold(), whole) for name in names[-1:])))


def _narrow_arguments(name: str, arguments: Arguments) -> Arguments:
    """The arguments without the collections of which a lambda looks at some fields alone."""
    if name not in _THROUGH_LAMBDAS:
        return arguments
    collection_indexes = {index for index in _ELEMENTS[name] if index is not None}
    used_origins = [
        o for each in arguments[max(collection_indexes) + 1 :] for o in each.provenance.origins
    ]
    return [
        CallArgument(each.typed, Provenance(), each.name)
        if index in collection_indexes and _is_used(each.provenance, used_origins)
        else each
        for index, each in enumerate(arguments)
    ]


def _is_used(collection: Provenance, used_origins: Iterable[Origin]) -> bool:
    """Whether any of these is the collection or in it."""
    return any(whole.contains(part) for whole in collection.origins for part in used_origins)

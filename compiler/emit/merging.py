"""Merging rows into a table: the statement, and what it is given."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from ssbt.compiler.connectors.settings import ConditionText, Settings, column_reference
from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.connectors.values import ParamUse, Text
from ssbt.compiler.emit.histories import history_context
from ssbt.compiler.emit.literals import Part, PythonCode, f_string
from ssbt.compiler.emit.setting_code import SettingCode
from ssbt.compiler.emit.statement_parts import (
    assignment_parts,
    bracketed_parts,
    conjunction_parts,
    insertion_parts,
)
from ssbt.compiler.ir.expressions import TextMark
from ssbt.compiler.ir.histories import find_history
from ssbt.compiler.ir.merges import Merge, find_memory, find_merge
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.types.quoting import quote_name

_DELETED = "_deleted"
_EVOLVE = "evolve"


def merge_context(
    settings: Settings, relation: Relation, code: SettingCode
) -> dict[str, object] | None:
    """What templates know of a merge; None where a sink writes otherwise."""
    merge, history = find_merge(settings, relation), find_history(settings, relation)
    either = merge or history
    if either is None:
        return None
    context: dict[str, object] = {
        "deleted": _emit_condition(either.deleted, code),
        "options": code.options(_without_evolution(settings)),
        "evolves": _evolves(settings),
    }
    memory = find_memory(settings)
    option = memory[0] if memory is not None else ""
    context |= dict.fromkeys(("deleted_place", "hidden"))
    context["deleted_place" if option == "deleted" else "hidden"] = memory_place(settings, code)
    if history is not None:
        return {**context, **history_context(history)}
    return {**context, **_newest_context(merge)} if merge is not None else None


def _newest_context(merge: Merge) -> dict[str, object]:
    function = "merge_values" if merge.keeps_values else "merge_rows"
    return {
        "function": "merge_snapshot" if merge.is_whole else function,
        "key_columns": list(merge.keys),
        "sequence": merge.sequence,
        "columns": [column_reference(name) for name in merge.columns],
        "validity": None,
        "statement": PythonCode(f_string(list(_statement_parts(merge)))),
    }


def _evolves(settings: Settings) -> bool:
    evolve = settings.find(_EVOLVE)
    return evolve is not None and evolve.value == "true"


def _without_evolution(settings: Settings) -> Settings:
    """The settings that a new table is given."""
    kept = tuple(each for each in settings.settings if each.option.name != _EVOLVE)
    return replace(settings, settings=kept)


def memory_place(settings: Settings, code: SettingCode) -> object:
    """Where events are remembered, if they are: as it is said, or beside the table."""
    memory = find_memory(settings)
    if memory is None:
        return None
    option, suffix = memory
    explicit = settings.find(option)
    if explicit is not None:
        return code.value(explicit.value)
    place = settings.at(OptionPlacement.PATH) or settings.at(OptionPlacement.TABLE)
    value = place.value if place is not None else ""
    if isinstance(value, Text):
        *parts, last = value.parts
        ending = (_with_suffix(last, suffix),) if isinstance(last, str) else (last, suffix)
        return code.value(Text((*parts, *ending), value.span))
    if isinstance(value, ParamUse):
        return code.value(Text((value, suffix), value.span))
    return _with_suffix(str(value), suffix)


def _with_suffix(text: str, suffix: str) -> str:
    """The name of a table with more behind it, which goes into its backticks."""
    return f"{text[:-1]}{suffix}`" if text.endswith("`") else f"{text}{suffix}"


def _emit_condition(condition: ConditionText | None, code: SettingCode) -> object:
    return code.value(condition) if condition is not None else None


def _statement_parts(merge: Merge) -> Iterator[Part]:
    """`MERGE INTO target AS t USING changes AS c …`, a clause on a line of its own."""
    sequence = quote_name(merge.sequence)
    rest = [name for name in merge.columns if name not in merge.keys]
    yield from (TextMark.GROUP, "MERGE INTO target AS t", TextMark.SPACE, "USING changes AS c")
    yield TextMark.SPACE
    yield from conjunction_parts(
        "ON ", [[f"t.{key} = c.{key}"] for key in map(quote_name, merge.keys)]
    )
    kept: list[list[Part]] = []
    if merge.deleted is not None or merge.is_whole:
        yield TextMark.SPACE
        older: list[list[Part]] = [[f"c.{sequence} >= t.{sequence}"]]
        older = [] if merge.keeps_values else older
        yield from conjunction_parts("WHEN MATCHED AND ", [[f"c.{_DELETED}"], *older])
        yield " THEN DELETE"
        kept = [[f"NOT c.{_DELETED}"]]
    yield TextMark.SPACE
    condition = _differs(merge) if merge.keeps_values else _is_newer(merge)
    yield from conjunction_parts("WHEN MATCHED AND ", [*kept, [*condition]])
    yield TextMark.SPACE
    yield from (*assignment_parts([*map(quote_name, rest)], "c"), TextMark.SPACE)
    yield from conjunction_parts("WHEN NOT MATCHED" + " AND " * bool(kept), kept)
    names = [quote_name(name) for name in merge.columns]
    yield from (TextMark.SPACE, *insertion_parts(names, "c"), TextMark.END)


def _is_newer(merge: Merge) -> Iterator[Part]:
    """The newer row is the greater one: by the sequence, then by its columns in their order."""
    yield from _comparison(merge, "> ")


def _differs(merge: Merge) -> Iterator[Part]:
    """The row comes as it has to be: it may be the same, and it may have nulls."""
    yield from ("NOT (", *_comparison(merge, "<=> "), ")")


def _comparison(merge: Merge, operator: str) -> Iterator[Part]:
    others = [name for name in merge.columns if name not in (*merge.keys, merge.sequence)]
    for before, alias in (("", "c"), (operator, "t")):
        names = [f"{alias}.{quote_name(name)}" for name in (merge.sequence, *others)]
        if before:
            yield TextMark.SPACE
        if others:
            yield from bracketed_parts(f"{before}struct(", names)
        else:
            yield f"{before}{names[0]}"

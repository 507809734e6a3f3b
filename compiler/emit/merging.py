"""Merging rows into a table: the statement, and what it is given."""

from __future__ import annotations

from msgspec.structs import replace

from ssbt.compiler.connectors.settings import ConditionText, Settings, column_reference
from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.connectors.values import ParamUse, Text
from ssbt.compiler.emit.histories import history_context
from ssbt.compiler.emit.literals import PythonCode
from ssbt.compiler.emit.setting_code import SettingCode
from ssbt.compiler.emit.statements import emit_statement
from ssbt.compiler.ir.histories import find_history
from ssbt.compiler.ir.merges import Merge, find_memory, find_merge
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.types.quoting import quote_name

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
        "statement": _emit_statement(merge),
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


def _emit_statement(merge: Merge) -> PythonCode:
    rest = [quote_name(name) for name in merge.columns if name not in merge.keys]
    sequence = quote_name(merge.sequence)
    return emit_statement(
        "merge",
        keys=list(map(quote_name, merge.keys)),
        sequence=sequence,
        others=[name for name in rest if name != sequence],
        values=rest,
        columns=list(map(quote_name, merge.columns)),
        deletes=merge.deleted is not None or merge.is_whole,
        keeps_values=merge.keeps_values,
    )

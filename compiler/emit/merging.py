"""Merging rows into a table: the statement, and what it is given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ssbt.compiler.connectors.settings import ConditionText, Settings, column_reference
from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.connectors.values import ParamUse, Text
from ssbt.compiler.emit.literals import Part, PythonCode, f_string, python_literal
from ssbt.compiler.emit.setting_code import SettingCode
from ssbt.compiler.ir.expressions import TextMark
from ssbt.compiler.ir.merges import Merge, find_merge
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.types.quoting import quote_name

_DELETED = _SUFFIX = "_deleted"


def merge_context(
    settings: Settings, relation: Relation, code: SettingCode
) -> dict[str, object] | None:
    """What templates know of a merge; None where a sink writes otherwise."""
    merge = find_merge(settings, relation)
    if merge is None:
        return None
    return {
        "key_columns": list(merge.keys),
        "sequence": merge.sequence,
        "columns": [column_reference(name) for name in merge.columns],
        "deleted": _emit_condition(merge.deleted, code),
        "options": [
            f"{python_literal(each.name)}: {python_literal(each.value)}"
            for each in code.options(settings)
        ],
        "memory": _memory_place(settings, code) if merge.deleted is not None else None,
        "statement": PythonCode(f_string(list(_statement_parts(merge)))),
    }


def _memory_place(settings: Settings, code: SettingCode) -> object:
    """Where deletes are remembered: as it is said, or beside the table."""
    explicit = settings.find("deleted")
    if explicit is not None:
        return code.value(explicit.value)
    place = settings.at(OptionPlacement.PATH) or settings.at(OptionPlacement.TABLE)
    value = place.value if place is not None else ""
    if isinstance(value, Text):
        return code.value(Text((*value.parts, _SUFFIX), value.span))
    if isinstance(value, ParamUse):
        return code.value(Text((value, _SUFFIX), value.span))
    return f"{value}{_SUFFIX}"


def _emit_condition(condition: ConditionText | None, code: SettingCode) -> object:
    return code.value(condition) if condition is not None else None


def _statement_parts(merge: Merge) -> Iterator[Part]:
    """`MERGE INTO target AS t USING changes AS c …`, a clause on a line of its own."""
    sequence = quote_name(merge.sequence)
    rest = [name for name in merge.columns if name not in merge.keys]
    yield from (TextMark.GROUP, "MERGE INTO target AS t", TextMark.SPACE, "USING changes AS c")
    yield from (TextMark.SPACE, f"ON {_equal_keys(merge.keys)}")
    kept = ""
    if merge.deleted is not None:
        deletes = f"WHEN MATCHED AND c.{_DELETED} AND c.{sequence} >= t.{sequence} THEN DELETE"
        yield from (TextMark.SPACE, deletes)
        kept = f" AND NOT c.{_DELETED}"
    newer = f"{_order('c', merge)} > {_order('t', merge)}"
    assignments = ", ".join(f"t.{quote_name(name)} = c.{quote_name(name)}" for name in rest)
    yield from (TextMark.SPACE, f"WHEN MATCHED{kept} AND {newer}")
    yield from (TextMark.SPACE, "THEN UPDATE SET ", assignments)
    names = [quote_name(name) for name in merge.columns]
    values = ", ".join(f"c.{name}" for name in names)
    yield from (TextMark.SPACE, f"WHEN NOT MATCHED{kept}")
    yield from (TextMark.SPACE, f"THEN INSERT ({', '.join(names)}) VALUES ({values})", TextMark.END)


def _equal_keys(keys: Sequence[str]) -> str:
    return " AND ".join(f"t.{quote_name(key)} = c.{quote_name(key)}" for key in keys)


def _order(alias: str, merge: Merge) -> str:
    """The newer row is the greater one: by the sequence, then by its columns in their order."""
    others = [name for name in merge.columns if name not in (*merge.keys, merge.sequence)]
    names = [f"{alias}.{quote_name(name)}" for name in (merge.sequence, *others)]
    return f"struct({', '.join(names)})" if others else names[0]

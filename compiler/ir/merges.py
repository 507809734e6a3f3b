"""Sinks that merge rows into a table: the newest row of each key counts."""

from __future__ import annotations

from msgspec import Struct

from ssbt.compiler.connectors.settings import ConditionText, Settings
from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.ir.relations import Column, Relation

MERGE = "merge"
"""The mode of such a sink."""


class Merge(Struct, frozen=True):
    """Which rows are the same, which of them is newer, and what is kept of them.

    `columns` are those of the table, in their order. Rows for which `deleted` is true are taken out
    of it.
    """

    keys: tuple[str, ...]
    sequence: str
    columns: tuple[str, ...]
    deleted: ConditionText | None = None


def stored_columns(settings: Settings, relation: Relation) -> tuple[Column, ...]:
    """The columns that a sink writes of its dataset: all, or those that a merge stores."""
    merge = find_merge(settings, relation)
    if merge is None:
        return relation.columns
    return tuple(each for each in relation.columns if each.name in merge.columns)


def find_merge(settings: Settings, relation: Relation) -> Merge | None:
    """The merge of a sink's settings without mistakes; None where it writes otherwise."""
    mode, sequence = settings.at(OptionPlacement.MODE), settings.find("sequence_by")
    if mode is None or mode.value != MERGE or sequence is None:
        return None
    spelling = {column.name.casefold(): column.name for column in relation.columns}

    def columns_of(option: str) -> tuple[str, ...]:
        setting = settings.find(option)
        names = [each.name for each in setting.columns] if setting is not None else []
        return tuple(spelling.get(name.casefold(), name) for name in names)

    deleted = settings.find("delete_when")
    return Merge(
        columns_of("keys"),
        columns_of("sequence_by")[0],
        columns_of("columns") or tuple(column.name for column in relation.columns),
        deleted.value if deleted and isinstance(deleted.value, ConditionText) else None,
    )

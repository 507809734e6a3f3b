"""Sinks that merge rows into a table: the newest row of each key counts."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.connectors.settings import ConditionText, Settings
from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.ir.histories import HISTORY, find_history
from ssbt.compiler.ir.merge_settings import find_merge_settings
from ssbt.compiler.ir.relations import Column, Relation

MERGE = "merge"
"""The mode of such a sink."""


class Merge(Struct, frozen=True):
    """Which rows are the same, which of them is newer, and what is kept of them.

    `columns` are those of the table, in their order. Rows for which `deleted` is true are taken out
    of it. A null leaves the value of the table if it `keeps_values`. A dataset that `is_whole` has
    all rows that there are: others are taken out, too.
    """

    keys: tuple[str, ...]
    sequence: str
    columns: tuple[str, ...]
    deleted: ConditionText | None = None
    keeps_values: bool = False
    is_whole: bool = False


def is_merged(settings: Settings) -> bool:
    """Whether a sink merges rows into a table: their newest state, or their history."""
    mode = settings.at(OptionPlacement.MODE)
    return mode is not None and mode.value in (MERGE, HISTORY)


def find_memory(settings: Settings) -> tuple[str, str] | None:
    """The option that says where events are remembered, and what follows the name of the table
    where it says nothing; None where a sink remembers none."""
    mode = settings.at(OptionPlacement.MODE)
    is_merge = mode is not None and mode.value == MERGE
    if (mode is not None and mode.value == HISTORY) or (is_merge and _keeps_values(settings)):
        return "hidden", "_hidden"
    if is_merge and settings.find("delete_when") is not None:
        return "deleted", "_deleted"
    return None


def stored_columns(settings: Settings, relation: Relation) -> tuple[Column, ...]:
    """The columns that a sink writes of its dataset: all, or those that a merge stores.

    A history has two more, with the values of its sequence.
    """
    merge, history = find_merge(settings, relation), find_history(settings, relation)
    either = merge or history
    if either is None:
        return relation.columns
    stored = tuple(each for each in relation.columns if each.name in either.columns)
    if history is not None:
        for sequence in relation.find_columns(history.sequence)[:1]:
            start = replace(sequence, name=history.valid_from, nullable=False)
            stored += (start, replace(sequence, name=history.valid_to, nullable=True))
    return stored


def find_origin(settings: Settings, relation: Relation, stored: Column) -> str:
    """The name of the dataset's column from which a stored one has its values."""
    history = find_history(settings, relation)
    is_validity = history is not None and stored.name in (history.valid_from, history.valid_to)
    return history.sequence if history is not None and is_validity else stored.name


def find_merge(settings: Settings, relation: Relation) -> Merge | None:
    """The merge of a sink's settings without mistakes; None where it writes otherwise."""
    merge = find_merge_settings(settings, relation, MERGE)
    if merge is None:
        return None
    sequence, *_ = merge.list_columns("sequence_by")
    missing = settings.find("missing")
    return Merge(
        merge.list_columns("keys"),
        sequence,
        merge.stored,
        merge.deleted,
        _keeps_values(settings),
        missing is not None and missing.value == "delete",
    )


def _keeps_values(settings: Settings) -> bool:
    on_null = settings.find("on_null")
    return on_null is not None and on_null.value == "keep"

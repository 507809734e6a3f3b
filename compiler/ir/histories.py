"""Sinks that keep the history of each key: a version for each change, with the time it holds."""

from __future__ import annotations

from msgspec import Struct

from ssbt.compiler.connectors.settings import ConditionText, Settings
from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.ir.relations import Relation

HISTORY = "history"
"""The mode of such a sink."""

VALID_FROM, VALID_TO = "valid_from", "valid_to"


class History(Struct, frozen=True):
    """Which rows are of one key, what order they have, and which changes make a new version.

    `columns` are those of the dataset that the table has, in their order, and `tracked` those of
    them that open a version when they change. The sequence is none of them: `valid_from` and
    `valid_to`, which follow, have its values. An event for which `deleted` is true ends a version.
    """

    keys: tuple[str, ...]
    sequence: str
    columns: tuple[str, ...]
    tracked: tuple[str, ...]
    valid_from: str = VALID_FROM
    valid_to: str = VALID_TO
    deleted: ConditionText | None = None


def find_history(settings: Settings, relation: Relation) -> History | None:
    """The history of a sink's settings without mistakes; None where it writes otherwise."""
    mode, sequence = settings.at(OptionPlacement.MODE), settings.find("sequence_by")
    if mode is None or mode.value != HISTORY or sequence is None:
        return None
    spelling = {column.name.casefold(): column.name for column in relation.columns}

    def columns_of(option: str) -> tuple[str, ...]:
        setting = settings.find(option)
        names = [each.name for each in setting.columns] if setting is not None else []
        return tuple(spelling.get(name.casefold(), name) for name in names)

    def text_of(option: str, default: str) -> str:
        setting = settings.find(option)
        return str(setting.value) if setting is not None else default

    keys, order = columns_of("keys"), columns_of("sequence_by")[0]
    columns = columns_of("columns") or tuple(column.name for column in relation.columns)
    columns = tuple(name for name in columns if name != order)
    chosen = set(columns_of("track") or columns)
    deleted = settings.find("delete_when")
    return History(
        keys,
        order,
        columns,
        tuple(name for name in columns if name in chosen and name not in keys),
        text_of("valid_from", VALID_FROM),
        text_of("valid_to", VALID_TO),
        deleted.value if deleted and isinstance(deleted.value, ConditionText) else None,
    )

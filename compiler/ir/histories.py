"""Sinks that keep the history of each key: a version for each change, with the time it holds."""

from __future__ import annotations

from msgspec import Struct

from ssbt.compiler.connectors.settings import ConditionText, Setting, Settings
from ssbt.compiler.ir.merge_settings import find_merge_settings
from ssbt.compiler.ir.relations import Relation

HISTORY = "history"
"""The mode of such a sink."""

VALID_FROM, VALID_TO = "valid_from", "valid_to"


class History(Struct, frozen=True):
    """Which rows are of one key, what order they have, and which changes make a new version.

    `columns` are those of the dataset that the table has, in their order, and `tracked` those of
    them that open a version when they change. The sequence is not one of them: `valid_from` and
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
    merge = find_merge_settings(settings, relation, HISTORY)
    if merge is None:
        return None

    def text_of(option: str, default: str) -> str:
        setting = settings.find(option)
        return str(setting.value) if setting is not None else default

    keys = merge.list_columns("keys")
    sequence, *_ = merge.list_columns("sequence_by")
    columns = tuple(name for name in merge.stored if name != sequence)
    chosen = set(merge.list_columns("track") or columns)
    return History(
        keys,
        sequence,
        columns,
        tuple(name for name in columns if name in chosen and name not in keys),
        text_of("valid_from", VALID_FROM),
        text_of("valid_to", VALID_TO),
        merge.deleted,
    )


def find_naming_option(settings: Settings, column: str) -> Setting | None:
    """The option that gives a column of a history its name, if one does."""
    named = (settings.find(each) for each in (VALID_FROM, VALID_TO))
    return next((each for each in named if each is not None and each.value == column), None)

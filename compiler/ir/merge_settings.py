"""What merges and histories have in common: columns of their rows, and when rows are deleted."""

from __future__ import annotations

from msgspec import Struct

from ssbt.compiler.connectors.settings import ConditionText, Settings
from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.ir.relations import Relation


class MergeSettings(Struct, frozen=True):
    """The settings of a sink that merges rows of a relation."""

    settings: Settings
    relation: Relation

    def list_columns(self, option: str) -> tuple[str, ...]:
        """The columns of an option, spelt as in the relation; none if it is not given."""
        spelling = {column.name.casefold(): column.name for column in self.relation.columns}
        setting = self.settings.find(option)
        names = [each.name for each in setting.columns] if setting is not None else []
        return tuple(spelling.get(name.casefold(), name) for name in names)

    @property
    def stored(self) -> tuple[str, ...]:
        """The columns that the table gets: those that are chosen, or all."""
        return self.list_columns("columns") or tuple(each.name for each in self.relation.columns)

    @property
    def deleted(self) -> ConditionText | None:
        """The condition of rows that are taken out of the table."""
        setting = self.settings.find("delete_when")
        value = setting.value if setting is not None else None
        return value if isinstance(value, ConditionText) else None


def find_merge_settings(settings: Settings, relation: Relation, mode: str) -> MergeSettings | None:
    """The settings of a sink with this `mode` and a `sequence_by`; None for other sinks."""
    setting = settings.at(OptionPlacement.MODE)
    if setting is None or setting.value != mode or settings.find("sequence_by") is None:
        return None
    return MergeSettings(settings, relation)

"""Tables that are kept in order: what is done to the table of a sink, apart from writing it."""

from __future__ import annotations

from msgspec import Struct

from ssbt.compiler.connectors.settings import Settings
from ssbt.compiler.source import Span


class Upkeep(Struct, frozen=True):
    """A declaration `maintain`; `sink` is the name of the sink whose table it is about."""

    sink: str
    settings: Settings
    description: str
    span: Span

    @property
    def retention(self) -> int | None:
        """For how many milliseconds files of older versions stay; None where all of them do."""
        setting = self.settings.find("expire_snapshots")
        return setting.value if setting is not None and isinstance(setting.value, int) else None

    @property
    def removes_orphans(self) -> bool:
        """Whether files go that the table does not know."""
        return self.settings.is_true("remove_orphans")

"""Dialects: a word that stands for the values of several options."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ssbt.compiler.connectors.settings import Setting
from ssbt.compiler.connectors.specification import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ssbt.compiler.connectors.constraints import Given


def dialect_settings(given: Given) -> Iterator[Setting]:
    """What the dialect of a source or sink says, where the user says nothing else."""
    option = next((each for each in given.options.values() if each.place is Place.DIALECT), None)
    setting = given.settings.get(option.name) if option is not None else None
    if option is None or setting is None:
        return
    choice = option.choice(str(setting.value))
    reason = f"What the dialect {choice.name} means." if choice is not None else ""
    for name, value in choice.settings if choice is not None else ():
        meant = given.options.get(name)
        if meant is None or name in given.settings or name in given.doubtful:
            continue
        if value != meant.default:
            yield Setting(meant, value, None, reason)
            reason = ""

"""Dialects: a word that stands for the values of several options."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ssbt.compiler.connectors.settings import Setting
from ssbt.compiler.connectors.specification import OptionPlacement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ssbt.compiler.connectors.constraints import OptionBlock


def dialect_settings(block: OptionBlock) -> Iterator[Setting]:
    """What the dialect of a source or sink says, where the user says nothing else."""
    option = next(
        (each for each in block.options.values() if each.place is OptionPlacement.DIALECT), None
    )
    setting = block.settings.get(option.name) if option is not None else None
    if option is None or setting is None:
        return
    choice = option.choice(str(setting.value))
    reason = f"What the dialect {choice.name} means." if choice is not None else ""
    for name, value in choice.settings if choice is not None else ():
        target_option = block.options.get(name)
        if target_option is None or name in block.settings or name in block.doubtful:
            continue
        if value != target_option.default:
            yield Setting(target_option, value, None, reason)
            reason = ""

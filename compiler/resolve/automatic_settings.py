"""Settings that the compiler supplies for columns of some types, where there are such columns."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from ssbt.compiler.connectors.settings import FormatUse, Setting, Settings
from ssbt.compiler.connectors.specification import OptionPlacement, ValueKind
from ssbt.compiler.ir.relations import Column
from ssbt.compiler.types.words import type_words


def without_unneeded_settings(
    settings: Settings, columns: Iterable[Column], key: Iterable[Column], *, legacy: bool
) -> Settings:
    """Settings without those that are supplied for types which no column has, or none of a key.

    With `legacy`, patterns of dates are those of Spark 2, which ours are not: none is supplied.
    """
    return _trim_settings(settings, _collect_type_names(columns), _collect_type_names(key), legacy)


def _collect_type_names(columns: Iterable[Column]) -> set[str]:
    return {type_name for column in columns for type_name in type_words(column.type)}


def _trim_settings(
    settings: Settings, column_types: set[str], key_types: set[str], legacy: bool
) -> Settings:
    needed: list[Setting] = []
    for setting in settings.settings:
        if isinstance(setting.value, FormatUse):
            nested_types = (
                key_types if setting.option.place is OptionPlacement.RECORD_KEY else column_types
            )
            use = setting.value
            use = replace(
                use, settings=_trim_settings(use.settings, nested_types, nested_types, legacy)
            )
            needed.append(replace(setting, value=use))
        elif _is_needed(setting, column_types, legacy):
            needed.append(setting)
    return replace(settings, settings=tuple(needed))


def _is_needed(setting: Setting, type_names: set[str], legacy: bool) -> bool:
    supplied_value = setting.option.compiler_default
    if setting.span is not None or supplied_value is None or not supplied_value.types:
        return True
    is_unknown = legacy and setting.option.type.kind is ValueKind.DATETIME_PATTERN
    return not is_unknown and not type_names.isdisjoint(supplied_value.types)

"""Settings that the compiler supplies for columns of some types, where there are such columns."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from ssbt.compiler.connectors.settings import FormatUse, Setting, Settings
from ssbt.compiler.connectors.specification import Kind, Place
from ssbt.compiler.ir.relations import Column
from ssbt.compiler.types.words import type_words


def without_unneeded(
    settings: Settings, columns: Iterable[Column], key: Iterable[Column], *, legacy: bool
) -> Settings:
    """Settings without those that are supplied for types which no column has, or none of a key.

    With `legacy`, patterns of dates are those of Spark 2, which ours are not: none is supplied.
    """
    return _trimmed(settings, _words(columns), _words(key), legacy)


def _words(columns: Iterable[Column]) -> set[str]:
    return {word for column in columns for word in type_words(column.type)}


def _trimmed(settings: Settings, words: set[str], key: set[str], legacy: bool) -> Settings:
    kept: list[Setting] = []
    for setting in settings.settings:
        if isinstance(setting.value, FormatUse):
            inner = key if setting.option.place is Place.RECORD_KEY else words
            use = setting.value
            use = replace(use, settings=_trimmed(use.settings, inner, inner, legacy))
            kept.append(replace(setting, value=use))
        elif _is_needed(setting, words, legacy):
            kept.append(setting)
    return replace(settings, settings=tuple(kept))


def _is_needed(setting: Setting, words: set[str], legacy: bool) -> bool:
    supplied = setting.option.supplied
    if setting.span is not None or supplied is None or not supplied.types:
        return True
    is_unknown = legacy and setting.option.type.kind is Kind.DATETIME_PATTERN
    return not is_unknown and not words.isdisjoint(supplied.types)

"""Settings that the compiler supplies for columns of some types, where there are such columns."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from ssbt.compiler.connectors.settings import FormatUse, Setting, Settings
from ssbt.compiler.connectors.specification import Place
from ssbt.compiler.ir.records import KEY
from ssbt.compiler.ir.relations import Column
from ssbt.compiler.types.words import type_words


def without_unneeded(settings: Settings, columns: Iterable[Column], *, legacy: bool) -> Settings:
    """Settings without those that are supplied for types which no column has.

    `legacy` tells that patterns are those of Spark 2, which are not known here: then none of them
    is supplied.
    """
    columns = tuple(columns)
    words = set() if legacy else _words(columns)
    key = set() if legacy else _words(each for each in columns if each.name == KEY)
    return _trimmed(settings, words, key)


def _words(columns: Iterable[Column]) -> set[str]:
    return {word for column in columns for word in type_words(column.type)}


def _trimmed(settings: Settings, words: set[str], key: set[str]) -> Settings:
    kept: list[Setting] = []
    for setting in settings.settings:
        supplied = setting.option.supplied
        if isinstance(setting.value, FormatUse):
            inner = key if setting.option.place is Place.RECORD_KEY else words
            use = replace(setting.value, settings=_trimmed(setting.value.settings, inner, inner))
            kept.append(replace(setting, value=use))
        elif setting.span or not supplied or not supplied.types or words & {*supplied.types}:
            kept.append(setting)
    return replace(settings, settings=tuple(kept))

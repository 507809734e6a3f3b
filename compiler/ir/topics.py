"""The topics that sources read and sinks write, as far as a pipeline says it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
import json
import re

from msgspec import Struct

from ssbt.compiler.connectors.settings import Setting, Settings
from ssbt.compiler.connectors.specification import Topics
from ssbt.compiler.ir.column_values import value_origins
from ssbt.compiler.ir.locations import fill_parameters
from ssbt.compiler.ir.operators import Operator
from ssbt.compiler.ir.pipeline import Source
from ssbt.compiler.ir.records import is_topic_column
from ssbt.compiler.ir.terms import CALL, LITERAL, PARAMETER, CallForm, Term
from ssbt.compiler.patterns import lazy_pattern

# What only Java's regular expressions have.
_JAVA_ALONE = lazy_pattern(r"\\Q|&&|\[\^?\[|\[\^?\]|\(\?[a-zA-Z]*x")


class TopicsRead(Struct, frozen=True):
    """Topics by their names, and regular expressions of Java's that names must match."""

    names: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()

    def find(self, topics: Iterable[str]) -> str | None:
        """The first of some topics, by their names, that is surely read."""
        ordered = sorted(topics)
        return next((each for each in ordered if self.has(each)), None)

    def has(self, topic: str) -> bool:
        """Whether a topic is surely read."""
        return topic in self.names or any(matches_pattern(p, topic) for p in self.patterns)


class TopicsWritten(Struct, frozen=True):
    """Topics by their names; `sources` are those back into whose topics rows go."""

    names: tuple[str, ...]
    sources: tuple[Source, ...]
    setting: Setting


def topics_read(settings: Settings, parameters: Mapping[str, object]) -> TopicsRead:
    """What a source reads; a parameter without a value stays `${name}`."""
    names = [
        part.strip()
        for value in option_values(find_topic_setting(settings, Topics.NAMES))
        for part in fill_parameters(value, parameters).split(",")
    ]
    patterns = option_values(find_topic_setting(settings, Topics.PATTERN))
    return TopicsRead(
        (*names, *assigned_partitions(settings)),
        tuple(fill_parameters(each, parameters) for each in patterns),
    )


def topics_written(
    settings: Settings, root: Operator | None, parameters: Mapping[str, object]
) -> TopicsWritten | None:
    """Where the rows of `root` go that a sink is given, None for one that writes to no topic."""
    setting = find_topic_setting(settings, Topics.NAMES)
    if setting is not None:
        values = option_values(setting)
        return TopicsWritten(tuple(fill_parameters(v, parameters) for v in values), (), setting)
    setting = find_topic_setting(settings, Topics.COLUMN)
    if setting is None or not setting.columns:
        return None
    names: dict[str, None] = {}
    sources: dict[int, Source] = {}
    for origin in value_origins(root, setting.columns[0].name) if root is not None else ():
        if not isinstance(origin, Term):
            source, column = origin
            if is_topic_column(source.records, source.part, column):
                sources[id(source)] = source
        elif (text := _constant_text(origin, parameters)) is not None:
            names[text] = None
    return TopicsWritten(tuple(names), (*sources.values(),), setting)


def assigned_partitions(settings: Settings) -> dict[str, set[str] | None]:
    """The topics of which certain partitions are read, with these."""
    setting = find_topic_setting(settings, Topics.PARTITIONS)
    if setting is None or not isinstance(setting.value, str):
        return {}
    return {topic: {*map(str, n)} for topic, n in json.loads(setting.value).items()}


def matches_pattern(pattern: str, topic: str) -> bool | None:
    """Whether a topic is one that a pattern means; None where only Java can tell."""
    if _JAVA_ALONE.search(pattern):
        return None
    try:
        return re.fullmatch(pattern, topic) is not None
    except (re.error, OverflowError):
        return None


def is_java_alone(pattern: str) -> bool:
    """Whether a pattern has what only Java's regular expressions have."""
    return _JAVA_ALONE.search(pattern) is not None


def find_topic_setting(settings: Settings, kind: Topics) -> Setting | None:
    """The first option that names topics in a way."""
    return next(topic_settings(settings, kind), None)


def topic_settings(settings: Settings, *kinds: Topics) -> Iterator[Setting]:
    """The options that name topics in one of some ways."""
    return (each for each in settings.settings if each.option.topics in kinds)


def option_values(setting: Setting | None) -> tuple[object, ...]:
    """The values of an option, one or several."""
    if setting is None:
        return ()
    return setting.value if isinstance(setting.value, tuple) else (setting.value,)


def _constant_text(term: Term, parameters: Mapping[str, object]) -> str | None:
    """The text that a term is in every row; a parameter without a value stays `${name}`."""
    if term.operator == LITERAL:
        return term.value if isinstance(term.value, str) else None
    if term.operator == PARAMETER:
        value = parameters.get(str(term.value))
        return f"${{{term.value}}}" if value is None else str(value)
    is_call = term.operator == CALL and isinstance(term.value, CallForm)
    if term.operator == "||" or (is_call and getattr(term.value, "name", "") == "concat"):
        parts = [_constant_text(each, parameters) for each in term.operands]
        texts = [each for each in parts if each is not None]
        return "".join(texts) if len(texts) == len(parts) else None
    return None

"""Topics that a pipeline reads: named by patterns, and begun in places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
import json
import re

from ssbt.compiler.check.value_findings import ValueFinding
from ssbt.compiler.connectors.specification import Topics
from ssbt.compiler.diagnostics.codes.topics import topics_example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir.locations import EnvironmentValues, default_values, has_unknown_parameter
from ssbt.compiler.ir.pipeline import Pipeline, Source
from ssbt.compiler.ir.topics import (
    TopicsRead,
    assigned_partitions,
    find_topic_setting,
    is_java_alone,
    matches_pattern,
    topic_settings,
    topics_read,
)
from ssbt.compiler.patterns import lazy_pattern

_ORDERS = '  subscribe         = "orders"\n'

OTHER_TOPICS = Code(
    "SSBT0562",
    "Places in topics that are not read",
    """\
The options that say where a source begins or ends must list all partitions of all topics that it
reads, and no others. Otherwise Spark refuses the query when it starts.
""",
    wrong=topics_example(_ORDERS + '  starting_offsets { "order-0" = 23 }\n'),
    right=topics_example(_ORDERS + '  starting_offsets { "orders-0" = 23 }\n'),
)

NO_PATTERN = Code(
    "SSBT0563",
    "A topic pattern that is not a regular expression",
    """\
`subscribe_pattern` is a Java regular expression that must match the whole name of a topic. It is
not a shell pattern: where a shell writes `orders-*` for everything that begins with `orders-`,
write `orders-.*` here.
""",
    wrong=topics_example('  subscribe_pattern = "*-orders"\n'),
    right=topics_example('  subscribe_pattern = ".*-orders"\n'),
)

# Mistakes that Java and Python agree about, outside what only Java has.
_BROKEN_PATTERN = lazy_pattern(
    r"unterminated character set|unterminated subpattern|unbalanced parenthesis"
    r"|nothing to repeat|bad escape \(end of pattern\)"
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Findings for each source, with the defaults of parameters."""
    for each in find_with(pipeline, default_values(pipeline)):
        yield each.diagnostic


def find_with(pipeline: Pipeline, values: EnvironmentValues) -> Iterator[ValueFinding]:
    """Findings for each source with these values."""
    for source in _list_sources(pipeline):
        for each in (*_check_pattern(source, values), *_check_places(source, values)):
            yield ValueFinding((each.code.number, each.primary.span), each)


def _list_sources(pipeline: Pipeline) -> Iterator[Source]:
    for item in pipeline.datasets:
        if isinstance(item, Source) and not item.part:
            yield item


def _check_pattern(source: Source, values: EnvironmentValues) -> Iterator[Diagnostic]:
    setting = find_topic_setting(source.settings, Topics.PATTERN)
    if setting is None or setting.span is None:
        return
    for pattern in topics_read(source.settings, values.parameters).patterns:
        problem = "" if has_unknown_parameter(pattern) else find_pattern_problem(pattern)
        if problem:
            message = f"`{pattern}` is no regular expression: {problem}"
            help_ = (
                "anything is `.*` in a regular expression, and `*` alone repeats what precedes",
            )
            yield Diagnostic(NO_PATTERN, message, Label(setting.span), (), help_)


def find_pattern_problem(pattern: str) -> str:
    """Why a pattern is surely none; nothing where only Java can tell."""
    if is_java_alone(pattern):
        return ""
    try:
        re.compile(pattern)
    except (re.error, OverflowError) as error:
        return str(error) if _BROKEN_PATTERN.search(str(error)) else ""
    return ""


def _check_places(source: Source, values: EnvironmentValues) -> Iterator[Diagnostic]:
    topics = topics_read(source.settings, values.parameters)
    if any(map(has_unknown_parameter, (*topics.names, *topics.patterns))):
        return
    partitions = assigned_partitions(source.settings)
    for setting in topic_settings(source.settings, Topics.PLACES):
        if setting.span is None or not str(setting.value).startswith("{"):
            continue
        places = {topic: {*numbers} for topic, numbers in json.loads(str(setting.value)).items()}
        problems = [*_find_problems(places, topics, partitions)]
        if problems:
            message = f"`{setting.option.name}` is not for the partitions that are read"
            help_ = (
                f"Spark wants a place for each partition that is read, and no other: {problems[0]}",
            )
            yield Diagnostic(OTHER_TOPICS, message, Label(setting.span), (), help_)


def _find_problems(
    places: Mapping[str, set[str]], topics: TopicsRead, partitions: Mapping[str, set[str] | None]
) -> Iterator[str]:
    """What is wrong with places by topic and partition."""
    for topic in places:
        matches = [matches_pattern(each, topic) for each in topics.patterns]
        if topic not in topics.names and all(each is False for each in matches):
            by_pattern = f", which `{topics.patterns[0]}` does not match" if matches else ""
            yield f"`{topic}` is not read{by_pattern}"
    for topic in topics.names:
        if topic not in places:
            yield f"it says nothing of `{topic}`"
    for topic, numbers in partitions.items():
        if numbers is not None and topic in places and places[topic] != numbers:
            differing = sorted(places[topic] ^ numbers, key=int)
            yield f"{', '.join(f'`{topic}-{n}`' for n in differing)} is only in one of both"

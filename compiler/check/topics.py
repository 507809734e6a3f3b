"""Topics that a pipeline reads: named by patterns, begun in places, and written by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
import json
from operator import attrgetter
import re

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.connectors.settings import Setting, Settings
from ssbt.compiler.connectors.specification import Topics
from ssbt.compiler.diagnostics.examples import STREAMING, example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.ir.locations import fill_parameters, servers
from ssbt.compiler.ir.operators import walk_operators
from ssbt.compiler.ir.pipeline import Pipeline, Sink, Source
from ssbt.compiler.ir.plans import stream_plans
from ssbt.compiler.patterns import lazy_pattern

_PIPELINE = 'pipeline paid_orders {\n  description = "Orders that were paid"\n' + STREAMING


def _example(options: str) -> str:
    return example(
        pipeline=_PIPELINE,
        source="stream source orders from kafka {\n"
        f'  bootstrap_servers = "localhost:9092"\n{options}'
        "  schema            = Order\n  value             = json\n}\n",
        sink="sink paid to kafka {\n"
        '  bootstrap_servers = "localhost:9092"\n'
        '  topic             = "paid"\n  value             = json\n}\n',
    )


_ORDERS = '  subscribe         = "orders"\n'

OWN_TOPIC = Code(
    "SSBT0561",
    "A stream that reads what it writes",
    """\
What the sink writes into the topic is read again by the source, and so on without end, unless a
step in between leaves out what has been there before. Dead letters of a topic that go into the
same topic are malformed there too, and go round for ever. Where this is meant, as with a counter of
tries in a header, say so with `# allow SSBT0561: reason`.
""",
    wrong=_example(_ORDERS.replace('"orders"', '["orders", "paid"]')),
    right=_example(_ORDERS),
    severity=Severity.WARNING,
)

OTHER_TOPICS = Code(
    "SSBT0562",
    "Places in topics that are not the ones that are read",
    """\
Where a source begins, or ends, is said for all partitions of all topics that it reads, and for no
others: Spark refuses the query when it starts.
""",
    wrong=_example(_ORDERS + '  starting_offsets { "order-0" = 23 }\n'),
    right=_example(_ORDERS + '  starting_offsets { "orders-0" = 23 }\n'),
)

NO_PATTERN = Code(
    "SSBT0563",
    "A pattern of topics that is no regular expression",
    """\
`subscribe_pattern` is a regular expression of Java's, which the whole name of a topic must match.
It is none of a shell's: there `orders-*` stands for all that begins so, which is `orders-.*` here.
""",
    wrong=_example('  subscribe_pattern = "*-orders"\n'),
    right=_example('  subscribe_pattern = ".*-orders"\n'),
)

# Mistakes that Java and Python agree about, outside of what only Java has.
_BROKEN_PATTERN = lazy_pattern(
    r"unterminated character set|unterminated subpattern|unbalanced parenthesis"
    r"|nothing to repeat|bad escape \(end of pattern\)"
)
_JAVA_ALONE = lazy_pattern(r"\\Q|&&|\[\^?\[|\[\^?\]|\(\?[a-zA-Z]*x")


class EnvironmentBindings(Struct, frozen=True):
    """The values of parameters, and options of connections by Spark's names, by environment."""

    parameters: Mapping[str, object]
    connections: Mapping[str, Mapping[str, object]] = {}
    environment: str = ""


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Findings for each source, then for each stream from a topic into itself."""
    for item in pipeline.datasets:
        if isinstance(item, Source) and not item.part:
            yield from _check_pattern(item)
            yield from _check_places(item)
    yield from _check_own_topics(pipeline)


def _check_pattern(source: Source) -> Iterator[Diagnostic]:
    setting = _find_setting(source.settings, Topics.PATTERN)
    if setting is None or not isinstance(setting.value, str):
        return
    problem = find_pattern_problem(setting.value)
    if problem and setting.span is not None:
        message = f"`{setting.value}` is no regular expression: {problem}"
        help_ = ("anything is `.*` in a regular expression, and `*` alone repeats what precedes",)
        yield Diagnostic(NO_PATTERN, message, Label(setting.span), (), help_)


def find_pattern_problem(pattern: str) -> str:
    """Why a pattern is surely none; nothing where only Java can tell."""
    if _JAVA_ALONE.search(pattern):
        return ""
    try:
        re.compile(pattern)
    except (re.error, OverflowError) as error:
        return str(error) if _BROKEN_PATTERN.search(str(error)) else ""
    return ""


def _check_places(source: Source) -> Iterator[Diagnostic]:
    names = _find_setting(source.settings, Topics.NAMES)
    topics_read = _partitions(source.settings) or dict.fromkeys(_plain_names(names))
    for setting in _settings(source.settings, Topics.PLACES) if topics_read else ():
        if setting.span is None or not str(setting.value).startswith("{"):
            continue
        given_partitions = {
            topic: {*numbers} for topic, numbers in json.loads(str(setting.value)).items()
        }
        problems = [
            f"`{topic}` is not read" for topic in given_partitions if topic not in topics_read
        ]
        problems += [
            f"it says nothing of `{topic}`"
            for topic in topics_read
            if topic not in given_partitions
        ]
        for topic, numbers in topics_read.items():
            if (
                numbers is not None
                and topic in given_partitions
                and given_partitions[topic] != numbers
            ):
                differing = sorted(given_partitions[topic] ^ numbers, key=int)
                problems.append(
                    f"{', '.join(f'`{topic}-{n}`' for n in differing)} is only in one of both"
                )
        if problems:
            message = f"`{setting.option.name}` is not for the partitions that are read"
            help_ = (
                f"Spark wants a place for each partition that is read, and no other: {problems[0]}",
            )
            yield Diagnostic(OTHER_TOPICS, message, Label(setting.span), (), help_)


def _partitions(settings: Settings) -> dict[str, set[str] | None]:
    """The topics of `assign` with their partitions."""
    setting = _find_setting(settings, Topics.PARTITIONS)
    if setting is None or not isinstance(setting.value, str):
        return {}
    return {topic: {*map(str, n)} for topic, n in json.loads(setting.value).items()}


def _plain_names(setting: Setting | None) -> list[str]:
    """The names of topics; none where a parameter decides about one."""
    values = _values(setting)
    plain = [name for value in values if isinstance(value, str) for name in value.split(",")]
    return [name.strip() for name in plain] if all(isinstance(v, str) for v in values) else []


def check_own_topics(
    pipeline: Pipeline, environments: Iterable[EnvironmentBindings]
) -> Iterator[Diagnostic]:
    """Streams into the topic that they read, where environments make them that."""
    default_loops = {
        (id(loop_sink), id(loop_source))
        for loop_sink, loop_source, _ in _find_loops(pipeline, _defaults(pipeline))
    }
    loops: dict[tuple[int, int, str], tuple[Sink, Source, list[str]]] = {}
    for environment in environments:
        parameters = {**_defaults(pipeline).parameters, **environment.parameters}
        for sink, source, topic in _find_loops(
            pipeline, replace(environment, parameters=parameters)
        ):
            if (id(sink), id(source)) not in default_loops:
                key = id(sink), id(source), topic
                loops.setdefault(key, (sink, source, []))[2].append(environment.environment)
    for (*_, topic), (sink, source, names) in loops.items():
        environment_list = "`, `".join(names)
        yield _own_topic_diagnostic(sink, source, topic, f" in environment `{environment_list}`")


def _check_own_topics(pipeline: Pipeline) -> Iterator[Diagnostic]:
    for sink, source, topic in _find_loops(pipeline, _defaults(pipeline)):
        yield _own_topic_diagnostic(sink, source, topic)


def _own_topic_diagnostic(sink: Sink, source: Source, topic: str, context: str = "") -> Diagnostic:
    name = source.name.removesuffix(f".{source.part}") if source.part else source.name
    topic_setting = _find_setting(sink.settings, Topics.NAMES)
    assert topic_setting is not None
    assert topic_setting.span is not None
    message = f"`{sink.name}` writes into the topic that `{name}` reads{context}"
    label = Label(topic_setting.span, f"`{topic}` is read again, without end")
    source_setting = next(s for k in Topics for s in _settings(source.settings, k) if s.span)
    also = (Label(source_setting.span, "read from here"),) if source_setting.span else ()
    return Diagnostic(OWN_TOPIC, message, label, also, ("write to another topic",))


def _defaults(pipeline: Pipeline) -> EnvironmentBindings:
    return EnvironmentBindings(
        {each.name: each.default for each in pipeline.parameters if not each.required}
    )


def _find_loops(
    pipeline: Pipeline, values: EnvironmentBindings
) -> Iterator[tuple[Sink, Source, str]]:
    """Sinks of streams, each with a source that it comes from, and the topic that both name."""

    def brokers(settings: Settings) -> str:
        overrides = values.parameters, values.connections
        return servers(settings, pipeline.connections, *overrides)

    for sink, root in stream_plans(pipeline):
        topic_setting = _find_setting(sink.settings, Topics.NAMES)
        if topic_setting is None or topic_setting.span is None:
            continue
        target = {fill_parameters(value, values.parameters) for value in _values(topic_setting)}
        sources = {
            id(o.step): o.step
            for o in walk_operators(root, attrgetter("inputs"), set())
            if isinstance(o.step, Source) and o.step.connector is sink.connector
        }
        for source in sources.values():
            topic = _find_topic_read(source.settings, target, values.parameters)
            if topic and brokers(source.settings) == brokers(sink.settings):
                yield sink, source, topic


def _find_topic_read(
    settings: Settings, target: set[str], parameters: Mapping[str, object]
) -> str | None:
    """One of the written topics that a source reads."""
    names = {
        fill_parameters(each, parameters) for each in _values(_find_setting(settings, Topics.NAMES))
    }
    topics_read = {part.strip() for name in names for part in name.split(",")} | {
        *_partitions(settings)
    }
    pattern = _find_setting(settings, Topics.PATTERN)
    for topic in sorted(target):
        if topic in topics_read:
            return topic
        for each in _values(pattern):
            try:
                if re.fullmatch(fill_parameters(each, parameters), topic):
                    return topic
            except (re.error, OverflowError):
                continue
    return None


def _values(setting: Setting | None) -> tuple[object, ...]:
    if setting is None:
        return ()
    return setting.value if isinstance(setting.value, tuple) else (setting.value,)


def _find_setting(settings: Settings, kind: Topics) -> Setting | None:
    return next(_settings(settings, kind), None)


def _settings(settings: Settings, kind: Topics) -> Iterator[Setting]:
    return (each for each in settings.settings if each.option.topics is kind)

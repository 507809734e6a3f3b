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
from ssbt.compiler.ir.locations import filled, servers
from ssbt.compiler.ir.operators import walked
from ssbt.compiler.ir.pipeline import Pipeline, Sink, Source
from ssbt.compiler.ir.plans import stream_plans

_PIPELINE = 'pipeline paid_orders {\n  description = "Orders that were paid"\n' + STREAMING


def _read(options: str) -> str:
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
    wrong=_read(_ORDERS.replace('"orders"', '["orders", "paid"]')),
    right=_read(_ORDERS),
    severity=Severity.WARNING,
)

OTHER_TOPICS = Code(
    "SSBT0562",
    "Places in topics that are not the ones that are read",
    """\
Where a source begins, or ends, is said for all partitions of all topics that it reads, and for no
others: Spark refuses the query when it starts.
""",
    wrong=_read(_ORDERS + '  starting_offsets { "order-0" = 23 }\n'),
    right=_read(_ORDERS + '  starting_offsets { "orders-0" = 23 }\n'),
)

NO_PATTERN = Code(
    "SSBT0563",
    "A pattern of topics that is no regular expression",
    """\
`subscribe_pattern` is a regular expression of Java's, which the whole name of a topic must match.
It is none of a shell's: there `orders-*` stands for all that begins so, which is `orders-.*` here.
""",
    wrong=_read('  subscribe_pattern = "*-orders"\n'),
    right=_read('  subscribe_pattern = ".*-orders"\n'),
)

# Mistakes that Java and Python agree about, outside of what only Java has.
_BROKEN = re.compile(
    r"unterminated character set|unterminated subpattern|unbalanced parenthesis"
    r"|nothing to repeat|bad escape \(end of pattern\)"
)
_JAVA_ALONE = re.compile(r"\\Q|&&|\[\^?\[|\[\^?\]|\(\?[a-zA-Z]*x")


class Values(Struct, frozen=True):
    """The values of parameters, and options of connections by Spark's names, by environment."""

    parameters: Mapping[str, object]
    connections: Mapping[str, Mapping[str, object]] = {}
    environment: str = ""


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Findings for each source, then for each stream from a topic into itself."""
    for item in pipeline.datasets:
        if isinstance(item, Source) and not item.part:
            yield from _patterns(item)
            yield from _places(item)
    yield from _own_topics(pipeline)


def _patterns(source: Source) -> Iterator[Diagnostic]:
    setting = _setting(source.settings, Topics.PATTERN)
    if setting is None or not isinstance(setting.value, str):
        return
    problem = pattern_problem(setting.value)
    if problem and setting.span is not None:
        message = f"`{setting.value}` is no regular expression: {problem}"
        help_ = ("anything is `.*` in a regular expression, and `*` alone repeats what precedes",)
        yield Diagnostic(NO_PATTERN, message, Label(setting.span), (), help_)


def pattern_problem(pattern: str) -> str:
    """Why a pattern is surely none; nothing where only Java can tell."""
    if _JAVA_ALONE.search(pattern):
        return ""
    try:
        re.compile(pattern)
    except (re.error, OverflowError) as error:
        return str(error) if _BROKEN.search(str(error)) else ""
    return ""


def _places(source: Source) -> Iterator[Diagnostic]:
    names = _setting(source.settings, Topics.NAMES)
    read = _partitions(source.settings) or dict.fromkeys(_plain_names(names))
    for setting in _settings(source.settings, Topics.PLACES) if read else ():
        if setting.span is None or not str(setting.value).startswith("{"):
            continue
        given = {topic: {*numbers} for topic, numbers in json.loads(str(setting.value)).items()}
        wrong = [f"`{topic}` is not read" for topic in given if topic not in read]
        wrong += [f"it says nothing of `{topic}`" for topic in read if topic not in given]
        for topic, numbers in read.items():
            if numbers is not None and topic in given and given[topic] != numbers:
                listed = sorted(given[topic] ^ numbers, key=int)
                wrong.append(
                    f"{', '.join(f'`{topic}-{n}`' for n in listed)} is only in one of both"
                )
        if wrong:
            message = f"`{setting.option.name}` is not for the partitions that are read"
            help_ = (
                f"Spark wants a place for each partition that is read, and no other: {wrong[0]}",
            )
            yield Diagnostic(OTHER_TOPICS, message, Label(setting.span), (), help_)


def _partitions(settings: Settings) -> dict[str, set[str] | None]:
    """The topics of `assign` with their partitions."""
    setting = _setting(settings, Topics.PARTITIONS)
    if setting is None or not isinstance(setting.value, str):
        return {}
    return {topic: {*map(str, n)} for topic, n in json.loads(setting.value).items()}


def _plain_names(setting: Setting | None) -> list[str]:
    """The names of topics; none where a parameter decides about one."""
    values = _values(setting)
    plain = [name for value in values if isinstance(value, str) for name in value.split(",")]
    return [name.strip() for name in plain] if all(isinstance(v, str) for v in values) else []


def own_topics(pipeline: Pipeline, environments: Iterable[Values]) -> Iterator[Diagnostic]:
    """Streams into the topic that they read, where environments make them that."""
    known = {(id(one), id(other)) for one, other, _ in _loops(pipeline, _defaults(pipeline))}
    found: dict[tuple[int, int, str], tuple[Sink, Source, list[str]]] = {}
    for each in environments:
        parameters = {**_defaults(pipeline).parameters, **each.parameters}
        for sink, source, topic in _loops(pipeline, replace(each, parameters=parameters)):
            if (id(sink), id(source)) not in known:
                key = id(sink), id(source), topic
                found.setdefault(key, (sink, source, []))[2].append(each.environment)
    for (*_, topic), (sink, source, names) in found.items():
        listed = "`, `".join(names)
        yield _own_topic(sink, source, topic, f" in environment `{listed}`")


def _own_topics(pipeline: Pipeline) -> Iterator[Diagnostic]:
    for sink, source, topic in _loops(pipeline, _defaults(pipeline)):
        yield _own_topic(sink, source, topic)


def _own_topic(sink: Sink, source: Source, topic: str, where: str = "") -> Diagnostic:
    name = source.name.removesuffix(f".{source.part}") if source.part else source.name
    written = _setting(sink.settings, Topics.NAMES)
    assert written is not None
    assert written.span is not None
    message = f"`{sink.name}` writes into the topic that `{name}` reads{where}"
    label = Label(written.span, f"`{topic}` is read again, without end")
    named = next(s for k in Topics for s in _settings(source.settings, k) if s.span)
    also = (Label(named.span, "read from here"),) if named.span else ()
    return Diagnostic(OWN_TOPIC, message, label, also, ("write to another topic",))


def _defaults(pipeline: Pipeline) -> Values:
    return Values({each.name: each.default for each in pipeline.parameters if not each.required})


def _loops(pipeline: Pipeline, values: Values) -> Iterator[tuple[Sink, Source, str]]:
    """Sinks of streams, each with a source that it comes from, and the topic that both name."""

    def brokers(settings: Settings) -> str:
        said = values.parameters, values.connections
        return servers(settings, pipeline.connections, *said)

    for sink, root in stream_plans(pipeline):
        written = _setting(sink.settings, Topics.NAMES)
        if written is None or written.span is None:
            continue
        target = {filled(value, values.parameters) for value in _values(written)}
        sources = {
            id(o.step): o.step
            for o in walked(root, attrgetter("inputs"), set())
            if isinstance(o.step, Source) and o.step.connector is sink.connector
        }
        for source in sources.values():
            topic = _read_again(source.settings, target, values.parameters)
            if topic and brokers(source.settings) == brokers(sink.settings):
                yield sink, source, topic


def _read_again(
    settings: Settings, target: set[str], parameters: Mapping[str, object]
) -> str | None:
    """One of the written topics that a source reads."""
    names = {filled(each, parameters) for each in _values(_setting(settings, Topics.NAMES))}
    read = {part.strip() for name in names for part in name.split(",")} | {*_partitions(settings)}
    pattern = _setting(settings, Topics.PATTERN)
    for topic in sorted(target):
        if topic in read:
            return topic
        for each in _values(pattern):
            try:
                if re.fullmatch(filled(each, parameters), topic):
                    return topic
            except (re.error, OverflowError):
                continue
    return None


def _values(setting: Setting | None) -> tuple[object, ...]:
    if setting is None:
        return ()
    return setting.value if isinstance(setting.value, tuple) else (setting.value,)


def _setting(settings: Settings, kind: Topics) -> Setting | None:
    return next(_settings(settings, kind), None)


def _settings(settings: Settings, kind: Topics) -> Iterator[Setting]:
    return (each for each in settings.settings if each.option.topics is kind)

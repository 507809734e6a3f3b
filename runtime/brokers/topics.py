"""The topics of Kafka that a stream reads: whether they are still those that its offsets are of.

Spark keeps the names of topics alone. One that was deleted and made again under its name has other
records at the same offsets; only its id, which brokers have since Kafka 2.8, tells.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
import json
import logging
import time
from typing import Any

from pyspark.sql import DataFrame

from ssbt.runtime.brokers.options import read_options
from ssbt.runtime.errors.causes import find_cause
from ssbt.runtime.files.stores import Files

_LOG = logging.getLogger("ssbt.runtime")
_NO_ID = "AAAAAAAAAAAAAAAAAAAAAA"
_TIMEOUT, _EVERY_SECONDS = 5, 30.0
_PROBLEM = (
    "the topic `{topic}` has since been deleted and created again, or is that of another cluster:"
    " at the same offsets it has other records"
)
_WAYS_OUT = (
    "start from scratch with an empty checkpoint, and read from the topic's beginning"
    " (`starting_offsets = earliest`)"
)


@dataclass(frozen=True)
class _Source:
    """What one source of a stream says of its topics, and how its brokers are reached."""

    topics: tuple[str, ...]
    pattern: str | None
    client: tuple[tuple[str, str], ...]
    stops: bool = True

    @property
    def servers(self) -> str:
        return dict(self.client).get("bootstrap.servers", "")


def find_topics(writer: Any, name: str, checkpoint: str, files: Files) -> "Topics | None":
    """The topics of the stream of a writer; None where its plan does not tell them."""
    try:
        return Topics(name, writer._df, checkpoint, files)
    except Exception:
        _LOG.debug("the topics of stream %s are not known", name, exc_info=True)
        return None


def report_missing_topics(records: DataFrame) -> None:
    """Say in the log where a pattern that a batch reads by matches no topic: it reads nothing.

    What brokers or Spark do not tell is left out; the job meets it by itself.
    """
    if not hasattr(records, "_jdf"):
        return
    spark: Any = records.sparkSession
    brokers = Topics("", records, "", Files(spark))
    try:
        for source in _find_batch_sources(records, spark._jvm):
            if source.pattern is not None and not brokers.fetch_topics(source):
                text = "the batch reads nothing: no topic at %s is called like `%s`"
                _LOG.warning(text, source.servers, source.pattern)
    except Exception:
        _LOG.debug("the topics of a batch are not known", exc_info=True)
    finally:
        brokers.close()


class Topics:
    """The topics that a stream reads, and the ids that are kept of them in its checkpoint."""

    def __init__(self, name: str, frame: DataFrame, checkpoint: str, files: Files) -> None:
        self._name, self._files = name, files
        self._path = f"{checkpoint.rstrip('/')}/_ssbt/topics"
        spark: Any = frame.sparkSession
        self._jvm = spark._jvm
        self._sources = tuple(_find_sources(frame))
        self._admins: dict[_Source, Any] = {}
        self._ids: dict[str, str] = {}
        self._checked_at = 0.0

    def problems(self) -> list[str]:
        """Which topics are not those that the checkpoint is of; remembers what is there now.

        What brokers do not tell is no problem: the stream will meet it by itself.
        """
        if not self._sources:
            return []
        is_first, problems = not self._checked_at, list[str]()
        stored_ids, self._ids, self._checked_at = self._read_stored(), {}, time.monotonic()
        for source in self._sources:
            try:
                current_ids = self._fetch_ids(source)
            except Exception as error:
                if is_first and "UnknownTopicOrPartition" in str(error):
                    text = "stream %s: one of its topics is not there at %s: %s"
                    _LOG.error(text, self._name, source.servers, ", ".join(source.topics))
                _LOG.debug("no ids of topics: %s", find_cause(error).message, exc_info=True)
                continue
            if source.pattern is not None and not current_ids and is_first:
                text = "stream %s reads nothing yet: no topic at %s is called like `%s`"
                _LOG.warning(text, self._name, source.servers, source.pattern)
            for topic in (
                name for name, id in current_ids.items() if stored_ids.get(name, id) != id
            ):
                problem = _PROBLEM.format(topic=topic)
                if source.stops:
                    problems.append(f"{problem}; {_WAYS_OUT}")
                else:
                    _LOG.warning("stream %s: %s", self._name, problem)
            self._ids |= current_ids
        return problems

    def record(self) -> None:
        """Keep the ids of the topics that are read from now on."""
        stored_ids = self._read_stored()
        if self._ids and stored_ids | self._ids != stored_ids:
            self._files.write(self._path, json.dumps(stored_ids | self._ids))

    def problems_now(self) -> list[str]:
        """The same, now and then, while the stream runs."""
        if time.monotonic() - self._checked_at < _EVERY_SECONDS:
            return []
        problems = self.problems()
        if not problems:
            self.record()
        return problems

    def close(self) -> None:
        """Let go of the brokers."""
        for admin in self._admins.values():
            admin.close(self._jvm.java.time.Duration.ZERO)
        self._admins.clear()

    def _fetch_ids(self, source: _Source) -> dict[str, str]:
        """The ids of the topics that are there; raises what the client does."""
        topics = self.fetch_topics(source)
        topic_list = self._jvm.java.util.ArrayList()
        for topic in topics:
            topic_list.add(topic)
        answers = self._admin(source).describeTopics(topic_list).topicNameValues()
        ids = {t: str(self._await_future(answers[t]).topicId().toString()) for t in topics}
        return {topic: id for topic, id in ids.items() if id != _NO_ID}

    def fetch_topics(self, source: _Source) -> tuple[str, ...]:
        """The names of the topics that are read; of a pattern, those that are there."""
        if source.pattern is None:
            return source.topics
        pattern = self._jvm.java.util.regex.Pattern.compile(source.pattern)
        names = self._await_future(self._admin(source).listTopics().names())
        return tuple(name for name in names if pattern.matcher(name).matches())

    def _admin(self, source: _Source) -> Any:
        admin = self._admins.get(source)
        if admin is None:
            settings = self._jvm.java.util.Properties()
            for key, value in source.client:
                settings.put(key, value)
            admin = self._jvm.org.apache.kafka.clients.admin.AdminClient.create(settings)
            self._admins[source] = admin
        return admin

    def _await_future(self, future: Any) -> Any:
        return future.get(_TIMEOUT, self._jvm.java.util.concurrent.TimeUnit.SECONDS)

    def _read_stored(self) -> dict[str, str]:
        folder, _, name = self._path.rpartition("/")
        if name not in self._files.names(folder):
            return {}
        ids: dict[str, str] = json.loads(self._files.content(self._path))
        return ids


def _find_sources(frame: DataFrame) -> Iterator[_Source]:
    """The sources of Kafka in the plan of a stream."""
    for leaf in _leaves(frame):
        is_stream = leaf.getClass().getSimpleName() == "StreamingRelationV2"
        if is_stream and leaf.sourceName() == "kafka":
            jvm: Any = frame.sparkSession._jvm
            yield _build_source(read_options(jvm, leaf.extraOptions().asCaseSensitiveMap()))


def _find_batch_sources(frame: DataFrame, jvm: Any) -> Iterator[_Source]:
    """The sources of Kafka in the plan of a batch; none where Spark does not show their options."""
    relations = [x for x in _leaves(frame) if x.getClass().getSimpleName() == "LogicalRelation"]
    for relation in (each.relation() for each in relations):
        kind = relation.getClass()
        for field in kind.getDeclaredFields() if kind.getSimpleName() == "KafkaRelation" else ():
            if field.getName().endswith("sourceOptions"):
                field.setAccessible(True)
                convert = jvm.scala.jdk.javaapi.CollectionConverters.asJava
                yield _build_source(read_options(jvm, convert(field.get(relation))))


def _leaves(frame: DataFrame) -> list[Any]:
    plan: Any = frame
    leaves = plan._jdf.queryExecution().analyzed().collectLeaves()
    return [leaves.apply(number) for number in range(leaves.size())]


def _build_source(options: Mapping[str, str]) -> _Source:
    folded = {key.casefold(): value for key, value in options.items()}
    stops = folded.get("failondataloss", "true").lower() == "true"
    pattern = folded.get("subscribepattern")
    return _Source(_topic_names(folded), pattern, _client_settings(options), stops)


def _topic_names(options: Mapping[str, str]) -> tuple[str, ...]:
    if "assign" in options:
        return tuple(json.loads(options["assign"]))
    return tuple(filter(None, map(str.strip, options.get("subscribe", "").split(","))))


def _client_settings(options: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """What a client of Kafka's own is told, as Spark tells it."""
    prefix = "kafka."
    settings = ((k[len(prefix) :], v) for k, v in options.items() if k.lower().startswith(prefix))
    return tuple(settings)

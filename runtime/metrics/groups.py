"""Offsets committed to a consumer group of Kafka's, for tools that watch how far it is behind.

Spark keeps its place in the checkpoint, and goes on from there alone; the group only tells others.
"""

from collections.abc import Mapping
from contextlib import suppress
import logging
import time
from typing import Any

from ssbt.runtime.brokers.options import read_options
from ssbt.runtime.errors.causes import find_cause
from ssbt.runtime.metrics.progress import offsets

_LOG = logging.getLogger("ssbt.runtime")
OPTION = "ssbt.commit.group"
# So long brokers have to answer, and so long they are left alone if they do not.
_TIMEOUT, _PAUSE_SECONDS = 5, 60.0


class GroupCommits:
    """Commits what the sources of a stream have read, for those that name a group.

    Over Spark Connect there is no client to do it with.
    """

    def __init__(self, stream: str, writer: Any) -> None:
        self._stream = stream
        self._frame: Any = getattr(writer, "_df", None)
        self._sources = _find_sources(self._frame)
        self._clients: dict[str, Any] = {}
        # By source; several may name the same group.
        self._uncommitted: dict[int, dict[str, dict[str, int]]] = {}
        self._paused_until: dict[str, float] = {}

    def commit(self, progress: Any) -> None:
        """Commit the places that a batch, which is done, has come to; a failure is only told."""
        for number in self._sources:
            if number < len(progress["sources"]):
                self._uncommitted[number] = offsets(progress["sources"][number]["endOffset"])
        self.catch_up()

    def catch_up(self) -> None:
        """Commit what has not been; brokers that have failed are left alone for a while first."""
        for number, topic_offsets in tuple(self._uncommitted.items()):
            group = self._sources[number][OPTION]
            if time.monotonic() < self._paused_until.get(group, 0.0):
                continue
            try:
                self._commit(self._sources[number], topic_offsets)
                del self._uncommitted[number]
            except Exception as error:
                self._close(group)
                self._paused_until[group] = time.monotonic() + _PAUSE_SECONDS
                text = "stream %s: no offsets are committed to the group %s: %s"
                message = find_cause(error).message or "the brokers do not answer"
                _LOG.warning(text, self._stream, group, message.split("\n")[0])

    def close(self) -> None:
        """Try once more what has not been committed, and let go of the brokers."""
        self._paused_until.clear()
        self.catch_up()
        for group in tuple(self._clients):
            self._close(group)

    def _close(self, group: str) -> None:
        """Let go of the brokers of a group, without waiting for what they have not answered."""
        client = self._clients.pop(group, None)
        with suppress(Exception):
            if client is not None:
                client.close(self._frame.sparkSession._jvm.java.time.Duration.ZERO)

    def _commit(
        self, options: Mapping[str, str], topic_offsets: Mapping[str, Mapping[str, int]]
    ) -> None:
        session = self._frame.sparkSession
        kafka = session._jvm.org.apache.kafka.clients
        group = options[OPTION]
        if group not in self._clients:
            properties = session._jvm.java.util.Properties()
            for key, value in options.items():
                if key.startswith("kafka."):
                    properties.put(key.removeprefix("kafka."), value)
            self._clients[group] = kafka.admin.AdminClient.create(properties)
        partition_offsets = session._jvm.java.util.HashMap()
        for topic, partitions in topic_offsets.items():
            for partition, offset in partitions.items():
                topic_partition = session._jvm.org.apache.kafka.common.TopicPartition(
                    topic, int(partition)
                )
                partition_offsets.put(topic_partition, kafka.consumer.OffsetAndMetadata(offset))
        if partition_offsets.size():
            answer = self._clients[group].alterConsumerGroupOffsets(group, partition_offsets).all()
            answer.get(_TIMEOUT, session._jvm.java.util.concurrent.TimeUnit.SECONDS)


def _find_sources(frame: Any) -> dict[int, dict[str, str]]:
    """The options of the sources that name a group, by their place among the stream's sources."""
    if not hasattr(frame, "_jdf"):
        return {}
    options_by_index: dict[int, dict[str, str]] = {}
    leaves, distinct_leaves = frame._jdf.queryExecution().analyzed().collectLeaves(), list[Any]()
    for leaf in (leaves.apply(index) for index in range(leaves.size())):
        if leaf.isStreaming() and not any(leaf.equals(other) for other in distinct_leaves):
            if leaf.getClass().getSimpleName() == "StreamingRelationV2":
                spark_options = leaf.extraOptions().asCaseSensitiveMap()
                options = read_options(frame.sparkSession._jvm, spark_options)
                if OPTION in options:
                    options_by_index[len(distinct_leaves)] = options
            distinct_leaves.append(leaf)
    return options_by_index

"""Offsets committed to a consumer group of Kafka's, for tools that watch how far it is behind.

Spark keeps its place in the checkpoint, and goes on from there alone; the group only tells others.
"""

from collections.abc import Mapping
from contextlib import suppress
import logging
from typing import Any

from ssbt.runtime.metrics.progress import offsets

_LOG = logging.getLogger("ssbt.runtime")
OPTION = "ssbt.commit.group"


class GroupCommits:
    """Commits what the sources of a stream have read, for those that name a group.

    Over Spark Connect there is no client to do it with.
    """

    def __init__(self, stream: str, writer: Any) -> None:
        self._stream = stream
        self._frame: Any = getattr(writer, "_df", None)
        self._sources = _find_sources(self._frame)
        self._clients: dict[str, Any] = {}

    def commit(self, progress: Any) -> None:
        """Commit the places that a batch, which is done, has come to; a failure is only told."""
        for number, options in self._sources.items():
            if number < len(progress["sources"]):
                topic_offsets = offsets(progress["sources"][number]["endOffset"])
                try:
                    self._commit(options, topic_offsets)
                except Exception as error:
                    self._clients.pop(options[OPTION], None)
                    text = "stream %s: no offsets are committed to the group %s: %s"
                    _LOG.warning(text, self._stream, options[OPTION], str(error).split("\n")[0])

    def close(self) -> None:
        """Let go of the brokers."""
        for client in self._clients.values():
            with suppress(Exception):
                client.close()
        self._clients.clear()

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
            self._clients[group].alterConsumerGroupOffsets(group, partition_offsets).all().get()


def _find_sources(frame: Any) -> dict[int, dict[str, str]]:
    """The options of the sources that name a group, by their place among the stream's sources."""
    if not hasattr(frame, "_jdf"):
        return {}
    options_by_index: dict[int, dict[str, str]] = {}
    leaves, distinct_leaves = frame._jdf.queryExecution().analyzed().collectLeaves(), list[Any]()
    for leaf in (leaves.apply(index) for index in range(leaves.size())):
        if leaf.isStreaming() and not any(leaf.equals(other) for other in distinct_leaves):
            if leaf.getClass().getSimpleName() == "StreamingRelationV2":
                options = dict(leaf.extraOptions().asCaseSensitiveMap())
                if OPTION in options:
                    options_by_index[len(distinct_leaves)] = options
            distinct_leaves.append(leaf)
    return options_by_index

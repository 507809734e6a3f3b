"""Topics of the tests' broker, by the clients that Spark's connector brings into its JVM."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
import itertools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from tests.brokers import Broker

_NUMBERS = itertools.count(1)
_SERIALIZER = "org.apache.kafka.common.serialization.ByteArraySerializer"
Bytes = bytes | str | None


class Topics:
    """Makes, fills, cuts off and reads topics; every test takes its own."""

    def __init__(self, spark: SparkSession, broker: Broker) -> None:
        session: Any = spark
        self.broker, self._jvm, self._spark = broker, session._jvm, spark
        self._admin = self._client(self._jvm.org.apache.kafka.clients.admin.AdminClient.create)
        self._producer = self._new_producer()

    def close(self) -> None:
        """Let go of the broker."""
        self._producer.close()
        self._admin.close()

    def new(self, partitions: int = 1) -> str:
        """The name of a new topic."""
        name = f"topic-{next(_NUMBERS)}"
        self.make(name, partitions)
        return name

    def make(self, name: str, partitions: int = 1) -> None:
        """A new topic of that name."""
        topic = self._jvm.org.apache.kafka.clients.admin.NewTopic
        result = topic(name, partitions, self._jvm.java.lang.Short.parseShort("1"))
        self._admin.createTopics(self._listed([result])).all().get()

    def deny(self, user: str, topic: str) -> None:
        """Take all rights to a topic from a user."""
        common, acl = self._jvm.org.apache.kafka.common, self._jvm.org.apache.kafka.common.acl
        kinds, literal = common.resource.ResourceType, common.resource.PatternType.LITERAL
        place = common.resource.ResourcePattern(kinds.TOPIC, topic, literal)
        denied = acl.AclOperation.ALL, acl.AclPermissionType.DENY
        entry = acl.AccessControlEntry(f"User:{user}", "*", *denied)
        self._admin.createAcls(self._listed([acl.AclBinding(place, entry)])).all().get()

    def delete(self, name: str) -> None:
        """Let a topic be gone."""
        self._admin.deleteTopics(self._listed([name])).all().get()
        # A producer that knew it may try for two minutes to reach it, even if one is made again.
        self._producer.close()
        self._producer = self._new_producer()

    def makes(self, name: str) -> bool:
        """Whether the topic is made; it may not be while one of its name is still being deleted."""
        try:
            self.make(name)
        except Exception as error:
            if "TopicExistsException" not in str(error):
                raise
            return False
        return True

    def send(
        self,
        topic: str,
        *values: Bytes,
        key: Bytes = None,
        partition: int | None = None,
        headers: Mapping[str, bytes] | None = None,
        timestamp: int | None = None,
    ) -> None:
        """Add records, one for each value; `timestamp` is in milliseconds."""
        record = self._jvm.org.apache.kafka.clients.producer.ProducerRecord
        sent = []
        for value in values:
            result = record(topic, partition, timestamp, _bytes(key), _bytes(value), None)
            for name, content in (headers or {}).items():
                result.headers().add(name, content)
            sent.append(self._producer.send(result))
        self._producer.flush()
        for future in sent:
            future.get()

    def send_aborted(self, topic: str, value: str) -> None:
        """Add a record in a transaction that is aborted."""
        result = self._jvm.org.apache.kafka.clients.producer.ProducerRecord
        producer = self._client(
            self._jvm.org.apache.kafka.clients.producer.KafkaProducer,
            {
                "key.serializer": _SERIALIZER,
                "value.serializer": _SERIALIZER,
                "transactional.id": f"transaction-{topic}",
            },
        )
        producer.initTransactions()
        producer.beginTransaction()
        producer.send(result(topic, _bytes(value)))
        producer.flush()
        producer.abortTransaction()
        producer.close()

    def rows(self, topic: str) -> list[Any]:
        """All records of a topic, in the order of partitions and offsets."""
        reader = self._spark.read.format("kafka").option("subscribe", topic)
        reader = reader.option("kafka.bootstrap.servers", self.broker.address)
        records = reader.option("includeHeaders", True).load()
        return sorted(records.collect(), key=lambda row: (row["partition"], row["offset"]))

    def values(self, topic: str) -> list[str]:
        """The values of all records, as text."""
        return [bytes(row["value"]).decode() for row in self.rows(topic)]

    def add_partitions(self, topic: str, partitions: int) -> None:
        """Let a topic have this many partitions in all."""
        more = self._jvm.org.apache.kafka.clients.admin.NewPartitions.increaseTo(partitions)
        self._admin.createPartitions({topic: more}).all().get()

    def committed(self, group: str) -> dict[tuple[str, int], int]:
        """The offsets that a consumer group has."""
        result = self._admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get()
        return {(each.topic(), each.partition()): result[each].offset() for each in result}

    def delete_before(self, topic: str, offset: int, partition: int = 0) -> None:
        """Cut off the oldest records, as retention does."""
        place = self._jvm.org.apache.kafka.common.TopicPartition(topic, partition)
        # Py4j looks static methods up with the loader of a thread, which need not know the client.
        loader = self._admin.getClass().getClassLoader()
        kind = loader.loadClass("org.apache.kafka.clients.admin.RecordsToDelete")
        named = [each for each in kind.getMethods() if each.getName() == "beforeOffset"]
        (method,) = (each for each in named if each.getParameterCount() == 1)
        gateway: Any = self._spark.sparkContext._gateway
        arguments = gateway.new_array(self._jvm.java.lang.Object, 1)
        arguments[0] = offset
        before = method.invoke(None, arguments)
        self._admin.deleteRecords({place: before}).all().get()

    def _new_producer(self) -> Any:
        settings = {"key.serializer": _SERIALIZER, "value.serializer": _SERIALIZER, "acks": "all"}
        # While a new topic looks for its leader, a second request could overtake the first, which
        # is then refused until it is given up.
        settings["max.in.flight.requests.per.connection"] = "1"
        producer = self._jvm.org.apache.kafka.clients.producer.KafkaProducer
        return self._client(producer, settings)

    def _client(self, make: Any, settings: Mapping[str, str] | None = None) -> Any:
        properties = self._jvm.java.util.Properties()
        for name, value in {"bootstrap.servers": self.broker.address, **(settings or {})}.items():
            properties.put(name, value)
        return make(properties)

    def _listed(self, items: Iterable[Any]) -> Any:
        result = self._jvm.java.util.ArrayList()
        for item in items:
            result.add(item)
        return result


def _bytes(content: Bytes) -> bytearray | None:
    if content is None:
        return None
    return bytearray(content.encode() if isinstance(content, str) else content)

"""120x: connections."""

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code

_CLUSTER = 'connection cluster: kafka {\n  bootstrap_servers = "localhost:9092"\n}\n'
_STEPS = "|> where value is not null"


def _kafka_pipeline(*lines: str, preamble: str = _CLUSTER) -> str:
    """A pipeline that reads a topic of Kafka."""
    options = (*lines, "value = bytes")
    block = "\n".join(("source orders from kafka {", *(f"  {line}" for line in options), "}", ""))
    return example(preamble=preamble, schema="", source=block, steps=_STEPS)


_RIGHT = _kafka_pipeline("connection = cluster", 'subscribe  = ["orders"]')

UNKNOWN_KIND = Code(
    "SSBT1201",
    "An unknown kind of connection",
    """\
A `connection` names its kind after the colon: a connector that has connections, according to its
reference page. Files need no connection; use a `param` for what several paths have in common.
""",
    wrong=_kafka_pipeline(
        "connection = cluster",
        'subscribe  = ["orders"]',
        preamble=_CLUSTER.replace("kafka", "kafkas"),
    ),
    right=_RIGHT,
)

UNKNOWN_CONNECTION = Code(
    "SSBT1202",
    "An unknown connection",
    "An option names a connection, but neither this file nor its imports declare it.\n",
    wrong=_kafka_pipeline("connection = clutser", 'subscribe  = ["orders"]'),
    right=_RIGHT,
    way_out="declare it: `connection NAME: KIND { … }`",
)

OTHER_KIND = Code(
    "SSBT1203",
    "A connection of the wrong kind",
    """\
Each option that names a connection needs one of a certain kind: a reader of Kafka, for instance,
can do nothing with the options of a schema registry.
""",
    wrong=_kafka_pipeline(
        "connection = registry",
        'subscribe  = ["orders"]',
        preamble='connection registry: schema_registry {\n  url = "http://localhost:8081"\n}\n',
    ),
    right=_RIGHT,
)

REPEATED = Code(
    "SSBT1204",
    "An option that the connection already gives",
    """\
A source or sink that names a connection takes from it every option that a connection of that kind
can have, and must not repeat one. Otherwise there would be two answers, and a configuration that
replaces the connection in one environment would replace only one of them.
""",
    wrong=_kafka_pipeline(
        "connection        = cluster",
        'bootstrap_servers = "other:9092"',
        'subscribe         = ["orders"]',
    ),
    right=_RIGHT,
)

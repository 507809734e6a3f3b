"""056x: topics that a pipeline reads and writes."""

from ssbt.compiler.diagnostics.examples import STREAMING, example
from ssbt.compiler.diagnostics.model import Code, Severity

_PIPELINE = 'pipeline paid_orders {\n  description = "Orders that were paid"\n' + STREAMING


def topics_example(options: str) -> str:
    """A pipeline from topics, which some options of its source name, into the topic `paid`."""
    return example(
        pipeline=_PIPELINE,
        source="stream source orders from kafka {\n"
        f'  bootstrap_servers = "localhost:9092"\n{options}'
        "  schema            = Order\n  value             = json\n}\n",
        sink="sink paid to kafka {\n"
        '  bootstrap_servers = "localhost:9092"\n'
        '  topic             = "paid"\n  value             = json\n}\n',
    )


OWN_TOPIC = Code(
    "SSBT0561",
    "A stream that reads what it writes",
    """\
What the sink writes into the topic is read again by the source, and so on without end, unless a
step in between leaves out what has been there before. Two streams do the same together, where each
reads what the other writes. Dead letters of a topic that go into the same topic are malformed there
too, and go round for ever. Where this is meant, as with a counter of tries in a header, say so with
`# allow SSBT0561: reason`.

It is one topic where the names are the same, or the pattern of the source matches, and the brokers
have one in common; whether the name is in `topic` or in a `topic_column` that is a constant or the
`_topic` of the record, and whether it is written down or comes from an environment.
""",
    wrong=topics_example('  subscribe         = ["orders", "paid"]\n'),
    right=topics_example('  subscribe         = "orders"\n'),
    severity=Severity.WARNING,
)

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
The source reads again what the sink writes to the topic, and so on without end, unless a step in
between leaves out what has been there before. Two streams that read from each other do the same.
Dead letters that go back to the topic they came from are malformed there again, and go round
forever. If you want this, for instance with a header that counts the tries, say so with
`# allow SSBT0561: reason`.

Two topics are the same if their names are equal, or the source's pattern matches, and their brokers
overlap. It makes no difference whether the name is in `topic` or in a `topic_column` that is a
constant or the record's `_topic`, and whether it is written down or comes from an environment.
""",
    wrong=topics_example('  subscribe         = ["orders", "paid"]\n'),
    right=topics_example('  subscribe         = "orders"\n'),
    severity=Severity.WARNING,
)

"""10xx: records of a broker, and the formats of their keys and values."""

from __future__ import annotations

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code

_HEAD = 'bootstrap_servers = "localhost:9092"'


def _source(*lines: str, schema: str = "schema = Order") -> str:
    entries = (_HEAD, 'subscribe = "orders"', schema, *lines)
    return "\n".join(
        ["source orders from kafka {", *(f"  {each}" for each in entries if each), "}\n"]
    )


def _sink(*lines: str) -> str:
    entries = (_HEAD, 'topic = "paid"', *lines)
    return "\n".join(["sink paid to kafka {", *(f"  {each}" for each in entries), "}\n"])


_DEAD_LETTERS = 'sink orders.dead_letter to parquet {\n  path = "out/broken"\n}\n'

NEEDS_SCHEMA = Code(
    "SSBT1001",
    "A format without its schema",
    """\
Spark does not look into records to find out what they hold. So a format such as `json` needs a
schema, whose fields become the columns. Use `schema` for the value and `key_schema` for the key.
""",
    wrong=example(source=_source("value = json", schema="")),
    right=example(source=_source("value = json")),
)

UNWANTED_SCHEMA = Code(
    "SSBT1002",
    "A schema for a format that takes none",
    """\
A format such as `string` or `bytes` is one value, not a record with fields. It becomes one column,
called `value`, or `_key` for the key.
""",
    wrong=example(source=_source("value = string"), steps="|> where value = 'PAID'"),
    right=example(
        schema="", source=_source("value = string", schema=""), steps="|> where value = 'PAID'"
    ),
)

COLUMN_TAKEN = Code(
    "SSBT1003",
    "Two columns with the same name in a record",
    """\
The fields of the value become columns next to `_key` and those of `metadata`, such as `_offset`. No
field of the schema can have the name of another column of the source, nor one that scripts use for
what they know about a record: `_ssbt_…` and, if malformed records are dead letters, `_record` and
`_dead_letter`.
""",
    wrong=example(
        schema="schema Order {\n  status:  string\n  _offset: bigint\n}\n",
        source=_source("value = json", "metadata = [offset]"),
    ),
    right=example(
        schema="schema Order {\n  status: string\n}\n",
        source=_source("value = json", "metadata = [offset]"),
    ),
)

NOWHERE_TO_GO = Code(
    "SSBT1004",
    "Dead letters with nowhere to go",
    """\
`on_error = dead_letter` sends records that cannot be decoded to a separate sink, which the pipeline
must declare: `sink NAME.dead_letter to …`, where NAME is the source.
""",
    wrong=example(source=_source("value = json", "on_error = dead_letter")),
    right=example(source=_source("value = json", "on_error = dead_letter")) + "\n" + _DEAD_LETTERS,
)

NO_DEAD_LETTERS = Code(
    "SSBT1005",
    "A sink for dead letters that nothing sends",
    """\
`sink NAME.dead_letter to …` takes the records of a source that could not be decoded. NAME must be a
source that sends them there, with `on_error = dead_letter`.
""",
    wrong=example(source=_source("value = json")) + "\n" + _DEAD_LETTERS,
    right=example(source=_source("value = json", "on_error = dead_letter")) + "\n" + _DEAD_LETTERS,
)

WRONG_COLUMNS = Code(
    "SSBT1006",
    "Columns that a format cannot write",
    """\
A format such as `string`, `bytes` or `bigint` is one value, made from one column. A record format,
such as `json`, takes any number of columns, but not of every type.
""",
    wrong=example(steps="|> select id, status", sink=_sink("value = string")),
    right=example(steps="|> select id, status", sink=_sink("value = json")),
    way_out="write them as text, `|> set COLUMN = to_json(COLUMN)`, or take another format",
)

"""11xx: schemas that are written in files, in other languages, or kept by a registry."""

from ssbt.compiler.diagnostics.examples import SCHEMA, example
from ssbt.compiler.diagnostics.model import Code, Severity

_AVRO = '''\
schema Order from avro {
  schema = """
    {
      "type": "record",
      "name": "Order",
      "fields": [
        {"name": "id", "type": "long"},
        {"name": "status", "type": ["null", "string"]}
      ]
    }
  """
}
'''

_SOURCE = """\
source orders from kafka {{
  bootstrap_servers = "localhost:9092"
  subscribe         = "orders"
  schema            = Order
  value             = avro {options}
}}
"""
_SINK = """\
sink paid to kafka {{
  bootstrap_servers = "localhost:9092"
  topic             = "paid"
  value             = avro {{ {options} }}
}}
"""
_REGISTRY = 'connection main: schema_registry {\n  url = "http://localhost:8081"\n}\n'

UNUSABLE_SCHEMA_FILE = Code(
    "SSBT1101",
    "A schema that cannot be read",
    """\
`schema NAME from "file"` takes its columns from a file beside the one that says so. What is in it
is told by its ending: `.avsc` is an Avro schema, `.proto` and `.desc` are Protobuf (the text, and
what `protoc --include_imports --descriptor_set_out` writes), `.json` is a JSON Schema, `.ddl` and
`.sql` are columns as Spark's DDL lists them. The path holds no parameter.

Without a file, `schema NAME from avro { schema = … }` holds the text itself; `json_schema` and
`protobuf` do the same. Protobuf needs `pip install 'ssbt[protobuf]'`.
""",
    wrong=example(schema='schema Order from "schemas/no_such_file.avsc"\n'),
    right=example(schema=SCHEMA),
)

BAD_SCHEMA_TEXT = Code(
    "SSBT1102",
    "A mistake in a schema's text",
    """\
The text is no schema of its language, or it declares what Spark's rows cannot hold: a record that
contains itself, a decimal of more than 38 digits, two columns whose names differ only in case.
The place is that in the schema's own file.
""",
    wrong=example(schema=_AVRO.replace('"long"', '"lung"')),
    right=example(schema=_AVRO),
)

NO_SUCH_MESSAGE = Code(
    "SSBT1103",
    "A Protobuf message that is not there",
    """\
A file of Protobuf declares several messages, and a schema is one of them: `message` says which, by
its name with its package, such as `shop.Order`. A file with one message needs no `message`.
""",
    wrong=example(
        schema='''\
schema Order from protobuf {
  message = "Ordre"
  schema  = """
    syntax = "proto3";
    message Order { int64 id = 1; string status = 2; }
  """
}
'''
    ),
    right=example(
        schema='''\
schema Order from protobuf {
  message = "Order"
  schema  = """
    syntax = "proto3";
    message Order { int64 id = 1; string status = 2; }
  """
}
'''
    ),
)

NOT_PULLED = Code(
    "SSBT1104",
    "A registry's schema that was not pulled",
    """\
Compiling asks no server. `ssbtc schema pull` fetches what `schema NAME from registry { … }` names
into a file beside the pipeline, `schemas/SUBJECT.json` unless `file` says otherwise. Keep that file
with the pipeline, under version control: whoever compiles the pipeline then gets the same columns,
and a change of them is seen in review. `ssbtc schema check` compares it with the registry.

The file is older than what the pipeline says where `version` names another one: pull again.
""",
    wrong=example(schema='schema Order from registry {\n  subject = "orders-value"\n}\n'),
    right=example(schema=SCHEMA),
)

OTHER_LANGUAGE = Code(
    "SSBT1105",
    "A schema that is not in the format's language",
    """\
Avro and Protobuf messages are read with a schema of theirs: columns alone do not say how the bytes
are laid out, what a record is called, or what stands in for a field that is missing. Declare the
schema from a file, from a registry, or with its text.

A sink may leave the schema out: one is then made of the columns.
""",
    wrong=example(source=_SOURCE.format(options="")),
    right=example(schema=_AVRO, source=_SOURCE.format(options="")),
)

OTHER_COLUMNS = Code(
    "SSBT1106",
    "Columns that are not those of the schema",
    """\
A record is written with a schema: each column is a field of it, of the same type, and each field
that may not be null is a column. Spark would find it out with the first record.

Cast the columns, or leave the schema out: one is then made of them.
""",
    wrong=example(
        schema=_AVRO,
        source=_SOURCE.format(options=""),
        sink=_SINK.format(options="schema = Order"),
        steps="|> where status = 'PAID'\n|> set id = cast(id as string)",
    ),
    right=example(
        schema=_AVRO,
        source=_SOURCE.format(options=""),
        sink=_SINK.format(options="schema = Order"),
    ),
)

UNKNOWN_SUBJECT = Code(
    "SSBT1107",
    "A subject that nothing tells",
    """\
Schemas are registered under a subject. It is the one that `subject` says, or that of a schema from
a registry, or is made of the one topic that a source reads or a sink writes: `orders-value`. Of
several topics, a pattern, or a topic in a column, none can be made.
""",
    wrong=example(
        preamble=_REGISTRY,
        schema=_AVRO,
        source=_SOURCE.format(options="{ registry = main }").replace(
            '"orders"', '["orders", "returns"]'
        ),
    ),
    right=example(
        preamble=_REGISTRY,
        schema=_AVRO,
        source=_SOURCE.format(options='{ registry = main, subject = "orders-value" }').replace(
            '"orders"', '["orders", "returns"]'
        ),
    ),
)

MOVED_ON = Code(
    "SSBT1111",
    "A registry that has gone on",
    """\
`ssbtc schema check` found a newer version of a subject than the one beside the pipeline. Records
that were written with it can still be read as the pipeline declares them: what is new in it is left
out. `ssbtc schema pull` takes it over.
""",
    wrong="",
    right="",
    severity=Severity.WARNING,
)

WOULD_BREAK = Code(
    "SSBT1112",
    "A registry's schema that the pipeline cannot read",
    """\
`ssbtc schema check` found that records written with the registry's latest version of a subject
cannot be read with the schema beside the pipeline: a field without a default is gone, a type is
another one, the same bytes mean something else. Such records would go where `on_error` says, or
stop the job.

Take the new version over with `ssbtc schema pull`, and see what the compiler says of it; or speak
with those who registered it. A subject whose compatibility is FULL would have refused it.
""",
    wrong="",
    right="",
)

GONE = Code(
    "SSBT1113",
    "A schema that the registry does not have",
    """\
The registry has no such subject, or no longer the version that the pipeline pins, or under that
number another schema than the one beside the pipeline: the file was edited, or is from another
registry. `ssbtc schema pull` fetches what is there.
""",
    wrong="",
    right="",
)

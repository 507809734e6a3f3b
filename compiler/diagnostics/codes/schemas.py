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
`schema NAME from "file"` reads its columns from a file; the path is relative to the file with the
declaration. The extension says what the file holds: `.avsc` is an Avro schema, `.proto` and `.desc`
are Protobuf (the text, and what `protoc --include_imports --descriptor_set_out` writes), `.json` is
a JSON Schema, `.ddl` and `.sql` are columns as in Spark's DDL. The path cannot contain a parameter.

Without a file, `schema NAME from avro { schema = … }` holds the text itself; `json_schema` and
`protobuf` work in the same way. Protobuf needs `pip install 'ssbt[protobuf]'`.
""",
    wrong=example(schema='schema Order from "schemas/no_such_file.avsc"\n'),
    right=example(schema=SCHEMA),
)

BAD_SCHEMA_TEXT = Code(
    "SSBT1102",
    "A mistake in a schema's text",
    """\
The text is not a valid schema in its language, or it declares something that Spark's rows cannot
hold: a record that contains itself, a decimal with more than 38 digits, two columns whose names
differ only in case. The position is the one in the schema's own file.
""",
    wrong=example(schema=_AVRO.replace('"long"', '"lung"')),
    right=example(schema=_AVRO),
    way_out="correct the schema's text",
)

NO_SUCH_MESSAGE = Code(
    "SSBT1103",
    "A Protobuf message that does not exist",
    """\
A Protobuf file may declare several messages, and a schema is one of them. `message` says which, by
its full name with the package, such as `shop.Order`. If the file declares one message, you can
leave `message` out.
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
    "A registry schema that was not pulled",
    """\
The compiler never asks a server. `ssbtc schema pull` fetches what `schema NAME from registry { … }`
names into a file next to the pipeline, `schemas/SUBJECT.json` unless `file` says otherwise. Keep
that file with the pipeline, under version control: then everyone who compiles the pipeline gets the
same columns, and reviewers see when they change. `ssbtc schema check` compares the file with the
registry.

If `version` names another version than the file holds, pull again.
""",
    wrong=example(schema='schema Order from registry {\n  subject = "orders-value"\n}\n'),
    right=example(schema=SCHEMA),
)

OTHER_LANGUAGE = Code(
    "SSBT1105",
    "A schema that is not in the format's language",
    """\
Avro and Protobuf messages cannot be read without a schema in their own language. Columns alone do
not say how the bytes are laid out, what a record is called, or what replaces a missing field.
Declare the schema from a file, from a registry, or with its text.

A sink may leave the schema out; the compiler then makes one from the columns.
""",
    wrong=example(source=_SOURCE.format(options="")),
    right=example(schema=_AVRO, source=_SOURCE.format(options="")),
    way_out="name a schema that is declared from that language: `schema NAME from avro { … }`",
)

OTHER_COLUMNS = Code(
    "SSBT1106",
    "Columns that do not match the schema",
    """\
A record is written with a schema. Each column must be a field of it, with the same type, and each
field that may not be null must be a column. Spark would notice only at the first record.

Cast the columns, or leave the schema out; the compiler then makes one from them.
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
    way_out="add the column in a step before, or take a schema without the field",
)

UNKNOWN_SUBJECT = Code(
    "SSBT1107",
    "A subject that cannot be worked out",
    """\
Schemas are registered under a subject. `subject` names it, or a schema from a registry does, or it
is made from the topic that a source reads or a sink writes: `orders-value`. It cannot be made from
several topics, a pattern, or a topic in a column.
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
    "A newer version in the registry",
    """\
`ssbtc schema check` found a newer version of a subject than the one next to the pipeline. The
pipeline can still read records written with it, but leaves out what is new. `ssbtc schema pull`
fetches the new version.
""",
    wrong="",
    right="",
    severity=Severity.WARNING,
)

WOULD_BREAK = Code(
    "SSBT1112",
    "A registry schema that the pipeline cannot read",
    """\
`ssbtc schema check` found that the schema next to the pipeline cannot read records written with the
registry's latest version of a subject: a field without a default is gone, a type has changed, or
the same bytes mean something else. Such records would go where `on_error` says, or stop the job.

Fetch the new version with `ssbtc schema pull`, and see what the compiler reports. Or talk to those
who registered it: a subject whose compatibility is FULL would have refused it.
""",
    wrong="",
    right="",
)

GONE = Code(
    "SSBT1113",
    "A schema that the registry does not have",
    """\
The registry does not have the subject, no longer has the version that the pipeline pins, or has
another schema under that number than the one next to the pipeline: the file was edited, or is from
another registry. `ssbtc schema pull` fetches what the registry has.
""",
    wrong="",
    right="",
)

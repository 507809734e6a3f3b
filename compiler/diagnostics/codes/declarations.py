"""Mistakes in declarations: schemas, parameters and the pipeline itself."""

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code

EMPTY_SCHEMA = Code(
    "SSBT0216",
    "A schema without columns",
    """\
A schema needs at least one column: Spark cannot read records without columns from a file.
""",
    wrong=example(schema="schema Order {\n}\n", steps="|> distinct"),
    right=example(),
    way_out="give it columns, one a line: `id: bigint`",
)
OPEN_SCHEMA = Code(
    "SSBT0217",
    "The columns must be known here",
    """\
This step needs to know every column of the dataset, but Spark infers the schema of its source only
when the job runs. Give the source a `schema`, or name the columns with a `select` first.
""",
    wrong=example(
        schema="",
        source='source orders from parquet {\n  path = "data/orders"\n}\n',
        steps="|> intersect orders",
    ),
    right=example(
        schema="",
        source='source orders from parquet {\n  path = "data/orders"\n}\n',
        steps="|> distinct",
    ),
)
BAD_DEFAULT = Code(
    "SSBT0218",
    "A default that does not fit its type",
    """\
The default of a parameter must be a constant that fits the parameter's type exactly: nothing is
rounded or cut off.
""",
    wrong=example(preamble="param minimum: int = 'many'\n", steps="|> where amount > ${minimum}"),
    right=example(preamble="param minimum: int = 1\n", steps="|> where amount > ${minimum}"),
    way_out="change the default, or what it has to fit",
)
UNKNOWN_ENTRY = Code(
    "SSBT0219",
    "No such entry",
    """\
This block has no entry with this name. The compiler never ignores anything you write, so it is an
error.
""",
    wrong=example(pipeline='pipeline paid_orders {\n  descripton = "Orders"\n}\n'),
    right=example(pipeline='pipeline paid_orders {\n  description = "Orders"\n}\n'),
    way_out="leave it out, or take an entry that this block has",
)
BAD_ENTRY = Code(
    "SSBT0220",
    "An entry with a value that does not fit",
    """\
The entry takes another kind of value: for instance a list where you wrote a text.
""",
    wrong=example(pipeline="pipeline paid_orders {\n  description = 3\n}\n"),
    right=example(pipeline='pipeline paid_orders {\n  description = "Orders"\n}\n'),
    way_out="change the value, or leave the entry out",
)
BAD_PARAM_TYPE = Code(
    "SSBT0221",
    "A type that a parameter cannot have",
    """\
You set a parameter on a command line or in a file, so it is a string, a number, a boolean, a date,
a timestamp, binary, an interval of days and times or of years and months, or an array or a map of
these. For a string of limited length, use a `string` with a `check`.
""",
    wrong=example(
        preamble="param country: varchar(2) = 'DE'\n",
        steps="|> where status = ${country}",
    ),
    right=example(
        preamble="param country: string = 'DE' check length(country) <= 2\n",
        steps="|> where status = ${country}",
    ),
    way_out="take text, a number, a date or a time, or an array or map of them",
)
RESERVED_NAME = Code(
    "SSBT0222",
    "A name that the language uses",
    """\
You call a transform like a step, so it cannot have the name of a built-in step.
""",
    wrong=example(
        preamble="transform sample(input: Order) =\n  from input\n  |> where amount > 0\n",
    ),
    right=example(
        preamble="transform sampled(input: Order) =\n  from input\n  |> where amount > 0\n",
        steps="|> sampled()",
    ),
)
BAD_CHECK = Code(
    "SSBT0224",
    "A check that a parameter cannot have",
    """\
A `check` compares the parameter, by its name, with constants of its type: `=`, `<`, `between`,
`in`, `like`, `rlike` and their negations, joined by `and`. It may use the `length` of a string and
the `size` of an array or map. It cannot compute anything else, because it is decided without Spark:
by the compiler for defaults and configurations, and before Spark starts for all other values.
""",
    wrong=example(
        preamble="param minimum: int = 1 check minimum % 2 = 1\n",
        steps="|> where amount > ${minimum}",
    ),
    right=example(
        preamble="param minimum: int = 1 check minimum in (1, 3, 5)\n",
        steps="|> where amount > ${minimum}",
    ),
    way_out="compare with constants: `check NAME >= 1 and NAME < 100`, `check NAME in ('a', 'b')`",
)


def _setting(name: str) -> str:
    return f'pipeline paid_orders {{\n  spark {{\n    "{name}" = 8\n  }}\n}}\n'


BAD_SETTING = Code(
    "SSBT0225",
    "A setting that Spark does not have, or not with this value",
    """\
Spark ignores a setting that it does not know, and reads the value of a known one only when it needs
it. So a mistake would go unnoticed. The compiler therefore compares Spark SQL's names, names that
are nearly one of Spark's own, and values with the settings that each Spark line documents. It
leaves settings of other libraries alone.

A setting that would change how Spark reads the script's own text is refused as well.
""",
    wrong=example(pipeline=_setting("spark.sql.shufle.partitions")),
    right=example(pipeline=_setting("spark.sql.shuffle.partitions")),
    way_out="change the value, or leave the setting to Spark",
)
BAD_PIPELINE_NAME = Code(
    "SSBT0226",
    "A pipeline named like a Python module",
    """\
`pipeline orders` is compiled to `orders.py`, and Python looks for modules next to the running
script first. If the script were called `types.py`, Python's own library and PySpark would get it
when they import `types`, and Spark would not start.

So a pipeline cannot have the name of a module that comes with Python, or of one that PySpark itself
imports.
""",
    wrong=example(pipeline="pipeline types {\n}\n"),
    right=example(pipeline="pipeline order_types {\n}\n"),
)
NO_SINK = Code(
    "SSBT0223",
    "A pipeline that writes nothing",
    """\
This pipeline has no sink, so it would compute nothing: Spark computes only what a sink asks for.
Add a `sink` for the dataset that you want to keep.
""",
    wrong=example(sink=""),
    right=example(),
)

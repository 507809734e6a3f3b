"""02xx: declarations and the names that refer to them."""

from ssbt.compiler.diagnostics.examples import SOURCE, example, let
from ssbt.compiler.diagnostics.model import Code

UNKNOWN_DATASET = Code(
    "SSBT0201",
    "No such dataset",
    """\
A `from`, a join or a sink names a dataset, but no `source` and no `let` of this pipeline declares
it. A dataset may be declared anywhere in the file; upper and lower case are the same, as in Spark.
""",
    wrong=example(lets="let paid =\n  from order\n\nlet other =\n  from orders\n").replace(
        "sink paid", "sink other"
    ),
    right=example(steps="|> where amount > 0"),
)

UNKNOWN_COLUMN = Code(
    "SSBT0202",
    "No such column",
    """\
An expression names a column that the dataset does not have at this step. Each step works on the
columns of the step before it: after `select` and `aggregate`, those are only the ones named there.
""",
    wrong=example(steps="|> where amout > 0"),
    right=example(steps="|> where amount > 0"),
    way_out="a step has the columns that the step before it leaves, a STRUCT its fields",
)

AMBIGUOUS_COLUMN = Code(
    "SSBT0203",
    "A column name that matches two columns",
    """\
After a join, both sides may have a column with the same name, and Spark refuses to guess. Say which
one you mean: qualify it with the name of its dataset, or join with `using (…)`, which leaves one
column instead of two.
""",
    wrong=example(
        steps="|> join orders as again on orders.id = again.id\n|> select id, orders.amount"
    ),
    right=example(
        steps="|> join orders as again on orders.id = again.id\n|> select orders.id, orders.amount"
    ),
)

DUPLICATE_DECLARATION = Code(
    "SSBT0204",
    "A name declared twice",
    """\
Sources, lets, transforms, schemas and parameters each need a unique name; upper and lower case are
the same, as in Spark. Sources, lets and transforms share one set of names, because each becomes a
function in the script.
""",
    wrong=example(lets=let("|> where amount > 0") + "\n" + let("|> where amount > 1")),
    right=example(steps="|> where amount > 0"),
    way_out="rename one of the two, or leave it out",
)

UNKNOWN_SCHEMA = Code(
    "SSBT0205",
    "No such schema",
    """\
A source, transform or step names a schema, but neither this file nor an imported one declares it.
""",
    wrong=example(schema="", source=SOURCE.replace("Order", "Orders")),
    right=example(),
    way_out="declare it: `schema NAME { COLUMN: TYPE }`",
)

UNKNOWN_PARAM = Code(
    "SSBT0206",
    "No such parameter",
    """\
`${name}` is the value of a `param`, but no parameter has this name.
""",
    wrong=example(steps="|> where amount > ${minimum}"),
    right=example(
        preamble="param minimum: decimal(12,2) = 1.00\n", steps="|> where amount > ${minimum}"
    ),
    way_out="declare it: `param NAME: TYPE`",
)

UNKNOWN_TRANSFORM = Code(
    "SSBT0207",
    "No such transform",
    """\
A name with parentheses calls a `transform`, but neither this file nor an imported one declares it.
""",
    wrong=example(steps="|> cleaned()"),
    right=example(
        preamble="transform cleaned(input: Order) =\n  from input\n  |> where amount > 0\n",
        steps="|> cleaned()",
    ),
    way_out="declare it: `transform NAME(input: SCHEMA) = from input |> …`",
)

CYCLE = Code(
    "SSBT0208",
    "A dataset that depends on itself",
    """\
Data flows one way. To compute this dataset, Spark would first need the dataset's own rows, perhaps
through other datasets.
""",
    wrong=example(
        lets="let paid =\n  from orders\n  |> union all other\n\nlet other =\n  from paid\n"
    ),
    right=example(
        lets="let paid =\n  from orders\n  |> union all other\n\nlet other =\n  from orders\n"
    ),
    way_out="let one of them begin from a source; what goes round and round has no first row",
)

DUPLICATE_COLUMN = Code(
    "SSBT0210",
    "Two columns with the same name",
    """\
If a dataset has two columns with the same name, you cannot refer to either, and no sink can write
them; Spark notices only when it writes. Drop or rename one of them where they come together.
""",
    wrong=example(steps="|> select id, amount as id"),
    right=example(steps="|> select id, amount as paid"),
    way_out="rename one of the two, or leave it out",
)

IMPORT_NOT_FOUND = Code(
    "SSBT0211",
    "An import that cannot be read",
    """\
The path of an `import` is relative to the importing file, and must lead to a readable `.ssbt` file.
""",
    wrong=example(preamble='import "no_such_file.ssbt"\n'),
    right=example(),
    way_out='write the path of an `.ssbt` file, from this one: `import "shared/schemas.ssbt"`',
)

IMPORT_CYCLE = Code(
    "SSBT0212",
    "Files that import each other",
    """\
A file imports itself, directly or through others. Move what both files need into a third one.
""",
    wrong=example(preamble='import "main.ssbt"\n'),
    right=example(),
    way_out="move what both files need into a third one, and import that",
)

NOT_IMPORTABLE = Code(
    "SSBT0213",
    "A declaration that cannot be imported",
    """\
An imported file shares `schema`, `param`, `secret`, `connection` and `transform` declarations.
Datasets and sinks belong to the pipeline that runs them, so declare them in its own file.
""",
    wrong=example(preamble='import "other.ssbt"\n'),
    right=example(),
)

DUPLICATE_ALIAS = Code(
    "SSBT0214",
    "Two sides of a join with the same name",
    """\
Both sides of a join have the same name, so you could not refer to the columns of either. Rename one
side with `as`.
""",
    wrong=example(steps="|> join orders on orders.id = orders.amount\n|> select amount"),
    right=example(steps="|> join orders as again on orders.id = again.id\n|> select orders.amount"),
)

BAD_TRANSFORM_USE = Code(
    "SSBT0215",
    "A transform used with the wrong datasets",
    """\
A transform takes one dataset for each of its parameters. Each dataset needs the columns of the
parameter's schema, with the same types or types that can be used in their place. It may have more
columns; they flow through.
""",
    wrong=example(
        preamble="transform cleaned(input: Order, other: Order) =\n  from input\n"
        "  |> union all other\n",
        steps="|> cleaned()",
    ),
    right=example(
        preamble="transform cleaned(input: Order, other: Order) =\n  from input\n"
        "  |> union all other\n",
        steps="|> cleaned(orders)",
    ),
    way_out="pass it the datasets that it declares, with the columns that it needs",
)

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

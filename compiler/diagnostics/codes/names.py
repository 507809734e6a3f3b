"""02xx: declarations and the names that refer to them."""

from ssbt.compiler.diagnostics.examples import SOURCE, example, let
from ssbt.compiler.diagnostics.model import Code

UNKNOWN_DATASET = Code(
    "SSBT0201",
    "No such dataset",
    """\
A `from`, a join or a sink names a dataset that no `source` and no `let` of this pipeline declares.
Datasets are found by name anywhere in the file; case does not matter, as in Spark.
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
An expression names a column that the dataset does not have at this step. Each step sees the
columns that the step before it leaves: after `select` and `aggregate`, only those named there.
""",
    wrong=example(steps="|> where amout > 0"),
    right=example(steps="|> where amount > 0"),
)

AMBIGUOUS_COLUMN = Code(
    "SSBT0203",
    "A column name that fits two columns",
    """\
After a join both sides may have a column of the same name. Spark refuses such a name, so say which
one is meant: qualify it with the name of its dataset, or join with `using (…)`, which leaves one
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
Sources, lets, transforms, schemas and parameters each need a name of their own; case does not
matter, as in Spark. Sources, lets and transforms share one set of names, because each becomes a
function of the script.
""",
    wrong=example(lets=let("|> where amount > 0") + "\n" + let("|> where amount > 1")),
    right=example(steps="|> where amount > 0"),
)

UNKNOWN_SCHEMA = Code(
    "SSBT0205",
    "No such schema",
    """\
A source, transform or step names a schema that neither this file nor an imported one declares.
""",
    wrong=example(schema="", source=SOURCE.replace("Order", "Orders")),
    right=example(),
)

UNKNOWN_PARAM = Code(
    "SSBT0206",
    "No such parameter",
    """\
`${name}` stands for the value of a `param`, and there is none of this name.
""",
    wrong=example(steps="|> where amount > ${minimum}"),
    right=example(
        preamble="param minimum: decimal(12,2) = 1.00\n", steps="|> where amount > ${minimum}"
    ),
)

UNKNOWN_TRANSFORM = Code(
    "SSBT0207",
    "No such transform",
    """\
A name with parentheses uses a `transform`, and none of this name is declared here or imported.
""",
    wrong=example(steps="|> cleaned()"),
    right=example(
        preamble="transform cleaned(input: Order) =\n  from input\n  |> where amount > 0\n",
        steps="|> cleaned()",
    ),
)

CYCLE = Code(
    "SSBT0208",
    "A dataset made from itself",
    """\
Data flows one way. Here a dataset needs, through others, its own rows to be made first.
""",
    wrong=example(
        lets="let paid =\n  from orders\n  |> union all other\n\nlet other =\n  from paid\n"
    ),
    right=example(
        lets="let paid =\n  from orders\n  |> union all other\n\nlet other =\n  from orders\n"
    ),
)

DUPLICATE_COLUMN = Code(
    "SSBT0210",
    "Two columns of one name",
    """\
A dataset with two columns of the same name cannot be used by name, and no sink can write it; Spark
finds out only there. Drop or rename one of them where they come together.
""",
    wrong=example(steps="|> select id, amount as id"),
    right=example(steps="|> select id, amount as paid"),
)

IMPORT_NOT_FOUND = Code(
    "SSBT0211",
    "An import that cannot be read",
    """\
The path of an `import` is relative to the file that imports, and must lead to a readable `.ssbt`
file.
""",
    wrong=example(preamble='import "no_such_file.ssbt"\n'),
    right=example(),
)

IMPORT_CYCLE = Code(
    "SSBT0212",
    "Files that import each other",
    """\
A file imports itself, perhaps through others. Move what both need into a third file.
""",
    wrong=example(preamble='import "main.ssbt"\n'),
    right=example(),
)

NOT_IMPORTABLE = Code(
    "SSBT0213",
    "A declaration that cannot be imported",
    """\
An imported file shares `schema`, `param`, `secret`, `connection` and `transform` declarations.
Datasets and sinks belong to the pipeline that runs them, and so stand in its own file.
""",
    wrong=example(preamble='import "other.ssbt"\n'),
    right=example(),
)

DUPLICATE_ALIAS = Code(
    "SSBT0214",
    "Two sides of a join with one name",
    """\
Both sides of a join are called the same, so that no column of either could be named. Give one of
them another name with `as`.
""",
    wrong=example(steps="|> join orders on orders.id = orders.amount\n|> select amount"),
    right=example(steps="|> join orders as again on orders.id = again.id\n|> select orders.amount"),
)

BAD_TRANSFORM_USE = Code(
    "SSBT0215",
    "A transform used with the wrong datasets",
    """\
A transform takes one dataset for each of its parameters, and each needs the columns of the
parameter's schema, with types that can be used in their place. More columns may flow through.
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
)

EMPTY_SCHEMA = Code(
    "SSBT0216",
    "A schema without columns",
    """\
A schema names at least one column: Spark reads nothing from a file for a record without columns.
""",
    wrong=example(schema="schema Order {\n}\n", steps="|> distinct"),
    right=example(),
)

OPEN_SCHEMA = Code(
    "SSBT0217",
    "The columns must be known here",
    """\
This step needs to know every column of the dataset, and its source has its schema inferred by
Spark when the job runs. Give the source a `schema`, or name the columns with a `select` first.
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
    "A default that is no value of its type",
    """\
The default of a parameter is a constant of the parameter's type: nothing is rounded or cut off.
""",
    wrong=example(preamble="param minimum: int = 'many'\n", steps="|> where amount > ${minimum}"),
    right=example(preamble="param minimum: int = 1\n", steps="|> where amount > ${minimum}"),
)

UNKNOWN_ENTRY = Code(
    "SSBT0219",
    "No such entry",
    """\
A block holds an entry that means nothing there. Nothing that is written is ever ignored.
""",
    wrong=example(pipeline='pipeline paid_orders {\n  descripton = "Orders"\n}\n'),
    right=example(pipeline='pipeline paid_orders {\n  description = "Orders"\n}\n'),
)

BAD_ENTRY = Code(
    "SSBT0220",
    "An entry with a value that does not fit",
    """\
The value is not of the kind that this entry takes: a text where a text is wanted, a list where a
list is.
""",
    wrong=example(pipeline="pipeline paid_orders {\n  description = 3\n}\n"),
    right=example(pipeline='pipeline paid_orders {\n  description = "Orders"\n}\n'),
)

BAD_PARAM_TYPE = Code(
    "SSBT0221",
    "A type that a parameter cannot have",
    """\
A parameter is given on a command line or in a file: it is a string, a number, a boolean, a date, a
timestamp, binary, an interval of days and times or of years and months, or an array or a map of
these. A string of a certain length is a `string` with a `check`.
""",
    wrong=example(
        preamble="param country: varchar(2) = 'DE'\n",
        steps="|> where status = ${country}",
    ),
    right=example(
        preamble="param country: string = 'DE' check length(country) <= 2\n",
        steps="|> where status = ${country}",
    ),
)

RESERVED_NAME = Code(
    "SSBT0222",
    "A name that is taken by the language",
    """\
A transform is used like a step, so it cannot have a step's name.
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
`in`, `like`, `rlike` and their negations, joined by `and`. Of a string it may look at the `length`,
of an array or map at the `size`. It is decided when compiling for defaults and configurations, and
before Spark starts for all other values, so it computes nothing.
""",
    wrong=example(
        preamble="param minimum: int = 1 check minimum % 2 = 1\n",
        steps="|> where amount > ${minimum}",
    ),
    right=example(
        preamble="param minimum: int = 1 check minimum in (1, 3, 5)\n",
        steps="|> where amount > ${minimum}",
    ),
)


def _setting(name: str) -> str:
    return f'pipeline paid_orders {{\n  spark {{\n    "{name}" = 8\n  }}\n}}\n'


BAD_SETTING = Code(
    "SSBT0225",
    "A setting that Spark does not have, or not with this value",
    """\
Spark passes over a setting that it does not know, and reads the value of one that it knows only
when something needs it. Names in Spark SQL, names that are nearly one of Spark's own, and values
are therefore compared with what each Spark line says of its settings; those of other libraries are
left alone.

A setting that would change how Spark reads the script's own text is refused here too.
""",
    wrong=example(pipeline=_setting("spark.sql.shufle.partitions")),
    right=example(pipeline=_setting("spark.sql.shuffle.partitions")),
)

BAD_PIPELINE_NAME = Code(
    "SSBT0226",
    "A pipeline called like a module of Python's",
    """\
`pipeline orders` is compiled to `orders.py`, and Python looks for modules beside the script that it
runs first. A script called `types.py` is therefore what Python's own library and PySpark get when
they import `types`, and Spark does not start.

Names of modules that come with Python, and of those that PySpark itself imports, are no names of
pipelines.
""",
    wrong=example(pipeline="pipeline types {\n}\n"),
    right=example(pipeline="pipeline order_types {\n}\n"),
)

NO_SINK = Code(
    "SSBT0223",
    "A pipeline that writes nothing",
    """\
Nothing of what the pipeline computes would be kept: Spark computes only what a sink asks for. Add a
`sink` for the dataset that is the pipeline's purpose.
""",
    wrong=example(sink=""),
    right=example(),
)

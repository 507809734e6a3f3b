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

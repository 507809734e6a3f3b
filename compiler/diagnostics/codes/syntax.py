"""01xx: text that does not follow the grammar; `literals` holds those about single literals."""

from ssbt.compiler.diagnostics.examples import SCHEMA, STEPS, example, let
from ssbt.compiler.diagnostics.model import Code

UNEXPECTED_TOKEN = Code(
    "SSBT0101",
    "Something else was expected here",
    """\
The compiler understood the file up to this place, and then found something that cannot come there.
The message says what it found and what it expected instead. Often the mistake is a little earlier:
a word left out, a comma too many, an expression that stops half-way.
""",
    wrong=example(steps="|> where amount >\n|> distinct"),
    right=example(steps="|> where amount > 0\n|> distinct"),
    way_out="see the corrected example in `ssbtc explain SSBT0101`",
)

UNCLOSED_BRACKET = Code(
    "SSBT0105",
    "A bracket without its partner",
    """\
Each `(`, `[` and `{` needs its `)`, `]` or `}`, in the right order. The message shows both places:
where the bracket was opened, and where the compiler found another bracket, a new declaration or the
end of the file instead of its partner.
""",
    wrong=example(steps="|> where amount > 0 and (status = 'PAID' or status = 'SENT'"),
    right=example(steps="|> where amount > 0 and (status = 'PAID' or status = 'SENT')"),
)

NESTED_TOO_DEEPLY = Code(
    "SSBT0106",
    "Nested too deeply",
    """\
There is a limit to how deeply brackets, blocks and expressions can be nested. It is far above what
a person writes. It keeps a generated file from exhausting the compiler, and later Spark's own
parser, which has even less room.

Give an inner part a name: a column added with `extend`, or a separate `let`. Write a long chain of
`or` over one column as `in (…)`.

You can join thousands of conditions with `and` and `or`. Other operators, such as `+` and `||`, can
be chained 400 times, `!=` 200 times: Spark's parser takes some more, and runs out of stack at twice
as many. Split longer chains with parentheses, `(a + b + …) + (c + d + …)`; for texts,
`concat(a, b, …)` has no such limit.
""",
    wrong=example(steps=f"|> where {'(' * 5000}amount > 0{')' * 5000}"),
    right=example(steps="|> where amount > 0"),
)

MISSING_SEPARATOR = Code(
    "SSBT0107",
    "Two entries on one line",
    """\
Write each entry of a block on its own line, or separate entries with a comma. Two on one line with
only a space between them are hard to tell apart, for people and for the compiler.
""",
    wrong=example(
        source='source orders from csv {\n  path = "data/orders.csv" header = true\n'
        "  schema = Order\n}\n"
    ),
    right=example(
        source='source orders from csv {\n  path = "data/orders.csv", header = true\n'
        "  schema = Order\n}\n"
    ),
)

UNKNOWN_STEP = Code(
    "SSBT0108",
    "An unknown step",
    """\
After `|>` comes the name of a step: `where`, `select`, `extend`, `set`, `drop`, `rename`, `as`, a
`join`, `aggregate`, `distinct`, `order by`, `limit`, `union`, `intersect`, `except`, `pivot`,
`unpivot`, `sample`, `explode`, `apply`, `sql`, or the name of a `transform` followed by `(…)`.

The words come from Spark SQL's pipe syntax, not from the DataFrame methods: `filter` is `where`,
`withColumn` is `extend` for a new column and `set` for an existing one, `orderBy` is `order by`.
""",
    wrong=example(steps="|> filter status = 'PAID'"),
    right=example(),
)

UNKNOWN_DECLARATION = Code(
    "SSBT0109",
    "An unknown declaration",
    """\
The top level of a file consists of declarations, and each begins with a word that says what it
declares: `pipeline`, `import`, `param`, `secret`, `connection`, `schema`, `source` or
`stream source`, `let`, `transform`, `expect`, `sink`, `test`. This line begins with another word.
""",
    wrong=example(lets=let(STEPS).replace("let", "dataset")),
    right=example(),
)

DUPLICATE_CLAUSE = Code(
    "SSBT0112",
    "A part that is given twice",
    """\
This part of a declaration or step may appear only once, and here it appears again. Even if both say
the same, one of them is a leftover that would puzzle a reader.

Delete one of the two; the message shows both.
""",
    wrong=example(schema=SCHEMA.replace("not null", "not null not null")),
    right=example(),
    way_out="keep one of the two",
)

NO_PIPELINE = Code(
    "SSBT0113",
    "No `pipeline` declaration",
    """\
A file that is compiled declares one pipeline, whose name becomes the name of the script and of the
Spark application. This file declares none; perhaps it is empty, or it is meant to be imported by
other files and not compiled itself.

Add `pipeline NAME { … }`; the block may be empty.
""",
    wrong=example(pipeline=""),
    right=example(),
)

SEVERAL_PIPELINES = Code(
    "SSBT0114",
    "More than one `pipeline` declaration",
    """\
One file is one pipeline, one script and one Spark application, so it has one `pipeline` block.

Move the second pipeline into its own file. Put what both need (schemas, parameters, transforms)
into a third file that the two `import`.
""",
    wrong=example(preamble="pipeline open_orders {\n}\n"),
    right=example(),
)

SUBQUERY = Code(
    "SSBT0116",
    "A query inside an expression",
    """\
An expression works on the columns of its row; it cannot contain a `select`. In a pipeline every
dataset has a name, and you can see every use of it in the flow. So what SQL writes as a subquery is
a `let` and a join here:

- `where id in (select …)` and `where exists (…)` become a `semi join`,
- `where id not in (select …)` becomes an `anti join`,
- a single value, as here, becomes a `cross join` with a dataset of one row.
""",
    wrong=example(steps="|> where amount > (select avg(amount) from orders)"),
    right=example(
        lets=let("|> aggregate avg(amount) as mean_amount", name="overall")
        + "\n"
        + let("|> cross join overall\n|> where amount > mean_amount")
    ),
)

MISSING_AS = Code(
    "SSBT0117",
    "A new name without `as`",
    """\
SQL lets you leave out `as` before a new name. Here you need it: otherwise two expressions with a
forgotten comma between them would silently become one expression with a new name, and a declaration
would run into the next.
""",
    wrong=example(steps="|> extend amount * 2 doubled"),
    right=example(steps="|> extend amount * 2 as doubled"),
)

UNEXPECTED_CHARACTER = Code(
    "SSBT0119",
    "A character that has no meaning here",
    """\
No word, number or symbol of the language begins with this character. Symbols copied from a web page
or a document are often look-alikes: `≥` for `>=`, curly quotes, long dashes, non-breaking spaces.
Put a name with characters other than letters, digits and `_` in backticks.
""",
    wrong=example(steps="|> where amount ≥ 0"),
    right=example(steps="|> where amount >= 0"),
)

SORT_BY = Code(
    "SSBT0121",
    "`sort by` as a step",
    """\
In Spark `sort by` sorts each partition on its own. The rows of the whole dataset come out in no
particular order, and in a different one whenever the data is partitioned differently. That helps to
lay out files; it is hardly ever what a pipeline means.

Write `order by`, which sorts the whole dataset. In a window, `over (distribute by … sort by …)` is
the same as `over (partition by … order by …)`, so you can keep it.
""",
    wrong=example(steps="|> sort by amount desc"),
    right=example(steps="|> order by amount desc"),
)

TOO_MANY_MISTAKES = Code(
    "SSBT0141",
    "More mistakes than anyone would read",
    """\
A person hardly writes a file with a thousand syntax errors. Either a bracket or quote near the
first error changes the meaning of everything after it, or this is not an `.ssbt` file. The compiler
stops reading here. Fix the first errors, and compile again.
""",
    wrong="",
    right="",
)

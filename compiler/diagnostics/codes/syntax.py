"""01xx: text that does not follow the grammar; `literals` holds those about single literals."""

from ssbt.compiler.diagnostics.examples import SCHEMA, STEPS, example, let
from ssbt.compiler.diagnostics.model import Code

UNEXPECTED_TOKEN = Code(
    "SSBT0101",
    "Something else was expected here",
    """\
The compiler understood the file up to this place, and then found something that cannot stand
there. The message says what was found and what could have come instead. Often the mistake is a
little earlier: a word left out, a comma too many, an expression that stops half-way.
""",
    wrong=example(steps="|> where amount >\n|> distinct"),
    right=example(steps="|> where amount > 0\n|> distinct"),
)

UNCLOSED_BRACKET = Code(
    "SSBT0105",
    "A bracket without its partner",
    """\
Each `(`, `[` and `{` needs its `)`, `]` or `}`, in the right order. The message shows both places:
the bracket that was opened, and where the compiler found another one, a new declaration or the
end of the file instead of its partner.
""",
    wrong=example(steps="|> where amount > 0 and (status = 'PAID' or status = 'SENT'"),
    right=example(steps="|> where amount > 0 and (status = 'PAID' or status = 'SENT')"),
)

NESTED_TOO_DEEPLY = Code(
    "SSBT0106",
    "Nested too deeply",
    """\
Brackets, blocks and expressions may stand inside each other only so many times. The limit is far
above what a person writes, and it keeps a file made by a program from exhausting the compiler,
and later Spark's own parser, which has less room still.

Give an inner part a name: a column added with `extend`, or a `let` of its own. A long chain of
`or` over one column is an `in (…)`.

Conditions may be joined by `and` and `or` by the thousand. Of the other operators, such as `+` and
`||`, 400 may follow each other, of `!=` 200: Spark's parser takes some more, and runs out of its
stack at twice as many. For longer chains, put parts in parentheses, `(a + b + …) + (c + d + …)`;
texts are also joined by `concat(a, b, …)`, which has no such limit.
""",
    wrong=example(steps=f"|> where {'(' * 5000}amount > 0{')' * 5000}"),
    right=example(steps="|> where amount > 0"),
)

MISSING_SEPARATOR = Code(
    "SSBT0107",
    "Two entries on one line",
    """\
The entries of a block stand on lines of their own, or have a comma between them. Two on one line
with a mere blank between them are hard to tell apart, for people as for the compiler.
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
`unpivot`, `sample`, `explode`, `apply`, `sql`, or that of a `transform` followed by `(…)`.

The words are those of Spark SQL's pipe syntax, not of the DataFrame methods: `filter` is `where`,
`withColumn` is `extend` for a new column and `set` for one that is there, `orderBy` is `order by`.
""",
    wrong=example(steps="|> filter status = 'PAID'"),
    right=example(),
)

UNKNOWN_DECLARATION = Code(
    "SSBT0109",
    "An unknown declaration",
    """\
At the top level of a file stand declarations, and each begins with a word that says what it
declares: `pipeline`, `import`, `param`, `secret`, `connection`, `schema`, `source` or
`stream source`, `let`, `transform`, `expect`, `sink`, `test`. This line begins with another word.
""",
    wrong=example(lets=let(STEPS).replace("let", "dataset")),
    right=example(),
)

DUPLICATE_CLAUSE = Code(
    "SSBT0112",
    "The same thing said twice",
    """\
This part of a declaration or step may be there once, and it is there again. Even where both say
the same, one of them is a leftover, and a reader would look for a meaning in it.

Delete one of the two; the message shows both.
""",
    wrong=example(schema=SCHEMA.replace("not null", "not null not null")),
    right=example(),
)

NO_PIPELINE = Code(
    "SSBT0113",
    "No `pipeline` declaration",
    """\
A file that is compiled declares one pipeline: its name becomes that of the script and of the
Spark application. This file has none; perhaps it is empty, or one that other files `import` and
that is not compiled itself.

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

Move the second pipeline into a file of its own. What both need (schemas, parameters, transforms)
goes into a third file that the two `import`.
""",
    wrong=example(preamble="pipeline open_orders {\n}\n"),
    right=example(),
)

SUBQUERY = Code(
    "SSBT0116",
    "A query inside an expression",
    """\
An expression works on the columns of its row; it cannot hold a `select` of its own. In a pipeline
every dataset has a name and every use of it can be seen in the flow, so what SQL writes as a
subquery is a `let` and a join here:

- `where id in (select …)` and `where exists (…)` are a `semi join`,
- `where id not in (select …)` is an `anti join`,
- a single value, as here, is a `cross join` with a dataset of one row.
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
SQL lets you leave out `as` before a new name. Here it is needed: without it, two expressions with
a forgotten comma would silently become one with a new name, and a declaration would run into the
next.
""",
    wrong=example(steps="|> extend amount * 2 doubled"),
    right=example(steps="|> extend amount * 2 as doubled"),
)

UNEXPECTED_CHARACTER = Code(
    "SSBT0119",
    "A character that has no meaning here",
    """\
No word, number or sign of the language begins with this character. Signs copied from a web page or
a document are often look-alikes: `≥` for `>=`, curly quotes, long dashes, blanks that do not break.
A name with other characters than letters, digits and `_` stands in backticks.
""",
    wrong=example(steps="|> where amount ≥ 0"),
    right=example(steps="|> where amount >= 0"),
)

SORT_BY = Code(
    "SSBT0121",
    "`sort by` as a step",
    """\
In Spark `sort by` sorts each partition for itself: the rows of the whole dataset come out in no
order, and in another one whenever the data is partitioned anew. That is a means to lay out files,
hardly ever the meaning of a pipeline.

Write `order by`, which sorts the dataset. In a window, `over (distribute by … sort by …)` is the
same as `over (partition by … order by …)` and may stay.
""",
    wrong=example(steps="|> sort by amount desc"),
    right=example(steps="|> order by amount desc"),
)

TOO_MANY_MISTAKES = Code(
    "SSBT0141",
    "More mistakes than anyone reads",
    """\
A file with a thousand mistakes of syntax was hardly written by a person: a bracket or quote near
the first of them changes the meaning of all that follows, or the file is no `.ssbt` file. The rest
of it is not looked at. Mend the first mistakes, and compile again.
""",
    wrong="",
    right="",
)

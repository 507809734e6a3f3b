"""05xx: steps."""

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Severity

NO_NAME = Code(
    "SSBT0501",
    "A computed column without a name",
    """\
Spark would call the column by its whole expression, and the name would change with every edit.
""",
    wrong=example(steps="|> select id, amount * 2"),
    right=example(steps="|> select id, amount * 2 as doubled"),
)

COLUMN_EXISTS = Code(
    "SSBT0502",
    "A new column with a name that is taken",
    """\
`extend` adds columns; to replace the values of one that is there, use `set`.
""",
    wrong=example(steps="|> extend amount * 2 as amount"),
    right=example(steps="|> set amount = amount * 2"),
)

JOIN_CONDITION = Code(
    "SSBT0503",
    "A join without its condition",
    """\
A join needs `on` or `using`; only `cross join`, every row with every row, has neither.
""",
    wrong=example(steps="|> join orders as other\n|> select orders.id"),
    right=example(steps="|> join orders as other on orders.id = other.id\n|> select orders.id"),
)

DIFFERENT_COLUMNS = Code(
    "SSBT0504",
    "Datasets whose columns do not match",
    """\
`union`, `intersect` and `except` match columns by name: both sides need the same names, and each
pair of columns a common type.
""",
    wrong=example(
        lets="let small =\n  from orders\n  |> select id\n\nlet paid =\n  from orders\n"
        "  |> union small\n"
    ),
    right=example(
        lets="let small =\n  from orders\n  |> where amount < 1\n\nlet paid =\n  from orders\n"
        "  |> union small\n"
    ),
)

BAD_PIVOT = Code(
    "SSBT0505",
    "A pivot that cannot be made",
    """\
The values of a pivot are constants that are known when compiling, each once, because each becomes
a column; what fills the columns are aggregates.
""",
    wrong=example(
        steps="|> pivot sum(amount) as total for status in (id, 'OPEN') group by placed_on"
    ),
    right=example(
        steps="|> pivot sum(amount) as total for status in ('PAID', 'OPEN') group by placed_on"
    ),
)

BAD_EXPLODE = Code(
    "SSBT0506",
    "Nothing to explode",
    """\
`explode` takes an array, which gives one column, or a map, which gives two: `as (key, value)`.
""",
    wrong=example(steps="|> explode amount as part"),
    right=example(steps="|> explode array(amount) as part"),
)

WRONG_NAMES = Code(
    "SSBT0507",
    "A wrong number of names",
    """\
An expression becomes one column and takes one name; only a generator makes several.
""",
    wrong=example(steps="|> select amount as (a, b)"),
    right=example(steps="|> select amount as a"),
)

BAD_COUNT = Code(
    "SSBT0508",
    "A number that the step does not take",
    """\
`limit` and `offset` take a whole number or a parameter that is one; `sample` takes a percentage of
the rows, from 0 to 100 unless it is taken with replacement.
""",
    wrong=example(steps="|> sample 200 percent"),
    right=example(steps="|> sample 20 percent"),
)

BAD_MODULE = Code(
    "SSBT0509",
    "A Python function that cannot be used",
    """\
`apply "module.py:function"` names a Python file beside the pipeline and a function in it that
takes one DataFrame. The file is shipped with the script, so its name must be one that Python can
import and that nothing else in the script has.
""",
    wrong=example(steps='|> apply "no_such_module.py:score" returns Order'),
    right=example(steps="|> distinct"),
)

BAD_SQL = Code(
    "SSBT0510",
    "A `sql` step that names no dataset",
    """\
In the text of a `sql` step `{name}` stands for a dataset of the pipeline, and `{input}` for the one
that flows into the step. A brace that is meant as such is doubled: `{{`.
""",
    wrong=example(steps='|> sql "select * from {inputs}" returns Order'),
    right=example(steps='|> sql "select * from {input}" returns Order'),
)

KEY_EXPRESSION = Code(
    "SSBT0511",
    "A key of the join that one side does not have",
    """\
The columns of `using (…)` exist on both sides, with types that can be compared.
""",
    wrong=example(
        lets="let small =\n  from orders\n  |> select id, status\n\nlet paid =\n  from orders\n"
        "  |> semi join small using (amount)\n"
    ),
    right=example(
        lets="let small =\n  from orders\n  |> select id, status\n\nlet paid =\n  from orders\n"
        "  |> semi join small using (id)\n"
    ),
)

REPEATED_COLUMN = Code(
    "SSBT0512",
    "A column named twice in one step",
    """\
`set`, `drop` and `rename` take each column once: of two things said of one column, one would be
lost.
""",
    wrong=example(steps="|> drop amount, amount"),
    right=example(steps="|> drop amount"),
)

TOO_MANY_GROUPINGS = Code(
    "SSBT0513",
    "Groupings that multiply",
    """\
Elements of a `group by` meet each other: two `cube`s of six columns are 4,096 sets of keys, and
Spark makes a copy of every row for each of them. Name the combinations that are needed with
`grouping sets ((…), …)`.
""",
    wrong=example(
        steps="|> aggregate count(*) as n\n"
        "   group by cube(id, amount, status, placed_on),\n"
        "     cube((id, amount), (id, status), (id, placed_on), (amount, status), id),\n"
        "     cube((id, amount, status), (id, status, placed_on), amount, status)"
    ),
    right=example(
        steps="|> aggregate count(*) as n group by status, grouping sets ((id), (amount), ())"
    ),
)

POSITION = Code(
    "SSBT0440",
    "A number to sort or group by",
    """\
Spark takes a whole number behind `order by` or `group by` for the place of a column, counted from
1. A column added in front would change the order or the groups in silence, so columns are named
here.
""",
    wrong=example(steps="|> order by 2"),
    right=example(steps="|> order by amount"),
)

CONSTANT_ORDER = Code(
    "SSBT0441",
    "A constant to sort or group by",
    """\
A constant is the same in every row: sorting by it sorts nothing, and grouping by it makes one group
or partition of all rows. `"amount"` in double quotes is
a string; names that need quotes have backticks.
""",
    wrong=example(steps='|> order by "amount"'),
    right=example(steps="|> order by `amount`"),
    severity=Severity.WARNING,
)

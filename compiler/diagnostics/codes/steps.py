"""05xx: steps."""

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Severity

NO_NAME = Code(
    "SSBT0501",
    "A computed column without a name",
    """\
Spark would use the whole expression as the column's name, and the name would change with every
edit.
""",
    wrong=example(steps="|> select id, amount * 2"),
    right=example(steps="|> select id, amount * 2 as doubled"),
)

COLUMN_EXISTS = Code(
    "SSBT0502",
    "A new column with a name that exists already",
    """\
`extend` adds columns; to replace the values of an existing one, use `set`.
""",
    wrong=example(steps="|> extend amount * 2 as amount"),
    right=example(steps="|> set amount = amount * 2"),
)

JOIN_CONDITION = Code(
    "SSBT0503",
    "A join without a condition",
    """\
A join needs `on` or `using`; only `cross join`, which joins every row with every row, has neither.
""",
    wrong=example(steps="|> join orders as other\n|> select orders.id"),
    right=example(steps="|> join orders as other on orders.id = other.id\n|> select orders.id"),
)

DIFFERENT_COLUMNS = Code(
    "SSBT0504",
    "Datasets whose columns do not match",
    """\
`union`, `intersect` and `except` match columns by name. Both sides need the same names, and each
pair of columns needs a common type.
""",
    wrong=example(
        lets="let small =\n  from orders\n  |> select id\n\nlet paid =\n  from orders\n"
        "  |> union small\n"
    ),
    right=example(
        lets="let small =\n  from orders\n  |> where amount < 1\n\nlet paid =\n  from orders\n"
        "  |> union small\n"
    ),
    way_out="make both sides the same with `select … cast(… as TYPE) as NAME` before this step",
)

BAD_PIVOT = Code(
    "SSBT0505",
    "A pivot that is not possible",
    """\
Each value of a pivot becomes a column, so the values must be distinct constants that the compiler
knows. Aggregates fill these columns.
""",
    wrong=example(
        steps="|> pivot sum(amount) as total for status in (id, 'OPEN') group by placed_on"
    ),
    right=example(
        steps="|> pivot sum(amount) as total for status in ('PAID', 'OPEN') group by placed_on"
    ),
    way_out="name values that the column can have, each once: `for COLUMN in ('a', 'b')`",
)

BAD_EXPLODE = Code(
    "SSBT0506",
    "Nothing to explode",
    """\
`explode` takes an array, which gives one column, or a map, which gives two: `as (key, value)`.
""",
    wrong=example(steps="|> explode amount as part"),
    right=example(steps="|> explode array(amount) as part"),
    way_out="make an array of it first: `split(TEXT, ',')`, or `from_json(TEXT, 'array<string>')`",
)

WRONG_NAMES = Code(
    "SSBT0507",
    "A wrong number of names",
    """\
An expression becomes one column and takes one name; only a generator produces several.
""",
    wrong=example(steps="|> select amount as (a, b)"),
    right=example(steps="|> select amount as a"),
    way_out="give as many names as there are columns",
)

BAD_COUNT = Code(
    "SSBT0508",
    "A number that the step does not accept",
    """\
`limit` and `offset` take a whole number, or a parameter that is one. `sample` takes a percentage of
the rows, from 0 to 100 unless it samples with replacement.
""",
    wrong=example(steps="|> sample 200 percent"),
    right=example(steps="|> sample 20 percent"),
    way_out="write a whole number, or declare the parameter as `int`",
)

BAD_MODULE = Code(
    "SSBT0509",
    "A Python function that cannot be used",
    """\
`apply "module.py:function"` names a Python file next to the pipeline, and a function in it that
takes one DataFrame. The file is shipped with the script, so Python must be able to import its name,
and nothing else in the script may have that name.
""",
    wrong=example(steps='|> apply "no_such_module.py:score" returns Order'),
    right=example(steps="|> distinct"),
    way_out='correct the function or its file, or name another one: `"FILE.py:FUNCTION"`',
)

BAD_SQL = Code(
    "SSBT0510",
    "A `sql` step that names no dataset",
    """\
In the text of a `sql` step, `{name}` is a dataset of the pipeline, and `{input}` is the dataset
that flows into the step. Double a brace that you mean literally: `{{`.
""",
    wrong=example(steps='|> sql "select * from {inputs}" returns Order'),
    right=example(steps='|> sql "select * from {input}" returns Order'),
    way_out="write the name as it is declared",
)

KEY_EXPRESSION = Code(
    "SSBT0511",
    "A join key that one side does not have",
    """\
The columns in `using (…)` must exist on both sides, with types that can be compared.
""",
    wrong=example(
        lets="let small =\n  from orders\n  |> select id, status\n\nlet paid =\n  from orders\n"
        "  |> semi join small using (amount)\n"
    ),
    right=example(
        lets="let small =\n  from orders\n  |> select id, status\n\nlet paid =\n  from orders\n"
        "  |> semi join small using (id)\n"
    ),
    way_out="convert one side before the join: `|> set KEY = cast(KEY as TYPE)`",
)

REPEATED_COLUMN = Code(
    "SSBT0512",
    "A column named twice in one step",
    """\
`set`, `drop` and `rename` take each column once. If you named a column twice, one of the two
changes would be lost.
""",
    wrong=example(steps="|> drop amount, amount"),
    right=example(steps="|> drop amount"),
    way_out="keep one of the two",
)

TOO_MANY_GROUPINGS = Code(
    "SSBT0513",
    "Groupings that multiply",
    """\
Elements of a `group by` are combined with each other: two `cube`s of six columns make 4,096 sets of
keys, and Spark copies every row for each of them. List the combinations you need with
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
Spark takes a whole number after `order by` or `group by` for the position of a column, counted from
1. If you added a column in front, the order or the groups would silently change, so name the
columns here.
""",
    wrong=example(steps="|> order by 2"),
    right=example(steps="|> order by amount"),
)

CONSTANT_ORDER = Code(
    "SSBT0441",
    "A constant to sort or group by",
    """\
A constant is the same in every row. Sorting by it sorts nothing, and grouping by it puts all rows
into one group or partition. `"amount"` in double quotes is a string; put names that need quotes in
backticks.
""",
    wrong=example(steps='|> order by "amount"'),
    right=example(steps="|> order by `amount`"),
    severity=Severity.WARNING,
)

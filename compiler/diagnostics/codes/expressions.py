"""04xx: expressions and their types."""

from ssbt.compiler.diagnostics.examples import ZONED, example
from ssbt.compiler.diagnostics.model import Code, Severity

TYPE_MISMATCH = Code(
    "SSBT0401",
    "Types that do not go together",
    """\
An operator or function got a value of a type that it does not take. Spark would reject the query
when the job runs. The message names the types that it found.
""",
    wrong=example(steps="|> where amount + placed_on > 0"),
    right=example(steps="|> where amount + 1 > 0"),
    way_out="convert one of them with `cast(… as TYPE)`, or take another value",
)

UNKNOWN_FUNCTION = Code(
    "SSBT0402",
    "No such function",
    """\
You can use Spark SQL's built-in functions, and this is not one of them. To use a function of your
own, write `apply "module.py:function"`.
""",
    wrong=example(steps="|> where uper(status) = 'PAID'"),
    right=example(steps="|> where upper(status) = 'PAID'"),
)

BARE_DECIMAL = Code(
    "SSBT0481",
    "A decimal without a fraction",
    """\
`decimal` alone is DECIMAL(10,0): it has no digits after the point, and fractions are rounded to
whole numbers.

| in Spark 4.1 | gives |
|---|---|
| `cast('12.50' as decimal)` | `13` |
| `cast(0.49D as decimal)` | `0` |
| `cast('12.50' as decimal(12,2))` | `12.50` |

Say how many digits you need: `decimal(12,2)`. If you mean whole numbers, write `decimal(10,0)`. A
cast of a whole number loses nothing and is not reported.
""",
    wrong=example(steps="|> extend cast(status as decimal) as price"),
    right=example(steps="|> extend cast(status as decimal(12,2)) as price"),
    severity=Severity.WARNING,
)

ZONE_LETTERS = Code(
    "SSBT0484",
    "A three-letter time zone",
    """\
Abbreviations such as `BST` and `CST` can mean several time zones, and Java picks one: `BST` is
Bangladesh and not Britain, `IST` India, `CST` Chicago and `AST` Alaska. `EST`, `MST` and `HST` are
offsets without summer time.

| in Spark 4.1 | gives |
|---|---|
| `from_utc_timestamp(timestamp_ntz '2026-07-01 12:00:00', 'BST')` | `2026-07-01 18:00:00` |
| `from_utc_timestamp(timestamp_ntz '2026-07-01 12:00:00', 'EST')` | `2026-07-01 07:00:00` |
| `from_utc_timestamp(timestamp_ntz '2026-07-01 12:00:00', 'America/New_York')` \
| `2026-07-01 08:00:00` |
| `timestamp '2026-07-01 12:00:00 EST' = timestamp '2026-07-01 12:00:00-05:00'` | `true` |

Name the area, such as `Europe/London`, or the offset, `-05:00`.
""",
    wrong=example(
        pipeline=ZONED,
        steps="|> extend from_utc_timestamp(current_timestamp(), 'EST') as at",
    ),
    right=example(
        pipeline=ZONED,
        steps="|> extend from_utc_timestamp(current_timestamp(), 'America/New_York') as at",
    ),
    severity=Severity.WARNING,
)

WRONG_ARGUMENTS = Code(
    "SSBT0403",
    "Arguments that the function does not take",
    """\
The function exists, but not with this number of arguments, or not with these names.
""",
    wrong=example(steps="|> where upper(status, 'de') = 'PAID'"),
    right=example(steps="|> where upper(status) = 'PAID'"),
    way_out="leave out what it does not take",
)

MISPLACED_AGGREGATE = Code(
    "SSBT0404",
    "An aggregate function outside `aggregate`",
    """\
`sum`, `count` and similar functions make one value out of many rows. Use them in an `aggregate` or
`pivot` step, or give them a window with `over (…)`.
""",
    wrong=example(steps="|> where sum(amount) > 100"),
    right=example(steps="|> aggregate sum(amount) as total group by status\n|> where total > 100"),
)


NESTED_AGGREGATE = Code(
    "SSBT0406",
    "An aggregate function inside another",
    """\
To aggregate aggregates, you need two steps: first the inner one, then another `aggregate` over it.
""",
    wrong=example(steps="|> aggregate max(sum(amount)) as top group by status"),
    right=example(
        steps="|> aggregate sum(amount) as total group by status\n|> aggregate max(total) as top"
    ),
)

NOT_A_CONDITION = Code(
    "SSBT0407",
    "A condition that is not true or false",
    """\
`where`, `on` and `filter` take an expression of type BOOLEAN.
""",
    wrong=example(steps="|> where amount"),
    right=example(steps="|> where amount > 0"),
    way_out="compare it with something: `COLUMN > 0`, `COLUMN = 'x'`, `COLUMN is not null`",
)

BAD_CAST = Code(
    "SSBT0408",
    "A cast between types that have nothing in common",
    """\
No value of the first type can become a value of the second. In ANSI mode, which is Spark 4's
default, Spark refuses some casts for which older versions returned null.
""",
    wrong=example(steps="|> where cast(placed_on as int) > 0"),
    right=example(steps="|> where cast(amount as int) > 0"),
    way_out="take another type, or a function that reads this one, such as `from_json`",
)

NOT_GROUPED = Code(
    "SSBT0409",
    "A column that is neither grouped nor aggregated",
    """\
After grouping there is one row for each group, so a column that is not a grouping key has many
values there. Group by it as well, or choose one value with an aggregate such as `max` or
`any_value`.
""",
    wrong=example(steps="|> aggregate sum(amount) as total, placed_on as day group by status"),
    right=example(steps="|> aggregate sum(amount) as total, max(placed_on) as day group by status"),
)

MISPLACED_STAR = Code(
    "SSBT0410",
    "A `*` in the wrong place",
    """\
`*` means all columns in a `select` step and in the arguments of a function, and all rows in
`count(*)`. Elsewhere it means nothing.
""",
    wrong=example(steps="|> where *"),
    right=example(steps="|> where coalesce(amount, 0) > 0"),
    way_out="name the columns; in `select`, all of them are `*`",
)

BAD_VALUE = Code(
    "SSBT0411",
    "A number out of range",
    """\
The literal is too large or too precise for its type. A suffix chooses the type: `Y` is a TINYINT,
`S` a SMALLINT, `L` a BIGINT, `BD` a decimal.
""",
    wrong=example(steps="|> where amount > 300Y"),
    right=example(steps="|> where amount > 300"),
    way_out="take a smaller number, or another type: `cast(… as double)`",
)

MISPLACED_LAMBDA = Code(
    "SSBT0412",
    "A lambda in the wrong place",
    """\
Only functions over collections, such as `transform` or `filter`, take `x -> …` as an argument.
""",
    wrong=example(steps="|> where upper(x -> x) = 'A'"),
    right=example(steps="|> where exists(array(status), x -> x = 'A')"),
    way_out="use it in a function over arrays or maps: `transform(COLUMN, x -> upper(x))`",
)

MISPLACED_GENERATOR = Code(
    "SSBT0413",
    "A generator in the wrong place",
    """\
`explode` and similar functions make several rows out of one. Use one by itself in a `select` or
`extend`, at most once in a step, or use the `explode` step.
""",
    wrong=example(steps="|> where explode(array(amount)) > 0"),
    right=example(steps="|> explode array(amount) as part\n|> where part > 0"),
)

FUNCTION_TOO_NEW = Code(
    "SSBT0414",
    "A function that the target does not have",
    """\
The function was added in a later Spark version than the one you compile for.
""",
    wrong=example(
        pipeline='pipeline paid_orders {\n  target = "3.5"\n}\n',
        steps="|> where is_valid_utf8(status)",
    ),
    right=example(steps="|> where is_valid_utf8(status)"),
)

NOT_CONSTANT = Code(
    "SSBT0416",
    "A value that must be constant",
    """\
Some arguments decide what a function does, such as the percentage of `percentile` or the schema of
`from_json`; others are read once for all rows. They must be literals, parameters or computed from
those, and cannot differ from row to row.
""",
    wrong=example(steps="|> aggregate percentile(amount, amount) as p"),
    right=example(steps="|> aggregate percentile(amount, 0.5) as p"),
    way_out="write the value itself, or a parameter: `${NAME}`",
)

BAD_CONSTANT = Code(
    "SSBT0417",
    "A constant that the function cannot use",
    """\
The constant has the right type, but the function does not accept its value: a percentage above 1, a
format with a letter that means nothing, a time zone that does not exist. Spark would fail when it
reads the query, or at the first row. Sizes beyond a billion, as in `repeat(s, 2147483647)`, and
errors of `approx_count_distinct` below 0.001 would crash its JVM.
""",
    wrong=example(steps="|> aggregate percentile(amount, 50) as median"),
    right=example(steps="|> aggregate percentile(amount, 0.5) as median"),
    way_out="change the constant to one that it can use",
)


SUBSTITUTED_TEXT = Code(
    "SSBT0415",
    "A name that Spark would replace",
    """\
In the text of an expression, Spark replaces `${…}` by a setting before it parses the text, even
inside backticks. You cannot write such a name in any other way. Rename the column where it is read.
""",
    wrong=example(steps="|> extend 1 as `${env}`\n|> where `${env}` = 1"),
    right=example(steps="|> extend 1 as env\n|> where env = 1"),
)

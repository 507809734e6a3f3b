"""01xx, too: strings, names, numbers, types and other literals that are not well formed."""

from ssbt.compiler.diagnostics.examples import SCHEMA, SINK, SOURCE, example
from ssbt.compiler.diagnostics.model import Code, Severity

UNTERMINATED_STRING = Code(
    "SSBT0102",
    "A string that is not closed",
    """\
A string ends with the quote that it began with. In the options of a block that is `"`, on the same
line; in an expression it may be `'` or `"`, as in Spark SQL. The closing quote is missing here, so
everything after it would have become part of the string.

Write a quote inside a string as `\\"` or `\\'`.
""",
    wrong=example(source=SOURCE.replace('orders.csv"', "orders.csv")),
    right=example(),
)

UNTERMINATED_NAME = Code(
    "SSBT0103",
    "A name without its closing backtick",
    """\
Put a name with spaces or special characters in it between two backticks, on one line. The second
backtick is missing here. Write a backtick inside such a name twice.
""",
    wrong=example(
        schema=SCHEMA.replace("status:   ", "`order state`:"),
        steps="|> where `order state = 'PAID'",
    ),
    right=example(
        schema=SCHEMA.replace("status:   ", "`order state`:"),
        steps="|> where `order state` = 'PAID'",
    ),
    way_out="give it a name: `` `unit price` ``",
)

BAD_ESCAPE = Code(
    "SSBT0104",
    "An escape that means nothing",
    """\
In a string of a block, a backslash begins an escape: `\\n`, `\\t`, `\\r`, `\\\\`, `\\"` and a few
more. Before any other character it is a mistake. In the path of a Windows folder, write each
backslash twice.

`\\u` with four and `\\U` with eight hexadecimal digits mean the character with that number in
Unicode. A number beyond the last character (`\\U0010ffff`), or one half of a character (`\\ud800`
to `\\udfff`) without the other, could not be written to a file.
""",
    wrong=example(steps="|> where status = 'PAID \\ud83d'"),
    right=example(steps="|> where status = 'PAID \\U0001f600'"),
    way_out="write the character itself, or its number: `\\u00e9`",
)

BAD_NUMBER = Code(
    "SSBT0110",
    "A number that cannot be read",
    """\
Write numbers as in Spark SQL: `42`, `3.14`, `6.02e23`, without `_` or `,` between the digits; there
are no hexadecimal numbers. A letter at the end chooses a type: `1L` bigint, `2S` smallint, `3Y`
tinyint, `1.5D` double, `1.5F` float, `1.50BD` decimal. This number is malformed, or it does not fit
its type: a tinyint goes from -128 to 127.
""",
    wrong=example(steps="|> where amount > 1_000"),
    right=example(steps="|> where amount > 1000"),
    way_out="write a whole number, such as `10`",
)

BAD_TYPE = Code(
    "SSBT0111",
    "A type that does not exist",
    """\
Types are Spark SQL's: `boolean`, `tinyint`, `smallint`, `int`, `bigint`, `float`, `double`,
`decimal(p,s)`, `string`, `char(n)`, `varchar(n)`, `binary`, `date`, `timestamp`, `timestamp_ntz`,
the intervals (`interval day to second`), `variant`, and the nested `array<T>`, `map<K, V>` and
`struct<name: T, …>`. This is not one of them, or its parameters do not fit the type: a decimal has
at most 38 digits, and cannot have more digits after the point than in total.
""",
    wrong=example(schema=SCHEMA.replace("decimal", "decimel")),
    right=example(),
    way_out="write `bigint`, `array<string>`, `map<string, int>`, `struct<name: string>`",
)

PARAMETER_IN_EXPRESSION_STRING = Code(
    "SSBT0115",
    "`${…}` inside a string of an expression",
    """\
In an expression, a parameter is a value of its own type. Write it as `${name}` without quotes: it
can never become code, whatever its value is. Inside quotes it would be the plain characters
`${name}`, which is hardly what you meant.

Leave out the quotes; join text with `||` or `concat`. If a string really has `${` in it, write it
as `'$' || '{…'`.
""",
    wrong=example(
        preamble='param wanted: string = "PAID"\n',
        steps="|> where status = '${wanted}'",
        sink=SINK.replace("out/paid", "out/${wanted}"),
    ),
    right=example(
        preamble='param wanted: string = "PAID"\n',
        steps="|> where status = ${wanted}",
        sink=SINK.replace("out/paid", "out/${wanted}"),
    ),
)

BAD_TIME_LITERAL = Code(
    "SSBT0118",
    "A date, time, interval or binary literal that cannot be read",
    """\
The compiler reads literals such as `date '…'`, `timestamp '…'`, `interval …` and `x'…'`. This one
is malformed, or names a day, a time or a unit that does not exist. Spark would complain only when
the job runs.

Write `date '2026-01-31'`, `timestamp '2026-01-31 12:30:00'`, with a zone if you need one
(`timestamp '2026-01-31 12:30:00 Europe/Berlin'`), `interval 90 minutes`,
`interval '1-6' year to month`, `x'c0ffee'`.
""",
    wrong=example(steps="|> extend placed_on + interval 2 fortnights as due"),
    right=example(steps="|> extend placed_on + interval 2 weeks as due"),
    way_out="write `date '2026-01-31'`, `time '12:30:00'`, `interval '3 days'` or `x'1F'`",
)

IDLE_ESCAPE = Code(
    "SSBT0120",
    "A backslash that gets lost",
    """\
In a string of an expression Spark reads `\\d` as `d`: the backslash silently disappears, and a
regular expression means something else. Write the backslash twice, or use a raw string, `r'\\d+'`,
which takes every character literally.
""",
    wrong=example(steps="|> where status rlike '\\d+'"),
    right=example(steps="|> where status rlike r'\\d+'"),
    severity=Severity.WARNING,
)

"""14xx: tests."""

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code


def _test(clauses: str) -> str:
    return example(preamble=f'test "what was paid comes out" {{\n{clauses}}}\n')


_GIVEN = "  given orders (id, amount, status) {\n    (1, 10.00, 'PAID')\n  }\n"
_THEN = "  then paid (id, amount) {\n    (1, 10.00)\n  }\n"
_RIGHT = _test(_GIVEN + _THEN)

BAD_ROW = Code(
    "SSBT1401",
    "A row with more or fewer values than columns",
    """\
A row of a test has one value for each column that you list after the dataset, or for each column of
the dataset if you list none. Columns that you do not list are null in given rows, and ignored in
expected rows.
""",
    wrong=_test(_GIVEN.replace("(1, 10.00, 'PAID')", "(1, 'PAID')") + _THEN),
    right=_RIGHT,
)

BAD_TEST_VALUE = Code(
    "SSBT1402",
    "A value that does not fit its column",
    """\
A value in a row of a test must fit the type of its column. A number fits if it loses no digit. A
text fits a STRING column, or a date, time, timestamp, interval or binary column if it can be read
as such a value. Write a struct as `(a, b)`, an array as `array(a, b)`, a map as `map(key, value)`;
you can also use anything else that Spark SQL can compute without a row.
""",
    wrong=_test(_GIVEN.replace("10.00", "'much'") + _THEN),
    right=_RIGHT,
    way_out="write a value of the column's type, or `null`",
)

MISSING_GIVEN = Code(
    "SSBT1403",
    "A test that leaves out an input of its result",
    """\
A test must give rows to every source that flows into what it expects, or to a dataset on the way.
It reads nothing from outside. If an input has no rows, say so: `given orders {}`.
""",
    wrong=_test(_THEN),
    right=_RIGHT,
)

BAD_TEST = Code(
    "SSBT1404",
    "A test that does not say one clear thing",
    """\
A test has a unique name, gives rows to each dataset once unless it is a stream, uses everything
that it gives, and expects something: rows of a dataset with `then NAME`, or an error with
`then fails with "…"`. `after N` is for streams, and counts the micro-batches given so far.
""",
    wrong=_test(_GIVEN),
    right=_RIGHT,
    way_out="say one thing: give each dataset once, and check what comes of it",
)

NOT_IN_SCRIPT = Code(
    "SSBT1405",
    "A test of what is not in the script",
    """\
A test runs the functions of the generated script, and the script has a function only for datasets
that some sink needs. No sink needs this one.
""",
    wrong=example(
        lets=(
            "let paid =\n  from orders\n  |> where status = 'PAID'\n\n"
            "let cheap =\n  from paid\n  |> where amount < 1\n"
        ),
        preamble=f'test "nothing is cheap" {{\n{_GIVEN}  then cheap {{\n  }}\n}}\n',
    ),
    right=_RIGHT,
    way_out="test a dataset that a sink uses, or write this one to a sink",
)

BAD_TEST_FILE = Code(
    "SSBT1406",
    "A file of rows that cannot be used",
    """\
`from "file"` reads rows from a `.csv` file whose first line has the column names, a `.json` or
`.jsonl` file, or a `.parquet` file. The path is relative to the file with the test.
""",
    wrong=_test('  given orders from "orders.txt"\n' + _THEN),
    right=_RIGHT,
)

NOT_A_TEST = Code(
    "SSBT1407",
    "A declaration in a file of tests",
    """\
`orders_test.ssbt` holds the tests of the pipeline in `orders.ssbt`, next to it, and nothing else.
Its tests can use everything that the pipeline declares.
""",
    wrong="",
    right="",
)

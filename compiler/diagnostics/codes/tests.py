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
A row of a test has one value for each column that is named behind the dataset, or for each column
that the dataset has where none is named. Columns that are not named are null in rows that are
given, and not looked at in rows that are expected.
""",
    wrong=_test(_GIVEN.replace("(1, 10.00, 'PAID')", "(1, 'PAID')") + _THEN),
    right=_RIGHT,
)

BAD_TEST_VALUE = Code(
    "SSBT1402",
    "A value that does not fit its column",
    """\
A value in a row of a test has the type of its column: a number fits where no digit is lost, a text
where the column is a STRING, or as a date, time, timestamp, interval or binary where it reads as
one. A struct is written `(a, b)`, an array `array(a, b)`, a map `map(key, value)`; anything else
that Spark SQL can compute without a row does as well.
""",
    wrong=_test(_GIVEN.replace("10.00", "'much'") + _THEN),
    right=_RIGHT,
)

MISSING_GIVEN = Code(
    "SSBT1403",
    "A test that leaves out what its result is made from",
    """\
A test gives rows to every source that flows into what it expects, or to a dataset on the way.
Nothing outside of the test is read. To have no rows, say so: `given orders {}`.
""",
    wrong=_test(_THEN),
    right=_RIGHT,
)

BAD_TEST = Code(
    "SSBT1404",
    "A test that does not say one thing",
    """\
A test has a name of its own, gives each dataset that is no stream once, uses all that it gives and
expects something: rows of a dataset with `then NAME`, or with `then fails with "…"` that computing
fails. `after N` is for streams, and counts the micro-batches that are given.
""",
    wrong=_test(_GIVEN),
    right=_RIGHT,
)

NOT_IN_SCRIPT = Code(
    "SSBT1405",
    "A test of what is not in the script",
    """\
A test runs the functions of the generated script, which has one for each dataset that some sink
needs. This one reaches no sink.
""",
    wrong=example(
        lets=(
            "let paid =\n  from orders\n  |> where status = 'PAID'\n\n"
            "let cheap =\n  from paid\n  |> where amount < 1\n"
        ),
        preamble=f'test "nothing is cheap" {{\n{_GIVEN}  then cheap {{\n  }}\n}}\n',
    ),
    right=_RIGHT,
)

BAD_TEST_FILE = Code(
    "SSBT1406",
    "A file of rows that cannot be used",
    """\
`from "file"` takes rows from a `.csv` file whose first line has the names of the columns, a
`.json` or `.jsonl` file, or a `.parquet` file. The path is relative to the file with the test.
""",
    wrong=_test('  given orders from "orders.txt"\n' + _THEN),
    right=_RIGHT,
)

NOT_A_TEST = Code(
    "SSBT1407",
    "A declaration in a file of tests",
    """\
`orders_test.ssbt` holds tests of the pipeline in `orders.ssbt`, beside it, and nothing else: its
tests see all that the pipeline declares.
""",
    wrong="",
    right="",
)

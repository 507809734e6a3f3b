"""Headers, quotes and dialects of CSV files, and JSON that is not quite what the schema says.

What the pages of csv and json tell about whole files, through generated scripts: in every mode, as
a batch and as a stream.
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from tests.spark.compiling import write
from tests.spark.test_connector_rows import PERMISSIVE, Read, module, read, rows

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.usefixtures("interpreted")]

__all__ = ["read"]

COLUMNS = "id: int, name: string, n: int"
MODES = {"failfast": "", "dropmalformed": "mode = dropmalformed", "permissive": PERMISSIVE}

# The first line of a file with `1,a,2` below, and whether it is that of the schema.
HEADERS = {
    "id,name,n": True,
    "ID,Name,N": True,
    '"id","name","n"': True,
    "\ufeffid,name,n": True,
    "\nid,name,n": True,
    "id,n,name": False,
    "name,id,n": False,
    "id,naam,n": False,
    "id, name,n": False,
    "id,name": False,
    "id,name,n,x": False,
    "id,id,n": False,
    "id;name;n": False,
    "sep=,\nid,name,n": False,
    "1,a,2": False,
}


@pytest.mark.parametrize(
    ("mode", "more"), [*((mode, "") for mode in MODES), ("dropmalformed", "multi_line = true")]
)
def test_headers_are_compared_in_every_mode(read: Read, mode: str, more: str) -> None:
    """`dropmalformed` drops rows, never a file: its reader would miss all of it."""
    block = ", ".join(filter(None, ("header = true", MODES[mode], more)))
    accepted: dict[str, list[bool]] = {}
    for header in HEADERS:
        frame = read("csv", f"{header}\n1,a,2\n", block, COLUMNS)
        accepted[header] = [is_read(frame, "name"), is_read(frame, "count(*)")]
    assert accepted == {header: [right] * 2 for header, right in HEADERS.items()}


def is_read(frame: DataFrame, columns: str) -> bool:
    """Whether there are rows; no other error than that of the header is expected."""
    try:
        return bool(frame.selectExpr(columns).collect())
    except Exception as error:
        return "CSV header" not in str(error)


@pytest.mark.parametrize("mode", ["", "mode = dropmalformed,"])
def test_headers_are_compared_in_streams(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.csv").write_text("id,name,n\n1,a,2\n")
    names = module(
        "pipeline rows { }\n"
        f"schema Row {{ {COLUMNS} }}\n"
        f'stream source data from csv {{ path = "{folder}", schema = Row, {mode} header = true }}\n'
        "sink data to noop { }\n"
    )
    name = tmp_path.name.replace("-", "_")

    def run() -> list[tuple[Any, ...]]:
        query = names["data"](SimpleNamespace(spark=spark)).writeStream.format("memory")
        query = query.queryName(name).trigger(availableNow=True).start()
        query.awaitTermination()
        return [tuple(row) for row in spark.table(name).collect()]

    assert run() == [(1, "a", 2)]
    (folder / "b.csv").write_text("id,n,name\n1,2,a\n")
    with pytest.raises(Exception, match="FAILED_READ_FILE"):
        run()


def test_inferred_columns_are_those_of_every_header(spark: SparkSession, tmp_path: Path) -> None:
    """Spark by itself takes the names from one file and goes by position in the others."""
    (tmp_path / "a.csv").write_text("id,name\n1,a\n2,b\n")
    (tmp_path / "b.csv").write_text("name,id\nc,3\n")
    for line, is_read in (("", False), ("enforce_schema = true,", True)):
        names = module(
            "pipeline rows { }\n"
            f'source data from csv {{ path = "{tmp_path}", {line} header = true, '
            "infer_schema = true }\n"
            "sink data to noop { }\n"
        )
        frame = names["data"](SimpleNamespace(spark=spark))
        if is_read:
            assert ("c", "3") in rows(frame)
        else:
            with pytest.raises(Exception, match="FAILED_READ_FILE"):
                frame.collect()


STOPS = "the job stops"
MALFORMED = "malformed"
# One record, and what each dialect makes of it: a row, a malformed one, or no end of the job.
QUOTES: dict[str, tuple[object, object]] = {
    '"a",x': (("a", "x"), ("a", "x")),
    '"a,b",x': (("a,b", "x"), ("a,b", "x")),
    '"say ""hi""",x': (STOPS, ('say "hi"', "x")),
    '"a""b",x': (STOPS, ('a"b', "x")),
    '"""a""",x': (STOPS, ('"a"', "x")),
    '"say \\"hi\\"",x': (('say "hi"', "x"), STOPS),
    '"C:\\dir\\",x': (MALFORMED, ("C:\\dir\\", "x")),
    '"C:\\new",x': (("C:\\new", "x"), ("C:\\new", "x")),
    "C:\\new,x": (("C:\\new", "x"), ("C:\\new", "x")),
    '5" pipe,x': (('5" pipe', "x"), ('5" pipe', "x")),
    'a"b"c,x': (('a"b"c', "x"), ('a"b"c', "x")),
    '"a"b,x': (STOPS, STOPS),
    '"a" ,x': (("a", "x"), ("a", "x")),
    ' "a,b",x': (MALFORMED, MALFORMED),
    '"a\nb",x': (MALFORMED, ("a\nb", "x")),
    '"a\r\nb",x': (MALFORMED, ("a\nb", "x")),
    '"",x': ((None, "x"), (None, "x")),
    ",x": ((None, "x"), (None, "x")),
    "a ,x": (("a ", "x"), ("a ", "x")),
    "'a,b',x": (MALFORMED, MALFORMED),
    '="001",x': (('="001"', "x"), ('="001"', "x")),
    "#a,x": (("#a", "x"), ("#a", "x")),
    "a": (MALFORMED, MALFORMED),
    "a,x,": (MALFORMED, MALFORMED),
    "a,x,y": (MALFORMED, MALFORMED),
    "caf\u00e9,x": (("caf\u00e9", "x"), ("caf\u00e9", "x")),
    "a\tb,x": (("a\tb", "x"), ("a\tb", "x")),
}


@pytest.mark.parametrize(
    ("dialect", "place"), [("", 0), ("dialect = rfc4180", 1), ("dialect = excel", 1)]
)
def test_quotes_of_dialects(read: Read, dialect: str, place: int) -> None:
    """What is not of the dialect is malformed or stops the job, and never becomes other text."""
    swap = str.maketrans(",;", ";,") if "excel" in dialect else {}
    outcomes: dict[str, object] = {}
    for record in QUOTES:
        frame = read("csv", f"{record}\n".translate(swap), dialect, "a: string, b: string")
        try:
            outcomes[record] = tuple(str(each).translate(swap) for each in rows(frame)[0])
        except Exception as error:
            outcomes[record] = failure(error)
    expected = {record: each[place] for record, each in QUOTES.items()}
    assert outcomes == {
        record: tuple(map(str, each)) if isinstance(each, tuple) else each
        for record, each in expected.items()
    }


# A quote without its partner, by the value that it begins.
UNCLOSED: dict[tuple[str, str], object] = {
    ("", '1,"a\n2,b\n'): [("1", "a"), ("2", "b")],
    ("multi_line = true", '1,"a\n2,b\n'): [("1", "a\n2,b\n")],
    ("", '"1,a\n2,b\n'): MALFORMED,
    ("multi_line = true", '"1,a\n2,b\n'): MALFORMED,
    ("multi_line = true", '1,"a\n2,"b"\n'): STOPS,
    ("dialect = rfc4180", '0,x\n1,"a\n2,b\n'): [("0", "x"), ("1", "a\n2,b\n")],
    ("dialect = rfc4180", '0,x\n1,"a\n2,b\n3,"\n'): [("0", "x"), ("1", "a\n2,b\n3,")],
}


@pytest.mark.parametrize(("block", "text"), UNCLOSED)
def test_a_quote_that_is_not_closed(read: Read, block: str, text: str) -> None:
    """In the last value it takes in what follows, as the page says."""
    try:
        outcome: object = rows(read("csv", text, block, "a: string, b: string"))
    except Exception as error:
        outcome = failure(error)
    assert outcome == UNCLOSED[block, text]


def failure(error: Exception) -> str:
    """What stopped the job, in a word where it is known."""
    if "MALFORMED_RECORD" in str(error):
        return MALFORMED
    return STOPS if "Unescaped quote character" in str(error) else str(error)


@pytest.mark.parametrize(("dialect", "place"), [("dialect = spark", 0), ("dialect = rfc4180", 1)])
def test_malformed_records_go_where_the_mode_says(read: Read, dialect: str, place: int) -> None:
    """All records of a file together; those that stop the job do so in these modes as well."""
    lines = [each for each in QUOTES if QUOTES[each][place] != STOPS and "\n" not in each]
    text, columns = "\n".join(lines) + "\n", "a: string, b: string"
    right = [QUOTES[line][place] for line in lines if QUOTES[line][place] != MALFORMED]
    kept = rows(read("csv", text, f"{dialect}, {PERMISSIVE}", columns))
    assert [row[:2] for row in kept if row[2] is None] == right
    assert [row[2] for row in kept if row[2]] == [
        line for line in lines if QUOTES[line][place] == MALFORMED
    ]
    assert rows(read("csv", text, f"{dialect}, mode = dropmalformed", columns)) == right
    stopping = next(each for each in QUOTES if QUOTES[each][place] == STOPS)
    for mode in (PERMISSIVE, "mode = dropmalformed"):
        with pytest.raises(Exception, match="Unescaped quote character"):
            read("csv", f"{text}{stopping}\n", f"{dialect}, {mode}", columns).collect()


TEXTS = [
    ('say "hi"', "C:\\dir\\"),
    ("a,b", "x;y"),
    ("a\nb", "c"),
    (" pad ", "\\"),
    ('"', '""'),
    ("'", '\\"'),
    ("caf\u00e9", "\ttab"),
]


@pytest.mark.parametrize("dialect", ["rfc4180", "excel"])
def test_a_dialect_reads_what_it_writes(spark: SparkSession, tmp_path: Path, dialect: str) -> None:
    def functions(source: str, sink: str) -> dict[str, Any]:
        return module(
            "pipeline rows { }\nschema Row { a: string, b: string }\n"
            f'source data from csv {{ path = "{tmp_path}/{source}", schema = Row, '
            f"dialect = {dialect} }}\n"
            f'sink data to csv {{ path = "{tmp_path}/{sink}", dialect = {dialect} }}\n'
        )

    frame = spark.createDataFrame(TEXTS, "a string, b string").coalesce(1)
    job = SimpleNamespace(spark=spark, counted=lambda frame, name: frame)
    functions("none", "out")["write_data"](frame, job)
    assert rows(functions("out", "none")["data"](job)) == TEXTS


@pytest.mark.parametrize(
    ("options", "same"),
    [
        ("", False),
        ("quote_all = true", True),
        ('empty_value = ""', True),
        ('quote_all = true, null_value = "none"', False),
    ],
)
def test_a_sink_tells_null_from_an_empty_text(
    spark: SparkSession, tmp_path: Path, options: str, same: bool
) -> None:
    data = spark.createDataFrame([("", "x"), (None, "y")], "a string, b string").coalesce(1)
    write(data, f'csv {{ path = "{tmp_path}/out", {options} }}', "a: string, b: string")
    lines = [line for file in (tmp_path / "out").glob("*.csv") for line in file.open()]
    first, second = (line.replace('"', "").rstrip("\n") for line in lines)
    kept = [line.split(",")[0] for line in lines]
    assert (first[:-1] == second[:-1] and kept[0] == kept[1]) is same


# Lines, and what a row of `a: int, b: string` is then; what is not malformed and looks as if.
JSON = {
    '{"a":1,"b":"x"}': (1, "x"),
    '{"b":"x","a":1}': (1, "x"),
    '{"a":1,"a":2}': (2, None),
    '{"A":1,"B":"x"}': (None, None),
    '{"A":1,"a":2}': (2, None),
    '{"a":1,"c":3}': (1, None),
    "{}": (None, None),
    '{"a":null}': (None, None),
    '{"a":"1"}': MALFORMED,
    '{"a":1.0}': MALFORMED,
    '{"a":1e2}': MALFORMED,
    '{"a":true}': MALFORMED,
    '{"a":[1]}': MALFORMED,
    '{"a":""}': MALFORMED,
    '{"a":007}': MALFORMED,
    '{"a":+1}': MALFORMED,
    '{"a":99999999999}': MALFORMED,
    '{"b":1.50}': (None, "1.50"),
    '{"b":true}': (None, "true"),
    '{"b":{"c":[1]}}': (None, '{"c":[1]}'),
    '{"b":"{\\"c\\":1}"}': (None, '{"c":1}'),
    '{"b":"\\u00e9\\ud83d\\ude00"}': (None, "\u00e9\U0001f600"),
    '{"b":"\\x"}': MALFORMED,
    '{"b":"x\ty"}': MALFORMED,
    "{'a':1}": (1, None),
    '{"a":1,}': MALFORMED,
    '{"a":1} junk': (1, None),
    '{"a":1} // note': (1, None),
    '\ufeff{"a":1}': (1, None),
    "5": MALFORMED,
    '"x"': MALFORMED,
    "null": MALFORMED,
    '{"a":1': MALFORMED,
}


def test_lines_of_json(read: Read) -> None:
    outcomes: dict[str, object] = {}
    for line in JSON:
        frame = read("json", f"{line}\n", "", "a: int, b: string")
        try:
            outcomes[line] = rows(frame)[0]
        except Exception as error:
            outcomes[line] = failure(error)
    assert outcomes == JSON


def test_malformed_lines_of_json_go_where_the_mode_says(read: Read) -> None:
    # A byte-order mark stands at the start of a file.
    lines = {line: row for line, row in JSON.items() if not line.startswith("\ufeff")}
    text, columns = "\n".join(lines) + "\n", "a: int, b: string"
    right = [row for row in lines.values() if row != MALFORMED]
    kept = rows(read("json", text, PERMISSIVE, columns))
    assert [row[:2] for row in kept if row[2] is None] == right
    assert [row[2] for row in kept if row[2]] == [
        line for line, row in lines.items() if row == MALFORMED
    ]
    assert rows(read("json", text, "mode = dropmalformed", columns)) == right

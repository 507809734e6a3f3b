"""Where an exception arose, in a script that looks like a generated one."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

from pyspark.errors import AnalysisException, PySparkException
import pytest

from ssbt.runtime.failures.scripts import Script
from ssbt.runtime.failures.telling import describe_failure

SCRIPT = '''\
"""Orders."""


def orders(fail):
    """Orders."""
    return fail()


def paid(
    orders, fail
):
    """Paid orders."""
    return [fail("amount / divisor") for _ in orders]


def write_paid(
    fail, very_long_name=None
) -> None:
    """Write paid orders."""
    assert job.counted("1 + 1", "paid") and "amount / divisor2"
    fail()


other = lambda fail: fail()  # not of the pipeline


def run(job) -> None:
    orders_df = orders(job)
    paid_df = paid(orders_df, job)
    write_paid(paid_df)
'''


class SparkError(PySparkException):
    """As Spark's own, with the expression that it quotes."""

    def __init__(self, message: str, *fragments: str, kind: str = "SQL") -> None:
        super().__init__(message)
        self.fragments, self.kind = fragments, kind

    def getQueryContext(self) -> list[Any]:  # noqa: N802
        return [
            SimpleNamespace(
                contextType=lambda: SimpleNamespace(name=self.kind), fragment=lambda text=text: text
            )
            for text in self.fragments
        ]


Fail = Callable[[str, BaseException], str]


NO_MAP = (
    "note: the line of the source is not known: there is no `orders.map.json` beside the script "
    "or in the working folder"
)


@pytest.fixture
def message(tmp_path: Path) -> Fail:
    """The message for `error`, raised below the function `name` of the script."""
    script = tmp_path / "orders.py"
    script.write_text(SCRIPT, encoding="utf-8")
    functions: dict[str, Any] = {"job": Mock()}
    exec(compile(SCRIPT, script, "exec"), functions)

    def fail(name: str, error: BaseException) -> str:
        raises: dict[str, Any] = {"error": error}
        exec("def fail(_=None):\n    raise error", raises)
        try:
            functions[name](*([[1]] if name == "paid" else []), raises["fail"])
        except BaseException as raised:
            return describe_failure(raised, str(script)).message
        raise AssertionError("nothing was raised")

    return fail


def write_map(path: Path, script: str = SCRIPT) -> None:
    """A source map that was made with this script."""
    entry = {"line": 9, "title": "paid", "place": "my orders.ssbt:8", "text": "let paid ="}
    step = {"line": 13, "column": 12, "place": "my orders.ssbt:10", "text": "|> select amount / 0"}
    content = {
        "script": sha256(script.encode()).hexdigest(),
        "functions": [{"function": "paid", **entry, "steps": [step]}],
        "parameters": [],
    }
    path.write_text(json.dumps(content))


@pytest.mark.parametrize("is_elsewhere", [False, True])
def test_source_map_beside_the_script_or_in_the_working_folder(
    message: Fail, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_elsewhere: bool
) -> None:
    folder = tmp_path / "elsewhere" if is_elsewhere else tmp_path
    folder.mkdir(exist_ok=True)
    monkeypatch.chdir(folder)
    write_map(folder / "orders.map.json")
    assert message("paid", ValueError("x")) == (
        "my orders.ssbt:10 (paid)\n  10 | |> select amount / 0\nValueError: x"
    )
    # What it does not list is not one of the pipeline's.
    assert message("orders", ValueError("x")) == "ValueError: x"


def test_source_map_of_another_version(message: Fail, tmp_path: Path) -> None:
    write_map(tmp_path / "orders.map.json", SCRIPT + "# older")
    assert message("orders", KeyError("x")).splitlines() == [
        "orders.py:6 (orders)",
        "  6 |     return fail()",
        "KeyError: 'x'",
        "note: the line of the source is not known: `orders.map.json` belongs to another version "
        "of the script",
    ]


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"script": 3}', "[" * 100_000])
def test_damaged_source_map(message: Fail, tmp_path: Path, content: str) -> None:
    (tmp_path / "orders.map.json").write_text(content)
    assert message("orders", KeyError("x")).startswith("orders.py:6 (orders)\n")


def test_line_of_the_innermost_function(message: Fail) -> None:
    assert message("orders", KeyError("x")) == (
        f"orders.py:6 (orders)\n  6 |     return fail()\nKeyError: 'x'\n{NO_MAP}"
    )


def test_signature_over_several_lines(message: Fail) -> None:
    assert message("paid", ValueError("x")).startswith("orders.py:13 (paid)\n  13 | ")
    assert message("write_paid", ValueError("x")).startswith("orders.py:21 (sink paid)\n")


def test_function_that_is_not_of_the_pipeline(message: Fail) -> None:
    assert message("other", ValueError("x")) == "ValueError: x"


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ('job.counted(df, "a.b").write.save("x")', "sink a.b"),
        ('return FileOutput("broken", df, "json", "x")', "sink broken"),
        ('return FunctionOutput("f", df, function)', "sink f"),
        ('return WriterOutput("w", df.write)', "sink w"),
        ('return Stream("s", df.writeStream)', "sink s"),
        ('return one_pass("o.records", [df])', "stream o.records"),
        ("return df", "f"),
    ],
)
def test_titles_without_a_source_map(tmp_path: Path, code: str, title: str) -> None:
    script = tmp_path / "job.py"
    script.write_text(f"def f(df, job):\n    {code}\n")
    location = Script(str(script)).at(2)
    assert location
    assert location.title == title


def test_quoted_expression_names_its_function(message: Fail) -> None:
    error = SparkError("[DIVIDE_BY_ZERO] Division by zero.", "amount / divisor")
    assert message("write_paid", error) == (
        "orders.py:13 (paid)\n"
        '  13 |     return [fail("amount / divisor") for _ in orders]\n'
        "     |                   ^^^^^^^^^^^^^^^^\n"
        "[DIVIDE_BY_ZERO] Division by zero.\n"
        f"while running orders.py:21 (sink paid)\n{NO_MAP}"
    )


@pytest.mark.parametrize("fragments", [(), ("",), ("not there",), ("mount / divisor",)])
def test_expression_that_says_nothing(message: Fail, fragments: tuple[str, ...]) -> None:
    """None, an empty one, one of no function, one that is only the end of another."""
    error = SparkError("[X] x", *fragments)
    assert message("write_paid", error).startswith("orders.py:21 (sink paid)\n")


def test_expression_of_several_functions(message: Fail) -> None:
    assert message("write_paid", SparkError("[X] x", "amount")).splitlines() == [
        "in one of",
        "  orders.py:13 (paid)",
        '    13 |     return [fail("amount / divisor") for _ in orders]',
        "       |                   ^^^^^^",
        "  orders.py:20 (sink paid)",
        '    20 |     assert job.counted("1 + 1", "paid") and "amount / divisor2"',
        "       |                                              ^^^^^^",
        "[X] x",
        NO_MAP,
    ]


def test_call_of_a_column_function_has_no_text(message: Fail) -> None:
    assert message("other", SparkError("[X] x", "plus", kind="DataFrame")) == "[X] x"


def test_call_site(message: Fail) -> None:
    """What PySpark says of a method of `Column`, over Spark Connect too."""
    text = '[X] x\n== DataFrame ==\n"divide" was called from\n/somewhere/orders.py:13\n'
    assert message("other", SparkError(text)).startswith("orders.py:13 (paid)\n  13 | ")


JVM_ERROR = """An error occurred while calling o97.save.
: org.apache.spark.SparkException: Job aborted: Task 0 failed 1 times: java.io.IOException: full
\tat org.apache.hadoop.fs.X.create(X.java:774)
\tat java.base/java.lang.Thread.run(Thread.java:840)
Caused by: java.io.IOException: full
\t... 3 more

Driver stacktrace:
\tat org.apache.spark.scheduler.X$.y(X.scala:1)
"""


def test_stack_of_the_jvm_is_left_out(message: Fail) -> None:
    error: Any = RuntimeError(JVM_ERROR)
    error.java_exception = None
    assert message("other", error) == (
        "Job aborted: Task 0 failed 1 times: java.io.IOException: full"
    )
    assert message("other", SparkError("[X] x\n\nJVM stacktrace:\na.B\n\tat c.D")) == "[X] x"


def test_plan_is_left_out(message: Fail) -> None:
    error = AnalysisException("[UNRESOLVED] `idd`.; line 1 pos 0;\n'Filter ('idd > 3)\n+- Range")
    assert message("other", error) == "[UNRESOLVED] `idd`."

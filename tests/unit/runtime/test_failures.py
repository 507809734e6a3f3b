"""Where an exception arose, in a script that looks like a generated one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from pyspark.errors import AnalysisException, PySparkException
import pytest

from ssbt.runtime.failures.telling import describe_failure

SCRIPT = '''\
"""Orders."""


def orders(fail):  # my orders.ssbt:3
    """Orders."""
    return fail()


def paid(
    orders, fail
):  # my orders.ssbt:8
    """Paid orders."""
    return [fail("amount / divisor") for _ in orders]


def write_paid(
    fail, very_long_name=None
) -> None:  # shared/sinks.ssbt:12
    """Write paid orders."""
    assert "1 + 1" and "amount / divisor2"
    fail()


def other(fail) -> None:
    assert "1 + 1"
    fail()


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


@pytest.fixture
def message(tmp_path: Path) -> Fail:
    """The message for `error`, raised below the function `name` of the script."""
    script = tmp_path / "orders.py"
    script.write_text(SCRIPT, encoding="utf-8")
    functions: dict[str, Any] = {}
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


def test_place_of_the_innermost_function(message: Fail) -> None:
    assert message("orders", KeyError("x")) == (
        "my orders.ssbt:3 (orders)\n  orders.py:6 |     return fail()\nKeyError: 'x'"
    )


def test_signature_over_several_lines(message: Fail) -> None:
    assert message("paid", ValueError("x")).startswith("my orders.ssbt:8 (paid)\n  orders.py:13 | ")
    assert message("write_paid", ValueError("x")).startswith("shared/sinks.ssbt:12 (write_paid)\n")


def test_function_without_a_place(message: Fail) -> None:
    assert message("other", ValueError("x")) == "ValueError: x"


def test_quoted_expression_names_its_function(message: Fail) -> None:
    error = SparkError("[DIVIDE_BY_ZERO] Division by zero.", "amount / divisor")
    assert message("write_paid", error) == (
        "my orders.ssbt:8 (paid)\n"
        '  orders.py:13 |     return [fail("amount / divisor") for _ in orders]\n'
        "               |                   ^^^^^^^^^^^^^^^^\n"
        "[DIVIDE_BY_ZERO] Division by zero.\n"
        "while running shared/sinks.ssbt:12 (write_paid)"
    )


@pytest.mark.parametrize("fragments", [(), ("",), ("not there",), ("mount / divisor",)])
def test_expression_that_says_nothing(message: Fail, fragments: tuple[str, ...]) -> None:
    """None, an empty one, one of no function, one that is only the end of another."""
    error = SparkError("[X] x", *fragments)
    assert message("write_paid", error).startswith("shared/sinks.ssbt:12 (write_paid)\n")


def test_expression_of_several_functions(message: Fail) -> None:
    assert message("write_paid", SparkError("[X] x", "amount")).splitlines() == [
        "in one of",
        "  my orders.ssbt:8 (paid)",
        '    orders.py:13 |     return [fail("amount / divisor") for _ in orders]',
        "                 |                   ^^^^^^",
        "  shared/sinks.ssbt:12 (write_paid)",
        '    orders.py:20 |     assert "1 + 1" and "amount / divisor2"',
        "                 |                         ^^^^^^",
        "[X] x",
    ]


def test_call_of_a_column_function_has_no_text(message: Fail) -> None:
    assert message("other", SparkError("[X] x", "plus", kind="DataFrame")) == "[X] x"


def test_call_site(message: Fail) -> None:
    """What PySpark says of a method of `Column`, over Spark Connect too."""
    text = '[X] x\n== DataFrame ==\n"divide" was called from\n/somewhere/orders.py:13\n'
    assert message("other", SparkError(text)).startswith("my orders.ssbt:8 (paid)\n  orders.py:13 ")


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

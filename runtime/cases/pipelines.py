"""A pipeline and its tests, as the files that `ssbtc test --emit-pytest` writes speak of them."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
import re
from typing import Any

from pyspark.sql import SparkSession

from ssbt.runtime.expectations.plan import Dataset, ExpectedRows, GivenRows, Plan, Test
from ssbt.runtime.failures.telling import describe_failure
from ssbt.runtime.scripts.loading import Script
from ssbt.runtime.testing.running import CaseRun, apply_settings

_NAME = re.compile(r"`((?:[^`]|``)*)`|([^`,\s]+)")
# The types of a dataset's columns, None for one that is not known.
Columns = Mapping[str, str | None]


def function(
    name: str, uses: Sequence[str], *, params: bool = False, mode: str = "append", batches: int = 1
) -> Dataset:
    """A function of a script: see `ssbt.runtime.expectations.plan.Dataset`."""
    return Dataset(name, [*uses], params, mode, batches)


class Pipeline:
    """A script and what the tests in a file know of it.

    `file` is that file, beside which the script lies; `columns` are those of each dataset that
    tests speak of, `datasets` and `transforms` the functions by the names of the pipeline.
    `parameters` have values that go before the defaults.
    """

    def __init__(
        self,
        file: str,
        script: str,
        *,
        columns: Mapping[str, Columns],
        datasets: Mapping[str, Dataset],
        transforms: Mapping[str, Dataset] | None = None,
        settings: Mapping[str, str] | None = None,
        parameters: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = Path(file).parent
        self.columns = columns
        path = str(self.folder / script)
        self.plan = Plan(path, settings or {}, datasets, transforms or {}, [])
        self._parameters = parameters or {}

    @cached_property
    def script(self) -> Script:
        """The script, imported once; raises FileNotFoundError where it was not compiled."""
        if not Path(self.plan.script).exists():
            message = f"there is no {self.plan.script}: let `ssbtc compile` write it"
            raise FileNotFoundError(message)
        return Script(self.plan, self._parameters)

    def literal(self, parameter: str) -> str:
        """The value of a parameter as SQL."""
        return self.script.text([{"param": parameter}])

    def test(self, spark: SparkSession, transform: str | None = None) -> "Case":
        """A test of datasets, or of a transform alone."""
        return Case(self, spark, transform)


class Case:
    """A test as it is written down; `check` runs it."""

    def __init__(self, pipeline: Pipeline, spark: SparkSession, transform: str | None) -> None:
        self._pipeline, self._spark, self._transform = pipeline, spark, transform
        self._given: list[GivenRows] = []
        self._then: list[ExpectedRows] = []
        self._clocks: list[tuple[str, int]] = []
        self._fails: str | None = None
        self._runs: list[str] = []

    def given(self, dataset: str, columns: str, *rows: str, **options: Any) -> None:
        """Rows of a dataset, each as SQL, or those of a `file`, for `columns` such as `id, amount`.

        Columns that are left out are null, or what `defaults` says; `is_open` lets the file have
        more than are known.
        """
        self._add_given(dataset, columns, rows, options)

    def batch(self, number: int, dataset: str, columns: str, *rows: str, **options: Any) -> None:
        """The rows of a stream's micro-batch."""
        self._add_given(dataset, columns, rows, {**options, "batch": number, "streaming": True})

    def _add_given(
        self, dataset: str, columns: str, rows: Sequence[str], options: Mapping[str, Any]
    ) -> None:
        fields = {
            **self._rows(dataset, columns, rows, options.get("file")),
            **_without_file(options),
        }
        schema = [*self._pipeline.columns[dataset].items()]
        self._given.append(GivenRows(**fields, schema=schema))

    def clock(self, time: str, batch: int = 1) -> None:
        """The time, from a micro-batch on."""
        self._clocks.append((time, batch))

    def then(self, dataset: str, columns: str, *rows: str, **options: Any) -> None:
        """Rows that must come out: `after` a micro-batch, in this order if they are `ordered`."""
        fields = {
            **self._rows(dataset, columns, rows, options.get("file")),
            **_without_file(options),
        }
        self._then.append(ExpectedRows(**fields))
        self._runs.append(dataset)

    def fails(self, text: str, *datasets: str) -> None:
        """Computing these datasets must fail with a message that holds the text."""
        self._fails = text
        self._runs += datasets

    def _rows(
        self, dataset: str, columns: str, rows: Sequence[str], file: str | None
    ) -> dict[str, Any]:
        types = self._pipeline.columns[dataset]
        file_reference = None
        if file is not None:
            suffix = Path(file).suffix.lower().removeprefix(".")
            kind = suffix if suffix in ("csv", "parquet") else "json"
            file_reference = {"path": str(self._pipeline.folder / file), "kind": kind}
        return {
            "dataset": dataset,
            "place": "",
            "columns": [(name, types.get(name)) for name in _names(columns)],
            "rows": [*rows],
            "file": file_reference,
        }

    def check(self) -> None:
        """Run the test. Raises AssertionError with the rows that differ."""
        __tracebackhide__ = True
        pipeline, plan = self._pipeline, self._pipeline.plan
        test = Test(
            number=0,
            name="",
            place="",
            given=self._given,
            then=self._then,
            fails=self._fails,
            transform=self._transform,
            runs=self._runs,
            clocks=self._clocks,
        )
        with apply_settings(self._spark, plan.settings):
            try:
                result = CaseRun(self._spark, pipeline.script, test).result()
            except Exception as error:
                error.add_note(describe_failure(error, plan.script).message)
                raise
        if result["outcome"] != "passed":
            raise AssertionError("\n".join(_render_result(result)))


def _names(columns: str) -> list[str]:
    """The names in a list, in which backticks are around those that are no plain words."""
    return [plain or quoted.replace("``", "`") for quoted, plain in _NAME.findall(columns)]


def _without_file(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if name != "file"}


def _render_result(result: Mapping[str, Any]) -> Iterable[str]:
    """What is wrong, with `-` before rows that are expected and `+` before those that came."""
    if "message" in result:
        yield result["message"]
    for each in result.get("differences", ()):
        batch_text = f" after micro-batch {each['after']}" if each["after"] is not None else ""
        yield f"`{each['dataset']}`{batch_text} differs: - is expected, + came"
        yield f"  ({', '.join(each['columns'])})"
        for expected, actual, *_ in each["rows"]:
            yield from (
                f"{sign} ({', '.join(row)})"
                for sign, row in (("-", expected), ("+", actual))
                if row is not None
            )

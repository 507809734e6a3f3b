"""What is to be tested, as the compiler writes it down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# A cell of a row: SQL text, with `{"param": name}` where the value of a parameter goes.
Cell = str | list[Any]


@dataclass(frozen=True)
class Rows:
    """Rows of a dataset; `columns` pairs names and types, None for one that is not known.

    A row is cells, or the SQL text of them all in parentheses. `file` has the `path` and `kind` of
    rows that stand elsewhere. `place` is where the test is.
    """

    dataset: str
    place: str
    columns: list[tuple[str, str | None]]
    rows: Sequence[list[Cell] | str]
    file: Mapping[str, str] | None = None


@dataclass(frozen=True)
class GivenRows(Rows):
    """Rows that go in; `schema` are all columns of the dataset, or some if it `is_open`.

    `defaults` are cells of columns that the test does not give.
    """

    schema: list[tuple[str, str | None]] = field(default_factory=list)
    defaults: dict[str, Cell] = field(default_factory=dict)
    is_open: bool = False
    batch: int = 1
    streaming: bool = False


@dataclass(frozen=True)
class ExpectedRows(Rows):
    """Rows that must come out, of the micro-batch `after` or of all of them."""

    after: int | None = None
    ordered: bool = False
    streaming: bool = False


@dataclass(frozen=True)
class Test:
    """A test; `number` is unique in the run. See the compiler's `ir.tests`."""

    number: int
    name: str
    place: str
    given: list[GivenRows]
    then: list[ExpectedRows]
    fails: str | None
    transform: str | None
    runs: list[str]
    clocks: list[tuple[str, int]]


@dataclass(frozen=True)
class Dataset:
    """A function of the script: the datasets and whether it takes the parameters.

    A stream of it is written in the output mode `mode`, and takes up to this many `batches`
    for each micro-batch that is given.
    """

    function: str
    uses: list[str]
    params: bool
    mode: str = "append"
    batches: int = 1


@dataclass(frozen=True)
class Probe:
    """A dataset or transform whose columns, one for each of `points`, tell what `of` reaches."""

    name: str
    of: str
    points: list[int]


@dataclass(frozen=True)
class Plan:
    """The tests of one script; `settings` are the pipeline's own for Spark.

    `datasets` and `transforms` are its functions by the names of the pipeline. `computed` are the
    points that are reached where one of them is computed.
    """

    script: str
    settings: Mapping[str, str]
    datasets: Mapping[str, Dataset]
    transforms: Mapping[str, Dataset]
    tests: list[Test]
    probes: list[Probe] = field(default_factory=list)
    computed: Mapping[str, list[int]] = field(default_factory=dict)


def parse_plan(document: Mapping[str, Any]) -> Plan:
    """The plan in a JSON document."""
    tests = [
        Test(
            **{
                **test,
                "given": [GivenRows(**each) for each in test["given"]],
                "then": [ExpectedRows(**each) for each in test["then"]],
            }
        )
        for test in document["tests"]
    ]
    functions = {
        kind: {name: Dataset(**each) for name, each in document[kind].items()}
        for kind in ("datasets", "transforms")
    }
    return Plan(
        document["script"],
        document["settings"],
        tests=tests,
        probes=[Probe(**each) for each in document["probes"]],
        computed=document["computed"],
        **functions,
    )

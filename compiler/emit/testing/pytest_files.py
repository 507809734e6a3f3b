"""The tests of a pipeline as a file for pytest, which runs without the compiler."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ssbt.compiler.emit.docstrings import as_sentence, emit_docstring
from ssbt.compiler.emit.files import OutputFile
from ssbt.compiler.emit.layout import lay_out
from ssbt.compiler.emit.literals import PythonCode, f_string
from ssbt.compiler.emit.names import Namespace, identifier
from ssbt.compiler.emit.naming import script_stem
from ssbt.compiler.emit.templating import render_file, render_template
from ssbt.compiler.emit.testing.plan import TestPlan
from ssbt.compiler.emit.version import VERSION
from ssbt.compiler.ir.pipeline import Let, Pipeline
from ssbt.compiler.types.quoting import quote_name

# Gives the path by which a test's file finds one with rows.
FilePath = Callable[[str], str]
Json = Mapping[str, Any]
_RESERVED_NAMES = ("PIPELINE", "Pipeline", "SparkSession", "function", "spark", "test")


def emit_conftest() -> OutputFile:
    """The session that tests share, for all pipelines."""
    text = render_file("testing/conftest", version=VERSION)
    return OutputFile("conftest.py", text.encode())


def emit_pytest_file(
    pipeline: Pipeline,
    plan: TestPlan,
    parameters: Mapping[str, str],
    file_path: FilePath,
) -> OutputFile:
    """The tests of a plan; `parameters` are values that go before the defaults."""
    stem, document = script_stem(pipeline.name), plan.document
    names = Namespace(_RESERVED_NAMES)
    paths = dict.fromkeys(test["place"].rpartition(":")[0] for test in plan.tests.values())
    lets = {item.name for item in pipeline.datasets if isinstance(item, Let)}
    text = render_file(
        "testing/pytest_file",
        summary=as_sentence(pipeline.name),
        version=VERSION,
        paths=paths,
        these="these files" if len(paths) > 1 else "that file",
        command=[f"    pytest test_{stem}.py"],
        script=f"{stem}.py",
        columns=_collect_columns(plan),
        datasets=[
            _emit_function(name, each)
            for name, each in document["datasets"].items()
            if name in lets
        ],
        transforms=[_emit_function(*each) for each in document["transforms"].items()],
        settings=dict(document["settings"]),
        parameters={
            name: value for name, value in parameters.items() if name in document["parameters"]
        },
        tests=[
            _emit_test(test, names.claim(_test_name(test["name"])), file_path)
            for test in plan.tests.values()
        ],
    )
    return OutputFile(f"test_{stem}.py", lay_out(text).encode())


def _collect_columns(plan: TestPlan) -> dict[str, dict[str, str | None]]:
    """The columns of the datasets that tests speak of, with their types."""
    columns: dict[str, dict[str, str | None]] = {}
    for test in plan.tests.values():
        for given_rows in test["given"]:
            columns.setdefault(given_rows["dataset"], {}).update(given_rows["schema"])
        for each in (*test["given"], *test["then"]):
            types = columns.setdefault(each["dataset"], {})
            types.update((name, type_) for name, type_ in each["columns"] if name not in types)
    return columns


def _emit_function(name: str, function: Json) -> str:
    mode, batches = function.get("mode", "append"), function.get("batches", 1)
    return render_template(
        "testing/function",
        name=name,
        function=function,
        uses=[*function["uses"]],
        mode=None if mode == "append" else mode,
        batches=None if batches == 1 else batches,
    )


def _test_name(test: str) -> str:
    return f"test_{identifier(test).strip('_').lower()}"


def _emit_test(test: Json, name: str, file_path: FilePath) -> str:
    names = Namespace(_RESERVED_NAMES)
    variables = {parameter: names.claim(parameter) for parameter in _collect_parameters(test)}
    then = test["then"] if test["fails"] is None else ()
    return render_template(
        "testing/test",
        name=name,
        docstring=emit_docstring(test["name"], depth=1),
        transform=test["transform"],
        parameters=[*variables.items()],
        clocks=test["clocks"],
        given=[
            _emit_rows(each, "batch" if each["streaming"] else "given", variables, file_path)
            for each in test["given"]
        ],
        fails=test["fails"],
        runs=test["runs"],
        then=[_emit_rows(each, "then", variables, file_path) for each in then],
    )


def _collect_parameters(test: Json) -> dict[str, None]:
    """The parameters whose values stand in rows."""
    rows = [row for each in (*test["given"], *test["then"]) for row in each["rows"]]
    rows += [[*given_rows["defaults"].values()] for given_rows in test["given"]]
    cells = (cell for row in rows for cell in row if not isinstance(cell, str))
    return {part["param"]: None for cell in cells for part in cell if not isinstance(part, str)}


def _emit_rows(rows: Json, method: str, variables: Mapping[str, str], file_path: FilePath) -> str:
    column_names = {name for name, _ in rows["columns"]}
    return render_template(
        "testing/rows",
        method=method,
        batch=rows["batch"] if method == "batch" else None,
        dataset=rows["dataset"],
        columns=", ".join(quote_name(name) for name, _ in rows["columns"]),
        rows=[_emit_row(row, variables) for row in rows["rows"]],
        file=file_path(rows["file"]["path"]) if rows["file"] is not None else None,
        defaults=[
            (name, f_string(_cell_parts(cell, variables)))
            for name, cell in rows.get("defaults", {}).items()
            if name not in column_names
        ],
        after=rows.get("after"),
        is_open=rows.get("is_open"),
        ordered=rows.get("ordered"),
    )


def _emit_row(cells: list[str | list[Any]], variables: Mapping[str, str]) -> str:
    """The cells in parentheses, as a string."""
    parts: list[str | PythonCode] = ["("]
    for index, cell in enumerate(cells):
        parts += [", "] if index else []
        parts += _cell_parts(cell, variables)
    return f_string([*parts, ")"])


def _cell_parts(cell: str | list[Any], variables: Mapping[str, str]) -> list[str | PythonCode]:
    """The SQL of a cell, with variables that hold the values of parameters."""
    return [
        part if isinstance(part, str) else PythonCode(variables[part["param"]])
        for part in ([cell] if isinstance(cell, str) else cell)
    ]

"""Finding connectors, built in and installed, and refusing broken ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
import json
import os
from pathlib import Path
import subprocess
import sys

import pytest

from ssbt.compiler.connectors import toml_cache as saved
from ssbt.compiler.connectors.loading import connector_names, find_connector, read_template
from ssbt.compiler.connectors.lookup import resolve_connector
from ssbt.compiler.connectors.reading import read_connector
from ssbt.compiler.connectors.specification import (
    Choice,
    ConnectorSpecificationError,
    Mode,
    OptionPlacement,
    Shape,
    ValueKind,
)
from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.source import Span

BUILT_IN = (
    *("console", "csv", "delta", "foreach_batch", "hudi", "iceberg", "json", "kafka", "memory"),
    *("noop", "orc", "parquet", "rate", "schema_registry", "socket", "table", "text"),
)

GOOD = """
name = "acme"
title = "Acme"
summary = "An invention."
spark_format = "com.acme.spark"

[packages]
"3.5" = "com.acme:acme_2.12:1.0"
"4.1" = ["com.acme:acme_2.13:1.0", "com.acme:core:1.0"]

[source]
modes = ["batch"]
columns = [{ name = "value", type = "BINARY" }]

[source.options.token]
secret = true
required = true
doc = "A secret."
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Install a distribution with one connector into a folder of its own."""

    def installed(specification: str, package: str = "acme_ssbt") -> None:
        folder = tmp_path / "acme_ssbt"
        folder.mkdir()
        (folder / "__init__.py").touch()
        (folder / "connector.toml").write_text(specification)
        (folder / "read.py.j2").write_text("job.spark.read")
        info = tmp_path / "acme-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[ssbt.connectors]\nacme = {package}\n")
        monkeypatch.syspath_prepend(tmp_path)

    find_connector.cache_clear()
    yield installed
    find_connector.cache_clear()
    sys.modules.pop("acme_ssbt", None)


def test_built_in_names() -> None:
    assert connector_names() == BUILT_IN


@pytest.mark.parametrize("name", BUILT_IN)
def test_built_in(name: str) -> None:
    names = find_connector(name)
    assert names
    assert (names.name, names.spark_format, names.package) == (name, name, "")
    assert bool(names.packages) == (name in ("delta", "hudi", "iceberg", "kafka"))
    assert names.sink or names.source or names.connection
    assert find_connector(name) is names


@pytest.mark.parametrize("name", ["", "nothing", "../csv", "_shared", "CSV", "csv/../csv", "cs\0v"])
def test_no_such_connector(name: str) -> None:
    assert find_connector(name) is None


def test_what_is_read() -> None:
    csv = find_connector("csv")
    assert csv
    assert csv.source
    assert csv.sink
    path = csv.source.option("path")
    assert path
    assert (path.type.kind, path.type.shape, path.place) == (
        ValueKind.STRING,
        Shape.ONE_OR_LIST,
        OptionPlacement.LOAD,
    )
    mode = csv.source.option("mode")
    assert mode
    assert mode.choices[2] == Choice("failfast", "FAILFAST")
    assert mode.compiler_default
    assert mode.compiler_default.value == "failfast"
    save_mode = csv.sink.option("mode")
    assert save_mode
    assert save_mode.place is OptionPlacement.MODE
    assert save_mode.modes == {Mode.BATCH}
    assert csv.source.option("ignore_leading_white_space") is not None
    assert csv.source.option("ignore_leading_white_space", Mode.STREAM) is not None


def test_third_party(install: Callable[..., None]) -> None:
    install(GOOD)
    acme = find_connector("acme")
    assert acme
    assert acme.package == "acme_ssbt"
    assert acme.sink is None
    assert acme.coordinates("4.1") == ("com.acme:acme_2.13:1.0", "com.acme:core:1.0")
    assert acme.coordinates("4.0") == ()
    assert acme.source
    assert acme.source.columns[0].type == "BINARY"
    assert acme.source.options[0].secret
    assert read_template(acme, "read") == "job.spark.read"
    assert "acme" in connector_names()


def test_built_in_is_found_without_entry_points(install: Callable[..., None]) -> None:
    install(GOOD.replace('"acme"', '"csv"', 1))
    csv = find_connector("csv")
    assert csv
    assert csv.package == ""


def test_entry_point_without_package(install: Callable[..., None]) -> None:
    install(GOOD, package="no_such_package")
    with pytest.raises(ConnectorSpecificationError) as raised:
        find_connector("acme")
    assert str(raised.value) == (
        "entry point `acme` of ssbt.connectors: `no_such_package` is no package that can be"
        " imported: No module named 'no_such_package'"
    )


def test_a_pipeline_that_names_a_broken_one(install: Callable[..., None]) -> None:
    install(GOOD + "[colour]")
    result = resolve_connector("acme", Span("x.ssbt", 0, 4))
    assert isinstance(result, Diagnostic)
    assert result.message.startswith("the connector `acme` is installed, but broken: ")
    assert result.message.endswith("connector.toml: colour: unknown key")


OPTION = "\n[source.options.x]\ndoc = 'x'\n"

# What is added to or replaced in a good file, the key that is named, and the problem.
BROKEN = [
    ("nonsense", "", "Expected '=' after a key in a key/value pair"),
    ('colour = "red"\n' + GOOD, "colour", "unknown key"),
    (GOOD.replace('title = "Acme"', ""), "title", "is missing"),
    (GOOD.replace('"acme"', '"acne"', 1), "name", "the connector is installed as `acme`"),
    (GOOD.replace('["batch"]', '["bulk"]'), "source.modes", "`bulk` is neither batch nor stream"),
    (GOOD.replace('doc = "A secret."', ""), "source.options.token.doc", "is missing"),
    (GOOD + "[sink]\nmode = 1", "sink.mode", "unknown key"),
    (GOOD + '[packages."5.0"]', "packages.5.0", "unknown key"),
    (GOOD + "[source.options.camelCase]\ndoc = 'x'", "source.options.camelCase",
     "`camelCase` is not a name in snake_case"),
    (GOOD + OPTION + "type = 'text'", "source.options.x.type", "`text` is not one of"),
    (GOOD + OPTION + "type = 'word'", "source.options.x.choices",
     "go with the types `word` and `integer`, and only with them"),
    (GOOD + OPTION + "choices = ['A']\ntype = 'word'", "source.options.x.choices",
     "`A` is not in lower case"),
    (GOOD + OPTION + "choices = ['a']\ntype = 'word'\nsupplied = {value = 'b', reason = 'c'}",
     "source.options.x.supplied.value", "`b` is not one of the choices"),
    (GOOD + OPTION + "supplied = {value = 'b', reason = \"c\\nimport os\"}",
     "source.options.x.supplied.reason", "must be one line"),
    (GOOD + OPTION + "supplied = {reason = 'c'}", "source.options.x.supplied.value", "is missing"),
    (GOOD + OPTION + "required = 'yes'", "source.options.x.required",
     "expected true or false, found 'yes'"),
    (GOOD + OPTION + "minimum = true", "source.options.x.minimum",
     "expected a number, found True"),
    (GOOD + OPTION + "since = '2.4'", "source.options.x.since",
     "`2.4` is not one of 3.5, 4.0, 4.1, 4.2, 4.3"),
    (GOOD + OPTION + "pattern = '('\npattern_text = 'x'", "source.options.x.pattern",
     "is no regular expression"),
    (GOOD + OPTION + "pattern = 'x'", "source.options.x.pattern_text", "is missing"),
    (GOOD + OPTION + "aliases = [1]", "source.options.x.aliases",
     "expected a string or a list of strings, found [1]"),
    (GOOD + OPTION + "default = []", "source.options.x.default",
     "expected a string, a boolean or a number, found []"),
    (GOOD + "[source.options]\ny = 1\n", "source.options.y", "expected a table, found 1"),
    (GOOD + "[source]\ny = 1\n", "", "Cannot declare ('source',) twice"),
    (GOOD + "[[source.constraints]]\nmessage = 'x'", "source.constraints[0]",
     "a constraint has exactly one of the keys"),
    (GOOD + "[[source.constraints]]\nneeds = 'nothing'\nmessage = 'x'", "source.constraints",
     "there is no option `nothing`"),
    (GOOD.replace('name = "acme"', 'name = "acme"\ninclude = "nothing"'), "include",
     "there is nothing called `nothing` to include"),
    (GOOD.replace('name = "acme"', 'name = "acme"\ninclude = "../csv/connector"'), "include",
     "there is nothing called `../csv/connector` to include"),
    ("source = 1\n" + GOOD.partition("[source]")[0], "source", "expected a table, found 1"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "key", "problem"), BROKEN)
def test_broken(install: Callable[..., None], text: str, key: str, problem: str) -> None:
    install(text)
    with pytest.raises(ConnectorSpecificationError) as raised:
        find_connector("acme")
    assert raised.value.file.endswith(os.path.join("acme_ssbt", "connector.toml"))
    assert raised.value.key == key
    assert raised.value.problem.startswith(problem)


def test_files_may_be_missing_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(ConnectorSpecificationError, match="No such file"):
        read_connector("acme", str(tmp_path), str(tmp_path), "")
    (tmp_path / "connector.toml").write_bytes(b"name = '\xff'")
    with pytest.raises(ConnectorSpecificationError, match="can't decode"):
        read_connector("acme", str(tmp_path), str(tmp_path), "")


@pytest.mark.parametrize("file", saved.built_in_files(), ids=os.path.basename)
def test_saved_copies_are_of_today(file: str) -> None:
    """If not: `python tools/connectors.py`."""
    assert Path(saved.cache_path(file)).read_text(encoding="utf-8") == saved.build_cache_text(file)


@pytest.mark.parametrize("copy", ["", "[]", "{}", '{"checksum": 1, "values": {"a": 2}}'])
def test_a_copy_of_another_text_is_ignored(tmp_path: Path, copy: str) -> None:
    toml = tmp_path / "x.toml"
    toml.write_text("a = 1")
    Path(saved.cache_path(str(toml))).write_text(copy)
    assert saved.load_toml(str(toml)) == {"a": 1}


def test_a_good_copy_is_used(tmp_path: Path) -> None:
    toml = tmp_path / "x.toml"
    toml.write_text("a = 1")
    copy = json.loads(saved.build_cache_text(str(toml)))
    assert copy["values"] == {"a": 1}
    copy["values"]["a"] = 2
    Path(saved.cache_path(str(toml))).write_text(json.dumps(copy))
    assert saved.load_toml(str(toml)) == {"a": 2}


def test_what_is_slow_is_not_imported() -> None:
    """Neither TOML nor entry points, nor the specification of any other connector."""
    code = (
        "import sys\n"
        "from ssbt.compiler.connectors.lookup import resolve_connector\n"
        "from ssbt.compiler.source import Span\n"
        "resolve_connector('csv', Span('x', 0, 1))\n"
        "print([m for m in ('tomllib', 'importlib.metadata', 'importlib.resources', 'tempfile')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"

"""A canary: no byte that a run leaves behind holds the value of a secret, also when it fails."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
import subprocess
from types import SimpleNamespace

import pytest

from ssbt.compiler.connectors import loading
from ssbt.compiler.driver import checked, configured, emitted
from tests.spark import servers

pytestmark = pytest.mark.spark

CANARY = "c4nary.in-the_mine"
CONNECTOR = """
name = "vault_files"
title = "files with a key"
summary = "JSON files, with options whose values Spark repeats in its errors."
spark_format = "json"

[connection.options.token]
secret = true
doc = "Ignored by the reader."

[source]
modes = ["batch", "stream"]

[source.options.path]
place = "load"
required = true
doc = "Where they are."

[source.options.schema]
type = "schema"
place = "schema"
required = true
doc = "Their columns."

[source.options.recursive_file_lookup]
secret = true
doc = "Stands in the text of an error where it is neither true nor false."
"""
TEMPLATE = """
{%- import "macros/files.py.j2" as files with context -%}
{{ files.read("json") }}
"""
PIPELINE = """
pipeline canary {
}

param data: string

secret key

secret flag

connection safe: vault_files {
  token = key
}

schema Order { id: bigint, note: string }

source orders from vault_files {
  connection = safe
  path       = "${data}/orders"
  schema     = Order
  OPTION
}

let checked =
  from orders
  |> where if(note is null, true, raise_error(note) is null)

sink checked to json {
  path = "${data}/out"
  mode = overwrite
}
"""
CONFIGURATION = {
    "ssbt.conf": "environments = [prod]",
    "conf/prod.conf": 'secrets.default { provider = file, folder = "KEYS" }',
}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another distribution's connector."""
    folder = tmp_path / "packages" / "vault_files_ssbt"
    folder.mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "connector.toml").write_text(CONNECTOR)
    (folder / "read.py.j2").write_text(TEMPLATE)
    monkeypatch.syspath_prepend(str(folder.parent))
    found = SimpleNamespace(name="vault_files", value="vault_files_ssbt")
    monkeypatch.setattr(loading.Shelf, "_installed", lambda shelf: (found,))
    loading.connector.cache_clear()


def compiled(folder: Path, option: str, keys: Path) -> Path:
    """The script, with its configuration beside it."""
    files = {"canary.ssbt": PIPELINE.replace("OPTION", option), **CONFIGURATION}

    def read(path: str) -> bytes:
        if path not in files:
            raise FileNotFoundError(2, "No such file or directory", path)
        return files[path].replace("KEYS", str(keys)).encode()

    done = configured(checked("canary.ssbt", read), "canary.ssbt", read)
    assert not done.checked.failed, done.checked.findings
    for file in emitted(done.checked, done.environments):
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
    return folder / "canary.py"


def run(script: Path, data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A run that leaves behind whatever a run can: logs, an event log, outputs."""
    events = data / "events"
    events.mkdir(exist_ok=True)
    conf = {"spark.eventLog.enabled": "true", "spark.eventLog.dir": events.as_uri()}
    conf |= {"spark.log.level": "INFO", "spark.sql.warehouse.dir": str(data / "warehouse")}
    words = ("--env", "prod", "--set", f"data={data}", *arguments)
    return servers.submitted(script.parent / "ssbt_runtime.zip", script, *words, conf=conf)


def leaks(folder: Path, done: subprocess.CompletedProcess[str]) -> Iterator[str]:
    """Where the canary is seen."""
    for file in sorted(folder.rglob("*")):
        if file.is_file() and CANARY.encode() in file.read_bytes():
            yield str(file.relative_to(folder))
    for name in ("stdout", "stderr"):
        yield from (line for line in getattr(done, name).splitlines() if CANARY in line)


@pytest.mark.usefixtures("package")
def test_nothing_leaks(tmp_path: Path) -> None:
    keys, data = tmp_path / "keys", tmp_path / "data"
    keys.mkdir()
    (data / "orders").mkdir(parents=True)
    (data / "orders" / "1.json").write_text('{"id": 1}\n')
    for name in ("key", "flag"):
        (keys / name).write_text(CANARY)
    script = compiled(data / "build", "", keys)
    done = run(script, data)
    assert done.returncode == 0, done.stdout + done.stderr
    assert list((data / "events").iterdir())
    assert list(leaks(data, done)) == []
    script = compiled(data / "build", "recursive_file_lookup = flag", keys)
    done = run(script, data, "--verbose", "--log-format", "json")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "***" in done.stdout + done.stderr, "the error names the value"
    assert list(leaks(data, done)) == []


@pytest.mark.usefixtures("package")
def test_sparks_own_log_does_not_quote_it(tmp_path: Path) -> None:
    """A task fails with the value in its error, which Spark logs by itself, and more than once."""
    keys, data = tmp_path / "keys", tmp_path / "data"
    keys.mkdir()
    (data / "orders").mkdir(parents=True)
    (data / "orders" / "1.json").write_text(f'{{"id": 1, "note": "refused {CANARY}"}}\n')
    (keys / "key").write_text(CANARY)
    done = run(compiled(data / "build", "", keys), data, "--verbose")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "ERROR Executor" in done.stderr
    assert done.stderr.count("refused ***") > 3
    assert CANARY not in done.stdout + done.stderr

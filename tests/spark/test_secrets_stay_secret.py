"""A canary: no byte that a run leaves behind holds the value of a secret, also when it fails."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
import re
import subprocess
from types import SimpleNamespace

import pytest

from ssbt.compiler.connectors import loading
from ssbt.compiler.driver import check_pipeline, configure_pipeline, emit_files
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
  spark {
    "spark.hadoop.fs.s3a.secret.key"         = key
    "spark.hadoop.fs.azure.account.key.shop" = key
  }
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
    names = SimpleNamespace(name="vault_files", value="vault_files_ssbt")
    monkeypatch.setattr(loading.PluginRegistry, "_installed_plugins", lambda registry: (names,))
    loading.find_connector.cache_clear()


def compiled(folder: Path, option: str, keys: Path) -> Path:
    """The script, with its configuration beside it."""
    files = {"canary.ssbt": PIPELINE.replace("OPTION", option), **CONFIGURATION}

    def read(path: str) -> bytes:
        if path not in files:
            raise FileNotFoundError(2, "No such file or directory", path)
        return files[path].replace("KEYS", str(keys)).encode()

    done = configure_pipeline(check_pipeline("canary.ssbt", read), "canary.ssbt", read)
    assert not done.check_result.has_errors, done.check_result.findings
    for file in emit_files(done.check_result, done.environments):
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
    return folder / "canary.py"


def run(
    script: Path, data: Path, *arguments: str, master: str = "local[1]", **settings: str
) -> subprocess.CompletedProcess[str]:
    """A run that leaves behind whatever a run can: logs, an event log, outputs."""
    events = data / "events"
    events.mkdir(exist_ok=True)
    conf = {"spark.eventLog.enabled": "true", "spark.eventLog.dir": events.as_uri()}
    # What is compressed would hide the canary from us.
    conf |= {"spark.eventLog.compress": "false", "spark.log.level": "INFO"}
    conf |= {"spark.sql.warehouse.dir": str(data / "warehouse")}
    conf |= {f"spark.{name.replace('_', '.')}": value for name, value in settings.items()}
    words = ("--env", "prod", "--set", f"data={data}", *arguments)
    zipped = script.parent / "ssbt_runtime.zip"
    return servers.submitted(zipped, script, *words, master=master, conf=conf)


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
    (events,) = (data / "events").rglob("events_*")
    # The second is a name that Spark would not hide by itself.
    for name in ("fs.s3a.secret.key", "fs.azure.account.key.shop"):
        assert f'"spark.hadoop.{name}":"*********(redacted)"' in events.read_text()
    assert list(leaks(data, done)) == []
    script = compiled(data / "build", "recursive_file_lookup = flag", keys)
    done = run(script, data, "--verbose", "--log-format", "json")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "***" in done.stdout + done.stderr, "the error names the value"
    assert list(leaks(data, done)) == []


@pytest.fixture
def failing(tmp_path: Path, package: None) -> tuple[Path, Path]:
    """A script whose task fails with the value in its error, and the folder of its data."""
    keys, data = tmp_path / "keys", tmp_path / "data"
    keys.mkdir()
    (tmp_path / "data" / "orders").mkdir(parents=True)
    (data / "orders" / "1.json").write_text(f'{{"id": 1, "note": "refused {CANARY}"}}\n')
    (keys / "key").write_text(CANARY)
    return compiled(data / "build", "", keys), data


def test_what_spark_itself_writes(failing: tuple[Path, Path]) -> None:
    """Spark logs a task's error more than once, and keeps it in the event log."""
    script, data = failing
    done = run(script, data, "--verbose")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "ERROR Executor" in done.stderr
    assert done.stderr.count("refused ***") > 3
    (events,) = (data / "events").rglob("events_*")
    assert events.read_text().count("refused ***") > 3
    assert "SparkListenerApplicationEnd" in events.read_text().splitlines()[-1]
    assert set(leaks(data, done)) == {"orders/1.json"}


@pytest.mark.usefixtures("_no_work_folder")
def test_what_executors_write(failing: tuple[Path, Path]) -> None:
    """Executors of their own log as the guide says; the event log is compressed, and one file."""
    script, data = failing
    guide = Path(__file__).parents[2] / "docs" / "guides" / "secrets.md"
    (settings,) = re.findall(r"```properties\n(.*?)```", guide.read_text(), re.DOTALL)
    (data / "log4j2.properties").write_text(settings)
    done = run(
        *(script, data),
        master="local-cluster[1,1,1024]",
        executor_extraJavaOptions=f"-Dlog4j2.configurationFile={data}/log4j2.properties",
        eventLog_compress="true",
        eventLog_rolling_enabled="false",
    )
    assert done.returncode == 1, done.stdout + done.stderr
    work = list((servers.spark_home() / "work").glob("app-*/0/stderr"))
    (log,) = work
    # At least spark.task.maxFailures: attempts that Spark does not count come on top.
    assert log.read_text().count("ERROR Executor: Exception in task") >= 4
    assert CANARY not in log.read_text()
    assert set(leaks(data, done)) == {"orders/1.json"}
    assert "secrets were struck out of Spark's event log" in done.stdout

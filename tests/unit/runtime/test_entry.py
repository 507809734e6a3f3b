"""`main` without Spark: exit codes, precedence, what is logged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
import json
import logging
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Annotated, Any, cast

import pytest

from ssbt.runtime import Job, entry, main


@dataclass(frozen=True)
class Params:
    lake: str = "data/lake"
    count: Annotated[int, "INT"] = 1


class Sessions:
    """Stands in for `open_session`."""

    version = "4.1.1"
    created = True
    stopped = 0
    settings: Mapping[str, str]
    explicit: Mapping[str, str] = MappingProxyType({})

    def __call__(self, name: str, script: str, settings: Mapping[str, str]) -> tuple[Any, bool]:
        self.settings = settings
        return SimpleNamespace(version=self.version, stop=self.stop), self.created

    def stop(self) -> None:
        self.stopped += 1


@pytest.fixture
def sessions(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sessions]:
    result = Sessions()
    monkeypatch.setattr(entry, "open_session", result)
    monkeypatch.setattr(entry, "explicit_settings", lambda _: result.explicit)
    logger = logging.getLogger("ssbt")
    before = logger.handlers, logger.level, logger.propagate
    yield result
    logger.handlers, logger.level, logger.propagate = before


def started(monkeypatch: pytest.MonkeyPatch, *argv: str, run: Any, **keywords: Any) -> int:
    """The exit code of a script that calls `main`."""
    monkeypatch.setattr("sys.argv", ["orders.py", *argv])
    try:
        main("orders", run, **keywords)
    except SystemExit as stop:
        return cast(int, stop.code)
    return 0


def messages(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What was logged as text, without the time."""
    return [line.split(" ", 1)[1] for line in capsys.readouterr().err.splitlines()]


def test_precedence(sessions: Sessions, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    files = {
        "conf/prod.json": {
            "params": {"lake": "env file", "count": 2},
            "spark": {"spark.a": "env file", "spark.b": "env file"},
        },
        "x.json": {"params": {"lake": "conf file"}, "spark": {"spark.b": "conf file"}},
    }
    (tmp_path / "conf").mkdir()
    for name, content in files.items():
        (tmp_path / name).write_text(json.dumps(content), encoding="utf-8")
    script: dict[str, Any] = {"seen": []}
    exec(compile("def run(job): seen.append(job.params)", tmp_path / "orders.py", "exec"), script)
    settings = {"spark.a": "pipeline", "spark.b": "pipeline", "spark.c": "pipeline"}
    both = ["--env", "prod", "--conf-file", str(tmp_path / "x.json")]

    def seen(*argv: str) -> Params:
        keywords = {"run": script["run"], "params": Params, "spark": settings}
        assert started(monkeypatch, *argv, **keywords) == 0
        return script["seen"].pop()  # type: ignore[no-any-return]

    assert seen() == Params("data/lake", 1)
    assert seen("--env", "prod") == Params("env file", 2)
    assert seen(*both) == Params("conf file", 2)
    expected = {"spark.a": "env file", "spark.b": "conf file", "spark.c": "pipeline"}
    assert sessions.settings == expected
    monkeypatch.setenv("SSBT_PARAM_LAKE", "variable")
    assert seen(*both) == Params("variable", 2)
    assert seen(*both, "--set", "lake=1", "--set", "lake=2") == Params("2", 2)


@pytest.mark.usefixtures("sessions")
@pytest.mark.parametrize("value", [["--log-format=json"], ["--log-format", "json"]])
def test_a_wrong_command_line_is_told_as_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], value: list[str]
) -> None:
    assert started(monkeypatch, "--set", "x", *value, run=lambda job: None) == 2
    (line,) = capsys.readouterr().err.splitlines()
    fields = json.loads(line)
    assert (fields["level"], fields["pipeline"]) == ("ERROR", "orders")
    assert fields["message"] == "argument --set: NAME=VALUE is needed, not 'x'"


def test_without_parameters(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(job: Job[None]) -> None:
        job.log.info("hello from %s", job.name)

    monkeypatch.setattr("sys.argv", ["orders.py"])
    main("orders", run)
    assert sessions.stopped == 1
    assert list(messages(capsys)) == ["INFO orders: hello from orders"]


def test_session_of_others_is_not_stopped(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions.created = False
    assert started(monkeypatch, run=lambda job: None) == 0
    assert sessions.stopped == 0


def test_bad_configuration(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = ["--set", "count=x", "--set", "laek=y"]
    assert started(monkeypatch, *argv, run=lambda job: None, params=Params) == 2
    assert messages(capsys) == [
        'ERROR orders: parameter `count` (--set): expected INT, got "x": not written like 42',
        "ERROR orders: unknown parameter `laek` (--set); did you mean `lake`?",
    ]
    assert not hasattr(sessions, "settings")


@pytest.mark.usefixtures("sessions")
@pytest.mark.parametrize("digits", [5_000, 1_000_000])
@pytest.mark.parametrize(
    "place", ["--set", "SSBT_PARAM_COUNT", "x.json", "text.json", "x.properties"]
)
def test_a_number_of_many_digits(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    place: str,
    digits: int,
) -> None:
    number, argv = "9" * digits, []
    if place == "--set":
        argv = ["--set", f"count={number}"]
    elif place == "SSBT_PARAM_COUNT":
        # No variable is longer than 128 KiB.
        monkeypatch.setenv(place, number[:100_000])
    else:
        texts = {"x.json": f'{{"params": {{"count": {number}}}}}'}
        texts["text.json"] = f'{{"params": {{"count": "{number}"}}}}'
        texts["x.properties"] = f"params.count={number}\n"
        (tmp_path / place).write_text(texts[place])
        argv = ["--conf-file", str(tmp_path / place)]
    assert started(monkeypatch, *argv, run=lambda job: None, params=Params) == 2
    (message,) = messages(capsys)
    assert message.startswith("ERROR orders: parameter `count`")
    assert message.endswith(": outside -2147483648 to 2147483647")
    assert len(message) < 1_000


# Section, name, option, value, and what is said of it.
MISSPELT = [
    ("connections", "shp", "client_id", "x", "unknown connection `shp`"),
    ("connections", "shop", "bootstrap_server", "x", "unknown option `bootstrap_server`"),
    ("connections", "shop", "kafka.fetch.max.byte", "1", "unknown option `kafka.fetch.max.byte`"),
    ("connections", "shop", "kafka.brokers", "b:1", "unknown option `kafka.brokers`"),
    ("connections", "shop", "kafka.auto.offset.reset", "x", "Spark does not take"),
    ("secrets", "logn", "variable", "X", "unknown secret `logn`"),
    ("secrets", "login", "varable", "X", "unknown option `varable`"),
    ("secrets", "login", "provider", "vualt", "unknown provider `vualt`"),
    ("secrets", "login", "timeout", "soon", "`timeout` is a number of seconds"),
    ("secrts", "login", "variable", "X", "unknown section `secrts`"),
]


@pytest.mark.usefixtures("sessions")
@pytest.mark.parametrize("way", ["--set", "x.json", "x.properties", "--env"])
@pytest.mark.parametrize(("section", "name", "option", "value", "message"), MISSPELT)
def test_values_that_nobody_reads(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    way: str,
    section: str,
    name: str,
    option: str,
    value: str,
    message: str,
) -> None:
    """The job does not start, whichever way it was given them."""
    key, result = f"{section}.{name}.{option}", list[object]()
    script: dict[str, Any] = {"ran": result}
    exec(compile("def run(job): ran.append(job)", tmp_path / "orders.py", "exec"), script)
    content = json.dumps({section: {name: {option: value}}})
    if way == "--set":
        argv = ["--set", f"{key}={value}"]
        if section == "secrts":
            message = "unknown parameter `secrts.login.variable`"
    elif way == "--env":
        (tmp_path / "conf").mkdir()
        (tmp_path / "conf" / "prod.json").write_text(content)
        argv = ["--env", "prod"]
    else:
        (tmp_path / way).write_text(content if way == "x.json" else f"{key}={value}\n")
        argv = ["--conf-file", str(tmp_path / way)]
    kinds = {"connections": {"shop": "kafka"}, "secrets": ["login"]}
    assert started(monkeypatch, *argv, run=script["run"], **kinds) == 2
    assert result == []
    (line,) = messages(capsys)
    assert line.startswith("ERROR orders: ")
    assert message in line


def test_failure(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(job: Job[None]) -> None:  # orders.ssbt:7
        raise ValueError("bad")

    assert started(monkeypatch, run=run) == 1
    assert messages(capsys) == ["ERROR orders: ValueError: bad"]
    assert sessions.stopped == 1
    assert started(monkeypatch, "--verbose", "--log-format", "json", run=run) == 1
    last = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert last["message"] == "ValueError: bad"
    assert last["exception"].endswith("ValueError: bad")
    assert sessions.settings == {"spark.sql.pyspark.jvmStacktrace.enabled": "true"}


def test_interruption(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(job: Job[None]) -> None:
        raise KeyboardInterrupt

    assert started(monkeypatch, run=run) == 130
    assert messages(capsys) == ["ERROR orders: interrupted"]
    assert sessions.stopped == 1


VERSIONS = [
    ("4.1.1", "4.1", 0, ""),
    ("4.2.0-preview1", "4.1", 0, "WARNING"),
    ("4.10.0", "4.9", 0, "WARNING"),
    ("4.0.3", "4.1", 3, "ERROR"),
    ("3.5.6-databricks", "4.0", 3, "ERROR"),
]


@pytest.mark.parametrize(("version", "target", "code", "level"), VERSIONS)
def test_version(
    sessions: Sessions,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    version: str,
    target: str,
    code: int,
    level: str,
) -> None:
    sessions.version = version
    assert started(monkeypatch, run=lambda job: None, target=target) == code
    text = f"{level} orders: compiled for Spark {target}, but this is Spark {version}"
    assert (text in messages(capsys)) == bool(level)
    assert sessions.stopped == 1


def test_values_are_logged_for_debugging_only(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = ["--set", "lake=somewhere"]
    assert started(monkeypatch, *argv, run=lambda job: None, params=Params) == 0
    assert "somewhere" not in capsys.readouterr().err
    assert started(monkeypatch, *argv, "--verbose", run=lambda job: None, params=Params) == 0
    assert "lake='somewhere'" in capsys.readouterr().err


@pytest.mark.usefixtures("sessions")
@pytest.mark.parametrize(
    ("value", "output"),
    [
        ("lake=http://u:Hunter.77@h/x", "lake='http://u:***@h/x'"),
        ("lake=http://u:Hunter%2E77@h/x", "lake='http://u:***@h/x'"),
        ("lake=http://u:p@h/x", "lake='http://u:***@h/x'"),
        (
            "lake=jdbc:db://h/x?user=u&password=Hunter.77",
            "lake='jdbc:db://h/x?user=u&password=***'",
        ),
        ("lake=s3a://k:Hunter.77@bucket/", "lake='s3a://k:***@bucket/'"),
    ],
)
def test_credentials_in_parameters(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    value: str,
    output: str,
) -> None:
    """Neither in logs, as an address or alone, nor in what is sent as lineage."""
    word = value.partition(":p@")[1] or "Hunter.77"
    places = {"d": {"namespace": "http://u:Hunter.77@h", "name": "${lake}"}}
    manifest = {"producer": "p", "places": places, "job": {}, "inputs": [{"dataset": "d"}]}
    (tmp_path / "orders.json").write_text(json.dumps({"lineage": {**manifest, "outputs": []}}))
    script: dict[str, Any] = {"word": word}
    code = "def run(job): job.log.info(job.params.lake); raise ValueError(word)"
    exec(compile(code, tmp_path / "orders.py", "exec"), script)
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__TYPE", "file")
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__LOG_FILE_PATH", str(tmp_path / "events"))
    argv = ["--set", value, "--verbose", "--log-file", str(tmp_path / "log")]
    assert started(monkeypatch, *argv, run=script["run"], params=Params) == 1
    message = capsys.readouterr().err
    assert output in message
    for text in (message, (tmp_path / "log").read_text(), (tmp_path / "events").read_text()):
        assert "Hunter" not in text
        assert ":p@h" not in text
    assert "***" in (tmp_path / "events").read_text()


@pytest.mark.usefixtures("sessions")
def test_credentials_of_connections(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also one that should have been a secret."""

    def run(job: Job[None]) -> None:
        raise ValueError(f"{dict(job.connections)} and Tiger.77, Module.77")

    argv = ["--set", "connections.shop.password=Tiger.77"]
    argv += ["--set", 'connections.shop.sasl_jaas_config=Own required password="Module.77";']
    argv += ["--set", "connections.shop.bootstrap_servers=http://u:Lion.77@h:1"]
    assert started(monkeypatch, *argv, run=run, connections={"shop": "kafka"}) == 1
    message = capsys.readouterr().err
    assert "Tiger" not in message
    assert "Lion" not in message
    assert "Own required" not in message
    assert "Module.77" not in message


@pytest.mark.parametrize(
    ("name", "value", "own"),
    [
        ("spark.sql.ansi.enabled", "false", {}),
        ("spark.sql.ansi.enabled", "FALSE", {"spark.sql.ansi.enabled": "true"}),
        ("spark.sql.ansi.enabled", "true", {"spark.sql.ansi.enabled": "false"}),
        ("spark.sql.legacy.timeParserPolicy", "LEGACY", {}),
        ("spark.sql.caseSensitive", "true", {}),
    ],
)
def test_a_session_that_means_something_else(
    sessions: Sessions,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    value: str,
    own: dict[str, str],
) -> None:
    sessions.explicit = {name: value}
    result: list[object] = []
    assert started(monkeypatch, run=lambda job: result.append(job), target="4.1", spark=own) == 2
    assert not result
    assert sessions.stopped == 1
    (line,) = messages(capsys)
    assert line.startswith(f"ERROR orders: `{name}` is `{value.lower()}`") or value in line


def test_misspelt_settings_of_a_file(
    sessions: Sessions,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    file = tmp_path / "x.json"
    inputs = {
        "spark.sql.shufle.partitions": 3,
        "spark.sql.adaptive.enabledd": True,
        "spark.sql.ansi.enabled": False,
        "spark.mycompany.x": 1,
        "spark.sql.catalog.lake.uri": "u",
    }
    file.write_text(json.dumps({"spark": inputs}), encoding="utf-8")
    code = started(monkeypatch, "--conf-file", str(file), run=lambda job: None, target="4.1")
    assert code == 2
    assert not hasattr(sessions, "settings")
    result = messages(capsys)
    assert len(result) == 3
    assert result[0].endswith("; did you mean `spark.sql.shuffle.partitions`?")
    assert result[1].endswith("; did you mean `spark.sql.adaptive.enabled`?")
    assert "is `false`: the pipeline is compiled for `true`" in result[2]

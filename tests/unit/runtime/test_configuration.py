"""The command line, files and environment variables, up to entries."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
import json
import logging
from pathlib import Path
from typing import Annotated

import pytest

from ssbt.runtime import Check
from ssbt.runtime.settings.configuration import parse_arguments, read_environment
from ssbt.runtime.settings.parameters import Entry, read_parameters, resolve_values


@dataclass(frozen=True)
class Params:
    day: str
    rate: Annotated[Decimal, "DECIMAL(12,2)", "Rate, 100% of %(prog)s"] = Decimal("0.01")
    dry: bool = False
    key: Annotated[bytes, "BINARY", "", Check("length <", 3)] = b"\x1f"
    shops: Annotated[tuple[str, ...], "ARRAY<STRING>", "", Check("size between", 1, 2)] = ("EU",)
    limits: dict[str, int] = field(default_factory=lambda: {"EU": 10})


Parse = Callable[..., Namespace]
Capture = pytest.CaptureFixture[str]
PARAMETERS = read_parameters(Params)


@pytest.fixture
def parse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Parse:
    """Parses a command line of a script in `tmp_path`."""

    def parse(*argv: str) -> Namespace:
        monkeypatch.setattr("sys.argv", ["orders.py", *argv])
        return parse_arguments(
            "orders", tmp_path / "orders.py", "Orders, 100% of %(prog)s.", PARAMETERS
        )

    return parse


def test_help(parse: Parse, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "90")
    with pytest.raises(SystemExit) as stop:
        parse("--help")
    assert stop.value.code == 0
    assert (
        capsys.readouterr().out
        == """\
usage: orders [-h] [--set NAME=VALUE] [--conf-file FILE] [--env NAME]
              [--log-format {text,json}] [--log-file FILE] [--verbose | --quiet]
              [--accept-checkpoint-change NAME] [--keep-output NAME] [--max-restarts N]

Orders, 100% of %(prog)s.

options:
  -h, --help            show this help message and exit
  --set NAME=VALUE      set a parameter
  --conf-file FILE      read a .json or .properties file
  --env NAME            read conf/NAME.json beside the script
  --log-format {text,json}
  --log-file FILE       log all here too, with stack traces (or $SSBT_LOG_FILE)
  --verbose             log debug messages and stack traces
  --quiet               log warnings and errors only
  --accept-checkpoint-change NAME
                        let a stream go on from a checkpoint that was refused
  --keep-output NAME    let a stream that starts from scratch write on after the files
                        that its folder has
  --max-restarts N      how often a stream starts again after transient failures
                        (default 5)

parameters:
  day: STRING, required
  rate: DECIMAL(12,2), default 0.01
      Rate, 100% of %(prog)s
  dry: BOOLEAN, default false
  key: BINARY, default 1f, check length < 3
  shops: ARRAY<STRING>, default ["EU"], check size between 1 and 2
  limits: MAP<STRING, BIGINT>, default {"EU": 10}
"""
    )


def test_lists_and_maps_from_everywhere(parse: Parse, tmp_path: Path) -> None:
    """Each of them gives the same values."""
    shops, limits = '["EU", "US"]', '{"US": 20, "AS": 3}'
    expected = {"shops": ("EU", "US"), "limits": {"US": 20, "AS": 3}}
    json_file, property_file = tmp_path / "a.json", tmp_path / "a.properties"
    json_file.write_text(f'{{"params": {{"shops": {shops}, "limits": {limits}}}}}')
    property_file.write_text(f"params.shops = {shops}\nparams.limits = {limits}\n")
    result = [
        parse("--set", f"shops={shops}", "--set", f"limits={limits}").set,
        parse("--conf-file", str(json_file)).conf_file,
        parse("--conf-file", str(property_file)).conf_file,
        read_environment(PARAMETERS, {"SSBT_PARAM_SHOPS": shops, "SSBT_PARAM_LIMITS": limits}),
    ]
    for entries in result:
        values, _, problems = resolve_values(PARAMETERS, [*entries, ("", "params.day", "")])
        assert (values, problems) == ({**expected, "day": ""}, [])


def test_set(parse: Parse) -> None:
    assert parse("--set", "day=a=b", "--set=rate=", "--verbose").set == [
        ("--set", "params.day", "a=b"),
        ("--set", "params.rate", ""),
    ]


def test_json_file(parse: Parse, tmp_path: Path) -> None:
    (tmp_path / "conf").mkdir()
    path = tmp_path / "conf" / "prod.json"
    path.write_text(
        '\ufeff{"params": {"rate": 0.10, "tags": ["a"]}, "spark": {"spark.x": true}}',
        encoding="utf-8",
    )
    entries = parse("--env", "prod").env
    assert entries == [
        (str(path), "params.rate", Decimal("0.10")),
        (str(path), "params.tags", ["a"]),
        (str(path), "spark.x", True),
    ]
    assert parse("--conf-file", str(path)).conf_file == entries


PROPERTIES = r"""
# params.day = comment
  ! and another \
params.day=2026-01-01
params.rate : 0.5
spark.app.comment   two \
    words\tand caf\u00e9
params.with\ space\==C:\\data
params.empty
"""


def test_properties_file(parse: Parse, tmp_path: Path) -> None:
    path = tmp_path / "prod.properties"
    path.write_bytes(PROPERTIES.replace("\n", "\r\n").encode())
    entries: list[Entry] = parse("--conf-file", str(path)).conf_file
    assert {key: value for _, key, value in entries} == {
        "params.day": "2026-01-01",
        "params.rate": "0.5",
        "spark.app.comment": "two words\tand café",
        "params.with space=": "C:\\data",
        "params.empty": "",
    }


WRONG_FILES = [
    ('{"params": {"a": 1, "a": 2}}', "a stands there twice"),
    ('{"params": 1}', 'it must look like {"params": {...}, "spark": {...}}'),
    ("[]", "it must look like"),
    ('{"params": {', "Expecting property name enclosed in double quotes: line 1 column 13"),
    ("[" * 100_000, "recursion"),
]


@pytest.mark.parametrize(("text", "message"), WRONG_FILES)
def test_wrong_file(parse: Parse, tmp_path: Path, capsys: Capture, text: str, message: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SystemExit) as stop:
        parse("--conf-file", str(path))
    assert stop.value.code == 2
    assert f"error: argument --conf-file: cannot read {path}: " in (
        output := capsys.readouterr().err
    )
    assert message in output


def test_a_file_without_an_end(parse: Parse, capsys: Capture) -> None:
    with pytest.raises(SystemExit):
        parse("--conf-file", "/dev/zero")
    assert (
        "cannot read /dev/zero: it has more than 64,000,000 characters" in capsys.readouterr().err
    )


def test_missing_file_names_the_others(parse: Parse, tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "conf").mkdir()
    for name in ("prod", "test"):
        (tmp_path / "conf" / f"{name}.json").write_text(json.dumps({}))
    with pytest.raises(SystemExit) as stop:
        parse("--env", "prd")
    assert stop.value.code == 2
    assert capsys.readouterr().err.endswith(
        f"error: argument --env: cannot read {tmp_path}/conf/prd.json: No such file or directory; "
        "there is prod.json, test.json\n"
    )


@pytest.mark.parametrize("argv", [["--set", "day"], ["--sett", "a=b"], ["x"], ["--log-format=xml"]])
def test_wrong_usage(parse: Parse, argv: list[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        parse(*argv)
    assert stop.value.code == 2


def test_environment(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.getLogger("ssbt"), "propagate", True)
    environment = {"SSBT_PARAM_RATE": "0.1", "SSBT_PARAM_DAYS": "1", "PATH": "x"}
    assert read_environment(PARAMETERS, environment) == [("SSBT_PARAM_RATE", "params.rate", "0.1")]
    assert caplog.messages == [
        "unknown parameter `SSBT_PARAM_DAYS` (environment); did you mean `SSBT_PARAM_DAY`?"
    ]

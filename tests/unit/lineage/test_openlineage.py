"""Events of OpenLineage: what they say, and that they are as its schema has them."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
import json
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from ssbt.compiler.driver import check_pipeline, emit_files
from ssbt.compiler.lineage.openlineage import build_event
from ssbt.runtime.lineage.events import RunEvents
from tests.openlineage_events import check

EXAMPLES = sorted((Path(__file__).parents[3] / "examples").glob("*/pipeline.ssbt"))
TIME = "2026-01-01T00:00:00.000+00:00"
PIPELINE = """
pipeline sums { description = "Sums", owner = "sales" }
param lake: string = "s3a://shop/data"
param class: string = "best"
schema Order { id: bigint, customer: bigint, amount: decimal(9,2), status: string }
source orders from json { path = "${lake}/orders", schema = Order }
let paid = from orders |> where status = 'paid' |> extend amount * 2 as twice
let sums = from paid |> aggregate sum(twice) as total group by customer
sink sums to parquet { path = "/data/${class}" }
"""


def openlineage_event(text: str) -> dict[str, Any]:
    pipeline = check_pipeline("a.ssbt", lambda _: text.encode()).pipeline
    assert pipeline is not None
    return build_event(pipeline, "shop", TIME, "1.0")


def test_what_is_told() -> None:
    result = openlineage_event(PIPELINE)
    check(result)
    assert result["job"]["name"] == "sums"
    (inputs,), (output,) = result["inputs"], result["outputs"]
    assert (inputs["namespace"], inputs["name"]) == ("s3://shop", "data/orders")
    assert (output["namespace"], output["name"]) == ("file", "/data/best")
    lineage = output["facets"]["columnLineage"]
    (amount,) = lineage["fields"]["total"]["inputFields"]
    assert (amount["namespace"], amount["name"]) == ("s3://shop", "data/orders")
    assert amount["field"] == "amount"
    assert amount["transformations"][0]["type"] == "DIRECT"
    assert [
        (each["field"], each["transformations"][0]["subtype"]) for each in lineage["dataset"]
    ] == [
        ("customer", "GROUP_BY"),
        ("status", "FILTER"),
    ]


def test_a_history_has_its_times_from_the_sequence() -> None:
    text = (
        PIPELINE.partition("sink sums")[0]
        + """sink sums to delta {
      path = "/data/sums", mode = history, keys = customer, sequence_by = total, valid_to = "until"
    }"""
    )
    (result,) = openlineage_event(text)["outputs"]
    fields = result["facets"]["columnLineage"]["fields"]
    assert [each["name"] for each in result["facets"]["schema"]["fields"]] == list(fields)
    assert list(fields) == ["customer", "valid_from", "until"]
    assert {each["field"] for each in fields["until"]["inputFields"]} == {"amount"}


def test_a_table_of_a_catalog_is_where_its_catalog_is() -> None:
    text = (
        PIPELINE.partition("sink sums")[0]
        + """connection lake: iceberg { catalog = rest, uri = "https://catalog.example.com" }
        sink sums to iceberg { connection = lake, table = "shop.sums", mode = append }"""
    )
    (result,) = openlineage_event(text)["outputs"]
    assert (result["namespace"], result["name"]) == ("https://catalog.example.com", "shop.sums")


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("sums", ("spark_catalog", "default.sums")),
        ("shop.sums", ("spark_catalog", "shop.sums")),
        ("spark_catalog.shop.`all sums`", ("spark_catalog", "shop.all sums")),
        ("lake.shop.sums", ("lake", "shop.sums")),
        ("lake.north.shop.sums", ("lake", "north.shop.sums")),
        ("${place}", ("spark_catalog", "sums")),
    ],
)
@pytest.mark.parametrize("connector", ["table", "delta"])
def test_a_table_has_one_name_whoever_writes_it(
    connector: str, table: str, expected: tuple[str, str]
) -> None:
    text = (
        PIPELINE.partition("sink sums")[0]
        + f"""param place: string = "sums"
        sink sums to {connector} {{ table = "{table}", mode = append }}"""
    )
    (result,) = openlineage_event(text)["outputs"]
    assert (result["namespace"], result["name"]) == expected


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_the_examples(path: Path) -> None:
    pipeline = check_pipeline(
        "pipeline.ssbt", lambda name: (path.parent / name).read_bytes()
    ).pipeline
    assert pipeline is not None
    result = build_event(pipeline, "default", TIME, "1.0")
    check(result)
    assert len(result["inputs"]) >= 1
    assert len(result["outputs"]) == len(pipeline.sinks)


@pytest.mark.parametrize(
    "wrong", [{"job": {"name": "a"}}, {"eventTime": "now"}, {"inputs": [{"name": "a"}]}, {"x": 1}]
)
def test_the_check_is_one(wrong: dict[str, Any]) -> None:
    with pytest.raises((AssertionError, ValueError)):
        check({**openlineage_event(PIPELINE), **wrong})


@pytest.fixture
def script(tmp_path: Path) -> str:
    """The path of a compiled script with its manifest beside it."""
    for file in emit_files(check_pipeline("a.ssbt", lambda _: PIPELINE.encode())):
        (tmp_path / file.path).parent.mkdir(exist_ok=True)
        (tmp_path / file.path).write_bytes(file.content)
    return str(tmp_path / "sums.py")


class Received:
    """What a server of HTTP got; it answers with `status`."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.keys: list[str | None] = []
        self.status = 201
        self.url = ""


@pytest.fixture
def server() -> Iterator[Received]:
    received = Received()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.events.append(json.loads(body))
            received.paths.append(self.path)
            received.keys.append(self.headers["Authorization"])
            self.send_response(received.status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        Thread(target=http.serve_forever, daemon=True).start()
        received.url = f"http://127.0.0.1:{http.server_port}"
        yield received
        http.shutdown()


VALUES = {"lake": "data", "class_": "worst"}


def run(script: str, failure: str | None = None) -> None:
    """The events of a run."""
    events = RunEvents("sums", script, VALUES)
    events.begin()
    events.running()
    if failure is not None:
        events.failed(failure)
    events.end()


def test_events_go_to_a_server(
    script: str, server: Received, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENLINEAGE_URL", server.url)
    monkeypatch.setenv("OPENLINEAGE_API_KEY", "k")
    monkeypatch.setenv("OPENLINEAGE_NAMESPACE", "shop")
    run(script)
    assert [each["eventType"] for each in server.events] == ["START", "RUNNING", "COMPLETE"]
    assert {*server.paths} == {"/api/v1/lineage"}
    assert {*server.keys} == {"Bearer k"}
    assert len({each["run"]["runId"] for each in server.events}) == 1
    for each in server.events:
        check(each)
        assert each["job"]["namespace"] == "shop"
        assert each["inputs"][0]["name"] == str(Path("data/orders").absolute())
        assert each["outputs"][0]["name"] == "/data/worst"


def test_events_go_to_a_file(script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "events.ndjson"
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__TYPE", "file")
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__LOG_FILE_PATH", str(path))
    run(script, "it broke")
    events = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert [each["eventType"] for each in events] == ["START", "RUNNING", "FAIL"]
    check(events[-1])
    assert events[-1]["run"]["facets"]["errorMessage"]["message"] == "it broke"


def test_a_failure_to_tell_is_none_of_the_job(
    script: str, server: Received, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    server.status = 500
    monkeypatch.setenv("OPENLINEAGE_URL", server.url)
    run(script)
    assert len(server.events) == 3
    assert "no lineage event `START`: HTTP Error 500" in caplog.text
    monkeypatch.setenv("OPENLINEAGE_URL", "http://127.0.0.1:1")
    run(script)
    assert "Connection refused" in caplog.text
    monkeypatch.setenv("OPENLINEAGE_URL", "ftp://127.0.0.1")
    run(script)
    assert "is not `http` with a URL" in caplog.text


def test_a_run_without_manifest_is_told_all_the_same(
    server: Received, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENLINEAGE_URL", server.url)
    run(str(tmp_path / "sums.py"))
    assert [each["eventType"] for each in server.events] == ["START", "RUNNING", "COMPLETE"]
    for each in server.events:
        check(each)
    assert "inputs" not in server.events[0]


def test_nothing_is_told_unasked(
    script: str, server: Received, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(script)
    monkeypatch.setenv("OPENLINEAGE_URL", server.url)
    monkeypatch.setenv("OPENLINEAGE_DISABLED", "true")
    run(script)
    assert server.events == []


def test_a_signal_is_an_abort(
    script: str, server: Received, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENLINEAGE_URL", server.url)
    events = RunEvents("sums", script, VALUES)

    def interrupted() -> None:
        try:
            raise KeyboardInterrupt
        finally:
            events.end()

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert server.events[-1]["eventType"] == "ABORT"


def test_a_merge_writes_the_columns_that_it_stores() -> None:
    columns = openlineage_event(
        'pipeline merges { time_zone = "UTC" }\n'
        "schema Event { id: bigint, op: string, at: timestamp }\n"
        'source events from parquet { path = "in", schema = Event }\n'
        'sink events to delta { path = "out", mode = merge, keys = [id], sequence_by = at,\n'
        "  delete_when = op = 'D', columns = * except (op) }\n"
    )
    facets = columns["outputs"][0]["facets"]
    assert [each["name"] for each in facets["schema"]["fields"]] == ["id", "at"]
    assert [*facets["columnLineage"]["fields"]] == ["id", "at"]

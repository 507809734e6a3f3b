"""What `diff` says where other things become of malformed records."""

from __future__ import annotations

from itertools import permutations

import pytest

from ssbt.compiler.compare.changes import Severity
from ssbt.compiler.compare.pipelines import PipelineVersion, compare_pipelines
from ssbt.compiler.compare.verdicts import stream_verdicts
from tests.unit.compare.versions import side

LETTERS = 'sink orders.dead_letter to parquet {{ path = "{path}" }}'
PIPELINE = """\
pipeline p {{ checkpoint = "checkpoints" }}
schema Order {{ id: bigint, name: string }}
stream source orders from kafka {{
  bootstrap_servers = "localhost:9092"
  subscribe         = "orders"
  value             = json
  schema            = Order
  {on_error}
}}
let named = from orders |> {steps}
sink named to {sink}
{letters}
"""
PLAIN = "where name is not null", 'parquet { path = "out" }'
STATE = "aggregate count(*) as n group by name", "console { mode = complete }"
# Each way, and what is said of it in a pipeline.
WAYS = {
    "default": ("", ""),
    "fail": ("on_error = fail", ""),
    "drop": ("on_error = drop", ""),
    "dead_letter": ("on_error = dead_letter", LETTERS.format(path="dead")),
}
SHAPES = {"plain": PLAIN, "state": STATE}


def version(way: str, shape: str, path: str = "dead") -> PipelineVersion:
    on_error, letters = WAYS[way]
    steps, sink = SHAPES[shape]
    text = PIPELINE.format(
        on_error=on_error, letters=letters.replace('"dead"', f'"{path}"'), steps=steps, sink=sink
    )

    def read(name: str) -> bytes:
        if name != "pipeline.ssbt":
            raise FileNotFoundError(name)
        return text.encode()

    return side(read)


def verdicts(old: PipelineVersion, new: PipelineVersion) -> dict[str, str]:
    result = stream_verdicts(old.pipeline, new.pipeline)
    return {each.sink: each.verdict.name for each in result}


def messages(old: PipelineVersion, new: PipelineVersion) -> dict[str, Severity]:
    return {each.message: each.severity for each in compare_pipelines(old, new).changes}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("before", "after"), [*permutations(WAYS, 2)])
def test_every_change_of_what_becomes_of_records(before: str, after: str, shape: str) -> None:
    old, new = version(before, shape), version(after, shape)
    message, result = messages(old, new), verdicts(old, new)
    names = [WAYS[way][0].removeprefix("on_error = ") or "fail" for way in (before, after)]
    if names[0] == names[1]:
        assert (message, set(result.values())) == ({}, {"SAFE"})
        return
    text = f'the source `orders`: `on_error` was "{names[0]}" and is "{names[1]}"'
    assert message[text] is Severity.BEHAVIOUR
    if "dead_letter" not in names:
        # The same query reads on; where state is kept, what it was made of differs.
        assert result == {"named": "SAFE" if shape == "plain" else "NEW_CHECKPOINT"}
        return
    # One query for rows and dead letters has a checkpoint of its own: neither goes on from the
    # other's, and nothing may be called safe that reads the topic from elsewhere.
    gone, begun = ("named", "orders.records")[:: 1 if after == "dead_letter" else -1]
    assert result == {begun: "SAFE", gone: "NEW_CHECKPOINT"}
    assert message[f"the stream `{gone}` is gone"] is Severity.CHECKPOINT
    if shape == "plain":
        where = "where the sink `named` of pipeline `p` has written"
        begins = f"the stream `{begun}` starts from scratch {where}"
        assert message[begins] is Severity.CHECKPOINT
    sink_text = "the sink `orders.dead_letter` is " + ("new" if after == "dead_letter" else "gone")
    assert message[sink_text] is (
        Severity.BEHAVIOUR if after == "dead_letter" else Severity.BREAKING
    )


@pytest.mark.parametrize("shape", SHAPES)
def test_dead_letters_that_stay(shape: str) -> None:
    old = version("dead_letter", shape)
    assert messages(old, version("dead_letter", shape)) == {}
    assert set(verdicts(old, version("dead_letter", shape)).values()) == {"SAFE"}


@pytest.mark.parametrize("shape", SHAPES)
def test_dead_letters_that_go_elsewhere(shape: str) -> None:
    """Readers of the old place find no more of them, and the stream goes on."""
    old, new = version("dead_letter", shape), version("dead_letter", shape, "elsewhere")
    expected = messages(old, new)
    assert any("`orders.dead_letter`" in message for message in expected)
    assert max(expected.values()) is Severity.BREAKING

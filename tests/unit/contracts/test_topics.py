"""Streams that read what they write, however the topic, the brokers and the circle are written."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace
import pytest

from ssbt.compiler.contracts.endpoints import Endpoint
from ssbt.compiler.contracts.findings import check_contracts
from ssbt.compiler.contracts.pairs import find_pairs
from ssbt.compiler.contracts.pipeline_endpoints import list_endpoints
from ssbt.compiler.driver import check_pipeline
from ssbt.compiler.ir.pipeline import Pipeline
from tests.unit.timing import is_linear

# What a source reads, what its rows become, where a sink writes them, and whether it is one topic.
PLACES = [
    ('subscribe = "x"', "", 'topic = "x"', True),
    ('subscribe = "x"', "", 'topic = "y"', False),
    ('subscribe = ["w", "x"]', "", 'topic = "x"', True),
    ('subscribe = "${name}"', "", 'topic = "x"', True),
    ('subscribe = "${unknown}"', "", 'topic = "x"', False),
    ('subscribe = "${unknown}"', "", 'topic = "${unknown}"', True),
    ("assign { x = [0] }", "", 'topic = "x"', True),
    ("assign { w = [0] }", "", 'topic = "x"', False),
    ('subscribe_pattern = "x|w"', "", 'topic = "x"', True),
    ('subscribe_pattern = "x.+"', "", 'topic = "x"', False),
    ('subscribe_pattern = "[^b].*"', "", 'topic = "${unknown}"', True),
    ('subscribe_pattern = "${name}|w"', "", 'topic = "x"', True),
    ('subscribe = "x"', "|> extend 'x' as goal", "topic_column = goal", True),
    ('subscribe = "x"', "|> extend 'y' as goal", "topic_column = goal", False),
    ('subscribe = "x"', "|> extend ${name} as goal", "topic_column = goal", True),
    ('subscribe = "x"', "|> extend concat('', ${name}) as goal", "topic_column = goal", True),
    (
        'subscribe = "x"',
        "|> extend case when length(value) > 1 then 'y' else 'x' end as goal",
        "topic_column = goal",
        True,
    ),
    (
        'subscribe = "x"',
        "|> extend if(length(value) > 1, 'y', 'z') as goal",
        "topic_column = goal",
        False,
    ),
    (
        'subscribe = "x"',
        "|> extend 'x' as g |> rename g as h |> select value, h as goal |> where goal is not null",
        "topic_column = goal",
        True,
    ),
]
# Brokers of the two ends, and whether they are of one cluster.
BROKERS = [
    ("b1:9092", "b1:9092", True),
    ("b1:9092,b2:9092", "b2:9092", True),
    ("b1:9092,b2:9092", "B2:9092,b3:9092", True),
    ("b1:9092", "b2:9092", False),
    ("b1:9092", "b1:9093", False),
]


def source(name: str, reads: str, brokers: str = "b1:9092") -> str:
    return (
        f"stream source {name} from kafka {{\n"
        f'  bootstrap_servers = "{brokers}"\n  {reads}\n  value = string\n}}\n'
    )


def stream(name: str, reads: str, steps: str, writes: str, brokers: str = "b1:9092") -> str:
    """A source and a sink to which its rows go."""
    return (
        source(name, reads, brokers)
        + f"let {name}_rows = from {name} {steps}\n"
        + f"sink {name}_rows to kafka as {name}_out {{\n"
        f'  bootstrap_servers = "b1:9092"\n  {writes}\n  value = string\n'
        "  value_columns = value\n}\n"
    )


def checked(text: str, name: str = "p") -> tuple[Pipeline, list[str]]:
    """A pipeline of these declarations, with the findings about topics."""
    head = f'pipeline {name} {{ checkpoint = "checkpoints" }}\n'
    declared = 'param name: string = "x"\nparam unknown: string\n'
    parameters = "".join(
        line + "\n" for line in declared.splitlines() if f"${{{line.split()[1][:-1]}}}" in text
    )
    result = check_pipeline(f"{name}.ssbt", lambda _: (head + parameters + text).encode())
    assert result.pipeline is not None, result.findings
    messages = [each.message for each in result.findings if each.code.number == "SSBT0561"]
    return result.pipeline, messages


def endpoints(pipelines: Iterable[Pipeline]) -> list[Endpoint]:
    return [endpoint for pipeline in pipelines for endpoint in list_endpoints(pipeline)]


@pytest.mark.parametrize(("reads", "steps", "writes", "meet"), PLACES)
def test_into_its_own_topic(reads: str, steps: str, writes: str, meet: bool):
    _, messages = checked(stream("s", reads, steps, writes))
    assert messages == ["`s_out` writes into the topic that `s` reads"] * meet


@pytest.mark.parametrize(("reads", "steps", "writes", "meet"), PLACES)
def test_round_by_another_stream(reads: str, steps: str, writes: str, meet: bool):
    back = stream("t", reads, "", 'topic = "back"')
    _, messages = checked(stream("s", 'subscribe = "back"', steps, writes) + back)
    assert len(messages) == meet
    for message in messages:
        assert message.startswith("streams go round: `s_out` to ")
        assert message.endswith("then `t_out` to `back`")


@pytest.mark.parametrize(("reads", "steps", "writes", "meet"), PLACES)
def test_round_by_another_pipeline(reads: str, steps: str, writes: str, meet: bool):
    there, own = checked(stream("s", 'subscribe = "back"', steps, writes), "there")
    back, other = checked(stream("t", reads, "", 'topic = "back"'), "back")
    assert own == other == []
    for ends in (endpoints([there, back]), endpoints([back, there])):
        findings = [each.diagnostic for each in check_contracts(ends)]
        circles = [each for each in findings if each.code.number == "SSBT0561"]
        assert len(circles) == meet
        assert all(each.primary.span.path == "back.ssbt" for each in circles)


@pytest.mark.parametrize(("reads", "steps", "writes", "meet"), PLACES)
def test_contracts_of_a_topic(reads: str, steps: str, writes: str, meet: bool):
    """What a pipeline writes is compared with what another reads of the same topics alone."""
    writer, _ = checked(stream("s", 'subscribe = "elsewhere"', steps, writes), "writer")
    reader, _ = checked(source("t", reads) + "sink t to noop {}\n", "reader")
    pairs = [*find_pairs(endpoints([writer, reader]))]
    assert [(each.writer.name, each.reader.name) for each in pairs] == [("s_out", "t")] * meet


@pytest.mark.parametrize(("read", "written", "meet"), BROKERS)
def test_brokers(read: str, written: str, meet: bool):
    text = stream("s", 'subscribe = "x"', "", 'topic = "x"', read)
    text = text.replace('"b1:9092"\n  topic', f'"{written}"\n  topic')
    pipeline, messages = checked(text)
    assert len(messages) == meet
    assert len([*find_pairs(endpoints([pipeline]))]) == meet


def test_rows_that_go_back_into_their_own_topics():
    rows = stream(
        "s", 'subscribe_pattern = "x-.*"\n  metadata = [topic]', "", "topic_column = _topic"
    )
    assert checked(rows)[1] == ["`s_out` writes into the topic that `s` reads"]
    elsewhere = rows.replace('"b1:9092"\n  topic', '"mirror:9092"\n  topic')
    assert checked(elsewhere)[1] == []
    letters = (
        source("s", 'subscribe = "x"\n  on_error = dead_letter').replace("string", "json")
        + "schema S { id: bigint }\nsink s to noop {}\n"
        + 'sink s.dead_letter to kafka {\n  bootstrap_servers = "b1:9092"\n'
        "  topic_column = topic\n  value = bytes\n  value_columns = value\n}\n"
    ).replace("value = json\n", "value = json\n  schema = S\n")
    assert checked(letters)[1] == ["`s.dead_letter` writes into the topic that `s` reads"]


def test_longer_circles_are_one_finding():
    names = "abcde"
    following = dict(zip(names, names[1:] + names[:1], strict=True))
    texts = {
        name: stream(name, f'subscribe = "{name}"', "", f'topic = "{following[name]}"')
        for name in names
    }
    assert len(checked("".join(texts.values()))[1]) == 1
    assert checked("".join(texts[name] for name in names[1:]))[1] == []
    pipelines = [checked(text, f"p{name}")[0] for name, text in texts.items()]
    (circle,) = check_contracts(endpoints(pipelines))
    assert {each.pipeline for each in circle.parties} == {f"p{name}" for name in names}
    assert [*check_contracts(endpoints(pipelines[1:]))] == []


def test_what_a_batch_reads_goes_round_no_further():
    text = stream("s", 'subscribe = "x"', "", 'topic = "x"').replace("stream source", "source")
    assert checked(text)[1] == []


def test_long_chains_are_compared_in_linear_time():
    """A thousand streams that follow each other, and none that goes round."""

    def chain(count: int) -> list[Endpoint]:
        ends = endpoints([checked(stream("s", 'subscribe = "a"', "", 'topic = "b"'))[0]])
        return [
            replace(end, pipeline=f"p{n}", locations=(("", (f"b/t{n + end.is_sink}",)),))
            for n in range(count)
            for end in ends
        ]

    assert is_linear(lambda count: [*check_contracts(chain(count))], 1000)

"""What is said of a stream after a change, before Spark is asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cache

import pytest

from ssbt.compiler.compare.pipelines import PipelineVersion, compare_pipelines
from ssbt.compiler.compare.verdicts import stream_verdicts
from ssbt.compiler.connectors.values import Text
from ssbt.compiler.driver import check_pipeline
from ssbt.compiler.emit.checkpoints import sink_dependencies
from ssbt.compiler.ir.fingerprints.streams import compute_fingerprint
from ssbt.compiler.ir.plans import stream_plans
from ssbt.runtime.dependences.changes import changes, with_values
from ssbt.runtime.dependences.meanings import as_before
from tests.samples import FULL, sample
from tests.spark.restarts.matrix import OPERATORS, Pair, pairs, pipeline_text, recorded
from tests.spark.restarts.plain import compiled as compiled_version
from tests.spark.restarts.rewritings import OTHERS
from tests.spark.restarts.single import RESTARTS, Outcome, Restart, compiled


@pytest.mark.parametrize("restart", RESTARTS, ids=lambda each: each.name)
def test_verdicts(restart: Restart) -> None:
    old, new = (compiled(restart, old=each).pipeline for each in (True, False))
    (result,) = stream_verdicts(old, new)
    assert result.verdict.name == restart.expected[1]


def test_the_compiler_is_never_wrong_in_silence() -> None:
    """Safe is said only where Spark is right, and at least 50 kinds of changes were tried."""
    verdicts = [restart.expected for restart in RESTARTS]
    assert len(verdicts) >= 50
    assert all(outcome is Outcome.RIGHT for outcome, message in verdicts if message == "SAFE")


PAIRS = sample(pairs(), 3)


@cache
def version(text: str, python: tuple[tuple[str, str], ...]) -> PipelineVersion:
    """A version of a pair: many pairs share one."""
    result = compiled_version(text, dict(python))
    assert result.pipeline is not None
    return PipelineVersion(result.pipeline)


def versions(pair: Pair) -> tuple[PipelineVersion, PipelineVersion]:
    def frozen(python: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        return tuple(sorted(python.items()))

    old, new = map(frozen, pair.python)
    return version(pair.old, old), version(pair.new, new)


def test_the_matrix() -> None:
    """Kind of change x operator: never safe where plain Spark was wrong or stopped.

    And safe where nothing differs that the state is made of, or it would be a false alarm.
    """
    existing, reported = recorded(), Counter[tuple[str, str]]()
    for pair in PAIRS:
        old, new = versions(pair)
        (stream,) = compare_pipelines(old, new).streams
        message, outcome = stream.verdict.name, existing.get(pair.name)
        if outcome is not None:
            reported[message, outcome] += 1
            assert message != "SAFE" or outcome == "right", pair.name
        assert message == "SAFE" or not pair.harmless, (pair.name, stream.reasons)
    assert reported.total() >= (470 if FULL else 150)


def test_the_runtime_says_what_diff_says() -> None:
    """What a script lists differs where the verdict is not safe, and nowhere else."""
    for pair in PAIRS:
        old, new = versions(pair)
        (stream,) = compare_pipelines(old, new).streams
        (was, expected), (now, means) = (run_parts(side) for side in (old, new))
        differs = any(changes(was, as_before(was, now, expected, means)))
        assert differs == (stream.verdict.name != "SAFE"), pair.name


@pytest.mark.parametrize(("one", "other"), OTHERS)
@pytest.mark.parametrize("operator", OPERATORS)
def test_what_is_near_the_same_is_not_the_same(one: str, other: str, operator: str) -> None:
    steps, mode = OPERATORS[operator]
    sides = [version(pipeline_text(f"{each} {steps}", mode), ()) for each in (one, other)]
    if "limit" in operator or ("set v" in one and operator == "count"):
        # They read and keep other columns.
        return
    (stream,) = compare_pipelines(sides[0], sides[1]).streams
    assert stream.verdict.name != "SAFE"
    (was, expected), (now, means) = map(run_parts, sides)
    assert any(changes(was, as_before(was, now, expected, means)))


LONG = (
    "|> where concat_ws('-', k, j, 'a long text', 'and a second one that is long') != 'x'"
    " and v + w * 3 - (v + 17) * 2 > 100 and coalesce(v, w, 0) between 1 and 100 |> set v = v * 2"
    " |> extend case when v > 1 then 'one' when v + w > 7 then 'another text' else j end as c"
    " |> where c != 'a text that makes it longer still' and k is not null"
)


@pytest.mark.parametrize("part", ["'x'", "* 3", "100 and coalesce", "v * 2", "+ w >", "longer"])
@pytest.mark.parametrize("operator", ["count", "window", "deduplicate"])
def test_long_expressions_are_shown_whole(part: str, operator: str) -> None:
    """Nothing is cut, and what differs is marked."""
    steps, mode = OPERATORS[operator]
    changed = LONG.replace(part, part.replace("'x'", "'y'").replace("3", "4").replace("100", "101"))
    changed = changed if changed != LONG else LONG.replace(part, f"{part[:-1]}9{part[-1]}")
    if part == "v * 2":
        changed = LONG.replace(part, "v * 3")
    elif part == "+ w >":
        changed = LONG.replace(part, "- w >")
    old, new = (version(pipeline_text(f"{each} {steps}", mode), ()) for each in (LONG, changed))
    (stream,) = compare_pipelines(old, new).streams
    messages = [each.message for each in stream.reasons]
    assert messages
    assert not any("…" in each for each in messages)
    assert any("[-" in each or "{+" in each for each in messages), messages


def test_what_an_older_compiler_recorded_is_compared_by_its_text() -> None:
    was, now = ["where: 2 < v"], ["where: v > 2"]
    assert as_before(was, now, "a", "a") == was
    assert as_before(was, now, "-", "-") == now
    assert as_before(was, now, "", "a") == now
    assert as_before(was, now, "a", "") == now
    assert as_before(was, now, "a|1 2", "a|1 2") == now


def run_parts(side: PipelineVersion) -> tuple[list[str], str]:
    """What the runtime compares of the only stream, with the values of a run, and its meanings."""
    pipeline = side.pipeline
    ((sink, root),) = stream_plans(pipeline)
    defaults = {each.name: str(each.default) for each in pipeline.parameters}
    settings = {name.lower(): value for name, value in pipeline.spark}
    depends = sink_dependencies(pipeline, sink, root)

    def filled(text: Text) -> str:
        parts = (part if isinstance(part, str) else defaults[part.name] for part in text.parts)
        return "".join(parts)

    texts = with_values(
        [filled(each) for each in depends.texts], lambda name: settings.get(name.lower())
    )
    return list(texts), filled(depends.meanings) if depends.meanings is not None else ""


KAFKA = """pipeline p { checkpoint = "checkpoints" }
stream source events from kafka {
  bootstrap_servers = "broker:9092"
  subscribe         = "events"
  value             = string
}
sink events to parquet { path = "out" }
"""


def test_each_part_points_at_what_it_says() -> None:
    """A reason shows the part's place: without one, an editor would have nothing to underline."""
    kinds: Counter[str] = Counter()
    pipelines = [compiled(restart, old=True).pipeline for restart in RESTARTS]
    kafka = check_pipeline("p.ssbt", lambda _: KAFKA.encode()).pipeline
    assert kafka is not None
    for pipeline in (*pipelines, kafka):
        assert pipeline is not None
        for sink, flow in stream_plans(pipeline):
            for part in compute_fingerprint(pipeline, sink, flow):
                assert part.span.start < part.span.end, part
                kinds[part.kind.name] += 1
    assert {"MODE", "AGGREGATE", "SERVERS", "STATE"} <= kinds.keys(), kinds


@pytest.mark.parametrize("argument", ["v", "abs(v)", "cast(abs(v) as bigint)"])
def test_an_average_keeps_a_sum_and_a_count(argument: str) -> None:
    text = pipeline_text(f"|> aggregate avg({argument}) as a group by k", "update")
    pipeline = compiled_version(text, {}).pipeline
    assert pipeline is not None
    ((sink, flow),) = stream_plans(pipeline)
    (part,) = (p for p in compute_fingerprint(pipeline, sink, flow) if p.kind.name == "AGGREGATE")
    assert part.shape[-1] == "sum of DOUBLE, count"

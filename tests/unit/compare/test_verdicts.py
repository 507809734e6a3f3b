"""What is said of a stream after a change, before Spark is asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cache

import pytest

from ssbt.compiler.compare.pipelines import PipelineVersion, compare_pipelines
from ssbt.compiler.compare.verdicts import stream_verdicts
from ssbt.compiler.emit.checkpoints import sink_dependencies
from ssbt.compiler.ir.plans import stream_plans
from ssbt.runtime.checkpoints.comparing import describe_changes, with_values
from tests.spark.restarts.matrix import Pair, pairs, recorded
from tests.spark.restarts.plain import compiled as compiled_version
from tests.spark.restarts.single import RESTARTS, Outcome, Restart, compiled


@pytest.mark.parametrize("restart", RESTARTS, ids=lambda each: each.name)
def test_verdicts(restart: Restart) -> None:
    old, new = (compiled(restart, old=each).pipeline for each in (True, False))
    (found,) = stream_verdicts(old, new)
    assert found.verdict.name == restart.expected[1]


def test_the_compiler_is_never_wrong_in_silence() -> None:
    """Safe is said only where Spark is right, and at least 50 kinds of changes were tried."""
    answers = [restart.expected for restart in RESTARTS]
    assert len(answers) >= 50
    assert all(outcome is Outcome.RIGHT for outcome, said in answers if said == "SAFE")


@cache
def version(text: str, python: tuple[tuple[str, str], ...]) -> PipelineVersion:
    """A version of a pair: many pairs share one."""
    found = compiled_version(text, dict(python))
    assert found.pipeline is not None
    return PipelineVersion(found.pipeline)


def versions(pair: Pair) -> tuple[PipelineVersion, PipelineVersion]:
    def frozen(python: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        return tuple(sorted(python.items()))

    old, new = map(frozen, pair.python)
    return version(pair.old, old), version(pair.new, new)


def test_the_matrix() -> None:
    """Kind of change x operator: never safe where plain Spark was wrong or stopped.

    And safe where nothing differs that the state is made of, or it would be a false alarm.
    """
    known, told = recorded(), Counter[tuple[str, str]]()
    for pair in pairs():
        old, new = versions(pair)
        (stream,) = compare_pipelines(old, new).streams
        said, outcome = stream.verdict.name, known.get(pair.name)
        if outcome is not None:
            told[said, outcome] += 1
            assert said != "SAFE" or outcome == "right", pair.name
        assert said == "SAFE" or not pair.harmless, (pair.name, stream.reasons)
    assert told.total() >= 470


def test_the_runtime_says_what_diff_says() -> None:
    """What a script lists differs where the verdict is not safe, and nowhere else."""
    for pair in pairs():
        old, new = versions(pair)
        (stream,) = compare_pipelines(old, new).streams
        was, now = (run_parts(side) for side in (old, new))
        differs = any(describe_changes(was, now))
        assert differs == (stream.verdict.name != "SAFE"), pair.name


def run_parts(side: PipelineVersion) -> list[str]:
    """What the runtime compares of the only stream, with the values of a run."""
    pipeline = side.pipeline
    ((sink, root),) = stream_plans(pipeline)
    defaults = {each.name: str(each.default) for each in pipeline.parameters}
    settings = {name.lower(): value for name, value in pipeline.spark}
    texts = (
        "".join(part if isinstance(part, str) else defaults[part.name] for part in text.parts)
        for text in sink_dependencies(pipeline, sink, root)
    )
    return list(with_values(list(texts), lambda name: settings.get(name.lower())))

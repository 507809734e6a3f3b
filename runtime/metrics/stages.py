"""The stage in which a run has spent most time, and the line of the pipeline that asked for it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
import logging
import re
from typing import Any

from pyspark.sql import SparkSession

from ssbt.runtime.failures.scripts import Script
from ssbt.runtime.metrics.writes import Write

_LOG = logging.getLogger("ssbt.runtime")
# In a run that is shorter nobody asks.
_LONG_SECONDS = 10.0
# What operators of Spark become of which steps, those first that say most about a stage.
_STEPS = {
    r"Join|CartesianProduct": r"\bjoin\b",
    r"Window": r"\bover\b|\bdeduplicate\b",
    r"Python|Arrow|Pandas": r"\bapply\b",
    r"Generate": r"explode|unnest|unpivot|inline|stack",
    r"Aggregate": r"\b(aggregate|distinct|deduplicate|pivot|group by|intersect|except)\b",
    r"Sort|TakeOrdered": r"\border by\b|\bsort\b",
    r"Scan": r"",
}
# Parts of nearly every stage.
_COMMON = re.compile(
    r"WholeStageCodegen.*|AQEShuffleRead|InputAdapter|ColumnarToRow|RowToColumnar|Project|Filter"
    r"|(Broadcast)?Exchange|AdaptiveSparkPlan|CollectMetrics"
)


@dataclass(frozen=True)
class Stage:
    """A stage of the query that wrote `sink`.

    `operators` are names of Spark's with what Spark says of each, the one that says most first.
    """

    number: int
    sink: str
    seconds: float
    operators: tuple[tuple[str, str], ...]


def log_slowest_stage(spark: SparkSession, writes: Sequence[Write], script: str) -> None:
    """Log the slowest stage of the writes with its line, after a long run of a classic session."""
    total = sum(each.ended - each.began for each in writes)
    if total < _LONG_SECONDS or not hasattr(spark, "_jsparkSession"):
        return
    # What Spark keeps of its stages is nothing that a run may fail of.
    try:
        stage = _find_slowest(spark, writes)
        if stage is None:
            return
        names = ", ".join(dict.fromkeys(name for name, _ in stage.operators))
        place = find_line(Script(script), stage)
        _LOG.info(
            "slowest stage: %s%s, %s s of %s s, at %s%s",
            *(stage.number, f" ({names})" if names else "", stage.seconds, round(total, 1), place),
            "" if f"sink {stage.sink}" in place else f", for sink {stage.sink}",
            extra={"stage": stage.number, "seconds": stage.seconds, "place": place},
        )
    except Exception:
        _LOG.debug("no slowest stage", exc_info=True)


def find_line(script: Script, stage: Stage) -> str:
    """The step whose words fit the stage's operators best; the sink, if none does."""
    functions = script.functions
    titles = {f.origin(f.entry).title: name for name, f in functions.items()}
    sink = titles.get(f"sink {stage.sink}")
    if sink is None:
        return f"sink {stage.sink}"
    names = script.upstream_functions(sink)
    # The last line of those that fit equally well: it is nearest to the sink.
    for operator, words in _STEPS.items():
        telling = [text for name, text in stage.operators if re.search(operator, name)]
        columns = set(re.findall(r"(\w+)#\d+", " ".join(telling)))
        fitting = [
            (len(columns & set(re.findall(r"\w+", entry["text"]))), functions[name].origin(entry))
            for name in functions
            if name in names
            for entry in functions[name].entry.get("steps", ())
            if telling and _fits(entry["text"], words, is_source=not script.is_query(name))
        ]
        if fitting:
            return max(reversed(fitting), key=lambda each: each[0])[1].label
    return functions[sink].origin(functions[sink].entry).label


def _fits(text: str, words: str, *, is_source: bool) -> bool:
    """Whether a step may have become an operator of these words; without words, a source has."""
    return bool(re.search(words, text, re.IGNORECASE)) if words else is_source


def _find_slowest(spark: Any, writes: Sequence[Write]) -> Stage | None:
    queries, stages = spark._jsparkSession.sharedState().statusStore(), _stage_store(spark)
    slowest, query_id = None, 0
    for query in _iterate(queries.executionsList()):
        began = query.submissionTime() / 1000
        sink = next((each.sink for each in writes if each.began <= began <= each.ended), None)
        numbers = query.stages().mkString(",").split(",") if sink is not None else []
        for number in map(int, filter(None, numbers)):
            seconds = _stage_seconds(stages.lastStageAttempt(number))
            if sink is not None and (slowest is None or seconds > slowest.seconds):
                slowest, query_id = Stage(number, sink, seconds, ()), query.executionId()
    if slowest is None:
        return None
    groups = set(_group_names(stages.operationGraphForStage(slowest.number).rootCluster()))
    operators = tuple(_find_operators(queries.planGraph(query_id), groups))
    return replace(slowest, operators=operators)


def _stage_store(spark: Any) -> Any:
    return spark.sparkContext._jsc.sc().statusStore()


def _stage_seconds(stage: Any) -> float:
    """How long a stage ran; 0 for one that was skipped."""
    begin, end = stage.submissionTime(), stage.completionTime()
    if not (begin.isDefined() and end.isDefined()):
        return 0.0
    milliseconds = int(end.get().getTime()) - int(begin.get().getTime())
    return round(milliseconds / 1000, 1)


def _group_names(group: Any) -> Iterator[str]:
    """The names of a stage's groups of operators, such as `WholeStageCodegen (4)` and `Window`."""
    for each in _iterate(group.childClusters()):
        yield str(each.name()).strip()
        yield from _group_names(each)


def _find_operators(plan: Any, groups: Collection[str]) -> Iterator[tuple[str, str]]:
    """Name and text of the operators in these groups of a plan, those that say most first."""
    operators = []
    for node in _iterate(plan.allNodes()):
        name = str(node.name()).strip()
        if name in groups:
            is_group = node.getClass().getSimpleName() == "SparkPlanGraphCluster"
            parts = _iterate(node.nodes()) if is_group else [node]
            operators += [(str(each.name()).strip(), str(each.desc())) for each in parts]
    kinds = list(_STEPS)

    def rank(operator: tuple[str, str]) -> int:
        fitting = (at for at, kind in enumerate(kinds) if re.search(kind, operator[0]))
        return next(fitting, len(kinds))

    yield from (each for each in sorted(operators, key=rank) if not _COMMON.fullmatch(each[0]))


def _iterate(sequence: Any) -> Iterator[Any]:
    """The items of a sequence of Scala's."""
    iterator = sequence.iterator()
    while iterator.hasNext():
        yield iterator.next()

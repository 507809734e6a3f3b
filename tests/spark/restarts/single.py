"""Pairs of versions of a stream on one checkpoint, and what Spark makes of the second.

Each is tried for real: the old version reads a first file, the new one goes on from its checkpoint
with a second. What it then writes is compared with what the new version writes that read both.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from itertools import permutations

from ssbt.compiler.driver import CheckResult, check_pipeline
from tests.memory_files import read_files


class Outcome(Enum):
    """What happened: it stopped, or wrote what a fresh start would have written, or did not."""

    STOPS = "stops"
    RIGHT = "right"
    WRONG = "wrong"


# What Spark makes of it, and what the compiler says.
SAFE = (Outcome.RIGHT, "SAFE")
STOPS = (Outcome.STOPS, "NEW_CHECKPOINT")
SILENT = (Outcome.WRONG, "SILENTLY_WRONG")
# Spark does not say what happens; with these rows the results are right or wrong.
MIXED = (Outcome.WRONG, "NEW_CHECKPOINT")
LUCKY = (Outcome.RIGHT, "NEW_CHECKPOINT")
# Spark goes by the places of the fields; what another name means it cannot know.
RENAMED = (Outcome.RIGHT, "SILENTLY_WRONG")
# Spark notices only because columns that may be null are kept otherwise by the two kinds of join.
NOTICED = (Outcome.STOPS, "SILENTLY_WRONG")


@dataclass(frozen=True)
class Restart:
    """Two versions: steps and what they read and write; `mode` is the sink's output mode."""

    name: str
    expected: tuple[Outcome, str]
    old: str
    new: str
    mode: str = "update"
    old_mode: str = ""
    old_sink: str = "function"
    new_sink: str = "function"
    old_source: str = "events"
    new_source: str = "events"
    new_options: str = ""
    trigger: str = "available now"


HEAD = """
pipeline restarts { checkpoint = "checkpoints" }
param lake: string = ""
schema Event { k: string, j: string, v: int, w: int, l: bigint, at: timestamp }
schema Other { name: string, n: int, since: timestamp }
schema Place { name: string, room: string }
stream source events from json { path = "${lake}/events", schema = Event }
stream source moved from json { path = "${lake}/moved", schema = Event }
stream source all_others from json { path = "${lake}/others", schema = Other }
let others = from all_others |> watermark since delay 1 day
source places from json { path = "${lake}/places", schema = Place }
"""
PROCESSORS = """
schema Count { k: string, n: bigint }
schema Total { n: bigint }
schema Renamed { m: bigint }
schema Small { n: int }
schema Pair { n: bigint, m: bigint }
let swapped = from moved |> rename k as j, j as k
"""
# Formats of the files in one folder.
FORMS = ("json", "text", "csv", "parquet")
SINKS = {
    "function": 'sink result to foreach_batch { function = "kept.py:keep" %s }',
    "files": 'sink result to parquet { path = "${lake}/files" %s }',
    "files by k": 'sink result to parquet { path = "${lake}/files", partition_by = k %s }',
    "files by j": 'sink result to parquet { path = "${lake}/files", partition_by = j %s }',
    "more files": 'sink result to parquet { path = "${lake}/more files" %s }',
    **{
        form: f'sink result to {form} {{{{ path = "${{{{lake}}}}/forms" %s }}}}'.format()
        for form in FORMS
    },
}
KEPT = "def keep(rows, batch):\n    pass\n"
COUNTING = """
from pyspark.sql import Row
from pyspark.sql.streaming.stateful_processor import StatefulProcessor

class Counts(StatefulProcessor):
    def init(self, handle):
        self.is_list = hasattr(getattr(self, "total", None), "appendValue")

    def handleInputRows(self, key, rows, timerValues):
        new = sum(1 for _ in rows)
        if self.is_list:
            self.total.appendValue((new,))
            count = sum(each[0] for each in self.total.get())
        else:
            count = (self.total.get() or (0,))[0] + new
            self.total.update((count, None))
        yield Row(k=str(key[0]), n=count)

    def close(self):
        pass

class OtherCounts(Counts):
    pass

class RenamedCounts(Counts):
    @property
    def total(self):
        return self.sum
"""

KEEP = "|> where v > 0"
COUNT = "|> aggregate count(*) as n group by k"
TOTAL = "|> aggregate sum(v) as t group by k"
WATERMARK = "|> watermark at delay 1 day"
WINDOW = f"{WATERMARK} |> aggregate count(*) as n group by window(at, '1 minute') as w"
UNIQUE = f"{WATERMARK} |> deduplicate by k"
JOIN = (
    f"{WATERMARK} |> join others on events.k = others.name"
    " and others.since between events.at - interval 1 hour and events.at + interval 1 hour"
)
BOTH = f"{JOIN} |> select events.k as k, events.j as j, events.v as v, others.n as n"
LOOKUP = f"|> join places on events.k = places.name {COUNT}"

STATELESS = [
    Restart("another filter before no state", SAFE, KEEP, "|> where v > 1", "append"),
    Restart("no filter any more", SAFE, KEEP, "|> where true", "append"),
    Restart("another projection", SAFE, "|> select v", "|> select v + 1 as v", "append"),
    Restart("another rate", SAFE, KEEP, KEEP, "append", new_options="max_files_per_trigger = 7"),
    Restart("a column more", SAFE, "|> select k", "|> select k, v", "append"),
]
AGGREGATIONS = [
    Restart("nothing", SAFE, COUNT, COUNT),
    Restart("another layout", SAFE, COUNT, COUNT.replace(" ", "\n  ").replace("|>\n  ", "|> ")),
    Restart("an aggregate under another name", SAFE, TOTAL, TOTAL.replace("as t", "as u")),
    Restart("a key under another name", SAFE, COUNT, COUNT.replace("by k", "by k as key")),
    Restart(
        "a column renamed on the way",
        SAFE,
        TOTAL,
        f"|> rename v as x {TOTAL}".replace("(v)", "(x)"),
    ),
    Restart(
        "an expression made earlier",
        SAFE,
        TOTAL.replace("(v)", "(v * 2)"),
        f"|> extend v * 2 as d {TOTAL}".replace("(v)", "(d)"),
    ),
    Restart("a projection after it", SAFE, TOTAL, f"{TOTAL} |> extend t + 1 as u"),
    Restart("a filter after it", SAFE, TOTAL, f"{TOTAL} |> where t > 1"),
    Restart("another key of the type", SILENT, COUNT, COUNT.replace("by k", "by j")),
    Restart("keys in another order", SILENT, f"{COUNT}, j", COUNT.replace("by k", "by j, k")),
    Restart("another column summed", SILENT, TOTAL, TOTAL.replace("(v)", "(w)")),
    Restart("max instead of min", SILENT, TOTAL.replace("sum", "min"), TOTAL.replace("sum", "max")),
    Restart(
        "max instead of sum", SILENT, TOTAL.replace("(v)", "(l)"), TOTAL.replace("sum(v)", "max(l)")
    ),
    Restart("count of a column", SILENT, COUNT, COUNT.replace("count(*)", "count(v)")),
    Restart(
        "aggregates in another order",
        SILENT,
        TOTAL.replace("as t", "as a, sum(w) as b"),
        TOTAL.replace("sum(v) as t", "sum(w) as b, sum(v) as a"),
    ),
    Restart("a wider window", SILENT, WINDOW.replace("1 minute", "10 seconds"), WINDOW),
    Restart("a sliding window", STOPS, WINDOW, WINDOW.replace("minute'", "minute', '30 seconds'")),
    Restart("a key of another type", STOPS, COUNT, COUNT.replace("by k", "by v")),
    Restart("a key more", STOPS, COUNT, f"{COUNT}, j"),
    Restart("a key less", STOPS, f"{COUNT}, j", COUNT),
    Restart("avg instead of sum", STOPS, TOTAL, TOTAL.replace("sum", "avg")),
    Restart("an aggregate more", STOPS, COUNT, COUNT.replace("as n", "as n, sum(v) as t")),
    Restart("an aggregate less", STOPS, COUNT.replace("as n", "as n, sum(v) as t"), COUNT),
    Restart("an aggregation more", STOPS, KEEP, COUNT),
    Restart("an aggregation less", STOPS, COUNT, KEEP),
    Restart("distinct instead of an aggregation", STOPS, COUNT, "|> select k |> distinct"),
    Restart("another filter before it", MIXED, f"{KEEP} {COUNT}", f"|> where v > 1 {COUNT}"),
    Restart("a filter more before it", MIXED, COUNT, f"|> where v > 1 {COUNT}"),
    Restart("another watermark", LUCKY, WINDOW, WINDOW.replace("1 day", "2 days")),
    Restart("complete instead of update", LUCKY, COUNT, COUNT, "complete", "update"),
    Restart("update instead of complete", LUCKY, COUNT, COUNT, "update", "complete"),
    Restart("another limit", MIXED, "|> limit 1", "|> limit 3", "append"),
]
WORDS = f"|> explode split(k, '{{}}') as word {COUNT.replace('by k', 'by word')}"
PIVOT = f"{WATERMARK} |> pivot sum(v) as t for k in ('a' as a, 'x' as x)"
PIVOT += " group by window(at, '1 minute') as w"
BEFORE_STATE = [
    Restart("another explode before it", SILENT, WORDS.format("b"), WORDS.format("a")),
    Restart("a pivot of another column", SILENT, PIVOT, PIVOT.replace("for k", "for j"), "append"),
    Restart("no watermark any more before no state", SAFE, f"{WATERMARK} {KEEP}", KEEP, "append"),
    Restart(
        "another watermark before no state",
        SAFE,
        f"{WATERMARK} {KEEP}",
        f"{WATERMARK} {KEEP}".replace("1 day", "2 days"),
        "append",
    ),
]
DEDUPLICATIONS = [
    Restart(
        "another column to be unique", SILENT, UNIQUE, UNIQUE.replace("by k", "by j"), "append"
    ),
    Restart(
        "columns to be unique in another order",
        SILENT,
        f"{UNIQUE}, j",
        UNIQUE.replace("by k", "by j, k"),
        "append",
    ),
    Restart(
        "distinct rows of another column",
        SILENT,
        "|> select k |> distinct",
        "|> select j |> distinct",
        "append",
    ),
    Restart(
        "select distinct of another column",
        SILENT,
        "|> select distinct k",
        "|> select distinct j",
        "append",
    ),
    Restart("a column more to be unique", STOPS, UNIQUE, f"{UNIQUE}, j", "append"),
    Restart("a column less to be unique", STOPS, f"{UNIQUE}, j", UNIQUE, "append"),
    Restart("within the watermark", STOPS, UNIQUE, f"{UNIQUE} within watermark", "append"),
    Restart("no deduplication any more", STOPS, UNIQUE, "|> where true", "append"),
    Restart("a deduplication more", STOPS, "|> where true", UNIQUE, "append"),
    Restart(
        "a projection before it", SAFE, UNIQUE, f"|> extend v + 1 as x |> drop x {UNIQUE}", "append"
    ),
]
JOINS = [
    Restart("left instead of inner", NOTICED, BOTH, BOTH.replace("join", "left join"), "append"),
    Restart(
        "another key of the join", SILENT, BOTH, BOTH.replace("events.k =", "events.j ="), "append"
    ),
    Restart(
        "another bound",
        LUCKY,
        BOTH,
        BOTH.replace("+ interval 1 hour", "+ interval 2 hours"),
        "append",
    ),
    Restart("a join more", STOPS, "|> select k, v", BOTH, "append"),
    Restart("a join less", STOPS, BOTH, "|> select k, v", "append"),
    Restart("a projection after the join", SAFE, BOTH, f"{BOTH} |> extend v + 1 as x", "append"),
    Restart(
        "left instead of inner with data that does not stream",
        MIXED,
        LOOKUP,
        LOOKUP.replace("join", "left join"),
    ),
]
PLACES = [
    Restart("another folder to read", STOPS, KEEP, KEEP, "append", new_source="moved"),
    Restart("a folder more to read", STOPS, KEEP, f"{KEEP} |> union all moved", "append"),
    Restart(
        "sources in another order",
        STOPS,
        f"{KEEP} |> union all moved",
        f"{KEEP} |> union all events",
        "append",
        new_source="moved",
    ),
    Restart(
        "another folder to write",
        SILENT,
        KEEP,
        KEEP,
        "append",
        old_sink="files",
        new_sink="more files",
    ),
    Restart("files instead of a function", SILENT, KEEP, KEEP, "append", new_sink="files"),
    *(
        Restart(
            f"{new_sink} where {old_sink} were",
            SILENT,
            KEEP,
            KEEP,
            "append",
            old_sink=old_sink,
            new_sink=new_sink,
        )
        for old_sink, new_sink in permutations(("files", "files by k", "files by j"), 2)
    ),
    *(
        Restart(
            f"{new} instead of {old}",
            SILENT,
            f"{KEEP} |> select k",
            f"{KEEP} |> select k",
            "append",
            old_sink=old,
            new_sink=new,
        )
        for old, new in (("json", "text"), ("json", "csv"), ("json", "parquet"), ("csv", "json"))
    ),
]
STATE = "total = value { schema = Total }"
COUNTED = f'|> stateful "counting.py:Counts" by k returns Count {{ state {{ {STATE} }} }}'
MORE = COUNTED.replace(STATE, f"{STATE}, more = list {{ schema = Small }}")
FORGOTTEN = COUNTED.replace("= Total }", "= Total, ttl = 1 hour }")
TIMED = f"{WATERMARK} {COUNTED.replace('{ state', '{ timers = event_time, state')}"
PROCESSED = [
    Restart("the same processor", SAFE, COUNTED, COUNTED),
    Restart("a variable more", SAFE, COUNTED, MORE),
    Restart("a variable less", SAFE, MORE, COUNTED),
    Restart("a field of state renamed", RENAMED, COUNTED, COUNTED.replace("Total", "Renamed")),
    Restart("state of another type", STOPS, COUNTED, COUNTED.replace("Total", "Small")),
    Restart("a field of state more", STOPS, COUNTED, COUNTED.replace("Total", "Pair")),
    Restart("a list instead of a value", STOPS, COUNTED, COUNTED.replace("= value", "= list")),
    Restart("a ttl more", STOPS, COUNTED, FORGOTTEN, trigger="once"),
    Restart("another ttl", SAFE, FORGOTTEN, FORGOTTEN.replace("1 hour", "2 hours"), trigger="once"),
    Restart("another processor", LUCKY, COUNTED, COUNTED.replace(":Counts", ":OtherCounts")),
    Restart(
        "a variable renamed",
        MIXED,
        COUNTED,
        COUNTED.replace("total =", "sum =").replace(":Counts", ":RenamedCounts"),
    ),
    Restart("timers where there were none", STOPS, f"{WATERMARK} {COUNTED}", TIMED),
    Restart("another key of the processor", SILENT, COUNTED, COUNTED.replace("by k", "by j")),
    Restart("a key of the processor more", STOPS, COUNTED, COUNTED.replace("by k", "by k, j")),
]
UNIONS = [
    Restart(
        "another side of a union",
        SILENT,
        f"|> union all moved {COUNT}",
        f"|> union all swapped {COUNT}",
    ),
]
RESTARTS = [
    *STATELESS,
    *AGGREGATIONS,
    *BEFORE_STATE,
    *DEDUPLICATIONS,
    *JOINS,
    *PLACES,
    *PROCESSED,
    *UNIONS,
]


def _text(restart: Restart, *, old: bool) -> str:
    """One version of the pipeline."""
    steps = restart.old if old else restart.new
    mode = (restart.old_mode if old else "") or restart.mode
    sink = restart.old_sink if old else restart.new_sink
    source = restart.old_source if old else restart.new_source
    options = "" if old else restart.new_options
    head = HEAD.replace('events", schema = Event }', f'events", schema = Event, {options} }}')
    entries = f", mode = {mode}, trigger = {restart.trigger}"
    return f"{head}{PROCESSORS}\nlet result = from {source} {steps}\n{SINKS[sink] % entries}\n"


def compiled(restart: Restart, *, old: bool) -> CheckResult:
    """One version through the compiler."""
    source = _text(restart, old=old)
    files = {"p.ssbt": source, "kept.py": KEPT, "counting.py": COUNTING}
    result = check_pipeline("p.ssbt", read_files(files))
    assert result.pipeline is not None, [each.message for each in result.findings]
    return result

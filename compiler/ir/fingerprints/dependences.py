"""Everything that a stream's checkpoint depends on, and what becomes of it when that changes.

One table. A fingerprint has a part for each of its rows that a stream has, `ssbtc diff` says what
a row says, the runtime refuses to go on where a part differs, and docs/state.md is printed from it.
"""

from __future__ import annotations

from ssbt.compiler.ir.fingerprints.dependence_kinds import (
    Dependence,
    Effect,
    Location,
    PartKind,
    Verdict,
)

_UNDEFINED = "Spark goes on, and state mixes rows by the old rule with rows by the new one"
STOPS = "Spark compares this with the checkpoint and stops with an error"
_OTHER_MEANING = (
    "the types are the same, so Spark takes the old state for the new and silently goes on"
)
_OTHER_PLACE = (
    "rows so far stay in the old place; Spark silently writes later ones to the new one,"
    " and those who read it miss the first"
)
_OTHER_VALUES = "Spark goes on: what state has was read or computed otherwise than what comes"
_OTHER_CODE = "what the code keeps between two batches, and what it makes of rows, is not known"
_OTHER_FOLDERS = (
    "Spark goes on: old and new files lie in folders of other columns, which no reader can put"
    " together, so rows vanish or reading fails"
)
_PUSHED = (
    "Spark applies it before it counts or keeps rows, so the state lacks those that the old rule"
    " left out"
)
_STARTS_OTHERWISE = "whether Spark goes on from the other kind of processing was not tried"
_OTHER_SERVERS = "whether they are the same cluster under another address is not known"
_FROM_HERE = (
    "it is written together with others, from the place where they are: rows before that are not"
    " written to it"
)
_UNPROVED = "nothing proves that no value in the state depends on it"

_SAFE, _UNKNOWN = Verdict.SAFE, Verdict.UNKNOWN
_NEW, _WRONG = Verdict.NEW_CHECKPOINT, Verdict.SILENTLY_WRONG

_MIXES, _STOPS = Effect(_NEW, _UNDEFINED), Effect(_NEW, STOPS)
_MISREAD_STATE, _UNKNOWN_CODE_EFFECT = Effect(_WRONG, _OTHER_MEANING), Effect(_UNKNOWN, _OTHER_CODE)

DEPENDENCES: dict[PartKind, Dependence] = {
    PartKind.SOURCE: Dependence(
        "stream source",
        Location.STREAM,
        "their number and order; connector, and place or topics",
        _STOPS,
        _STOPS,
    ),
    PartKind.SERVERS: Dependence(
        "servers of a stream source",
        Location.STREAM,
        "their addresses, of a connection or not; only `ssbtc diff` looks at them",
        Effect(_UNKNOWN, _OTHER_SERVERS),
        Effect(_UNKNOWN, _OTHER_SERVERS),
    ),
    PartKind.TABLE: Dependence(
        "source of the static side",
        Location.BEFORE,
        "connector and place; not the data in it",
        _MIXES,
        _MIXES,
    ),
    PartKind.READING: Dependence(
        "reading of a source",
        Location.BEFORE,
        "names, types and defaults of the columns that are used (all, with their order, where a"
        " format finds them by place), and each option but those that the connector's page calls"
        " harmless to values",
        Effect(_NEW, _OTHER_VALUES),
        Effect(_NEW, _OTHER_VALUES),
    ),
    PartKind.FILTER: Dependence(
        "filter before state",
        Location.BEFORE,
        "the condition, down to the columns of sources",
        _MIXES,
        _MIXES,
    ),
    PartKind.EXPLODE: Dependence(
        "generator before state",
        Location.BEFORE,
        "the function (`explode`, `explode outer`, …) and its argument, in a step or in `select`",
        _MIXES,
        _MIXES,
    ),
    PartKind.UNPIVOT: Dependence(
        "unpivot before state",
        Location.BEFORE,
        "the columns, their names, `include nulls`",
        _MIXES,
        _MIXES,
    ),
    PartKind.COMPUTED: Dependence(
        "expression before state whose value depends on the rows around it",
        Location.BEFORE,
        "window functions, and functions that are not deterministic",
        _MIXES,
        _MIXES,
    ),
    PartKind.UNION: Dependence(
        "set operation before state",
        Location.BEFORE,
        "its kind, its sides and their order",
        _MIXES,
        _MIXES,
    ),
    PartKind.AGAIN: Dependence(
        "dataset that is used twice",
        Location.STREAM,
        "which one, and where",
        _STOPS,
        _STOPS,
    ),
    PartKind.SAMPLE: Dependence(
        "sample before state",
        Location.BEFORE,
        "fraction, replacement and seed",
        _MIXES,
        _MIXES,
    ),
    PartKind.LOOKUP: Dependence(
        "join with data that does not stream",
        Location.BEFORE,
        "its kind and its condition",
        _MIXES,
        _MIXES,
    ),
    PartKind.ORDER: Dependence(
        "order of the static side",
        Location.BEFORE,
        "keys, direction and place of nulls",
        _MIXES,
        _MIXES,
    ),
    PartKind.WATERMARK: Dependence(
        "watermark",
        Location.BEFORE,
        "the column, the delay, and what comes before it",
        _MIXES,
        _MIXES,
    ),
    PartKind.AGGREGATE: Dependence(
        "aggregation",
        Location.STATE,
        "keys and those results that are used, in their order, down to the columns of sources;"
        " `rollup`, `cube`, grouping sets; what a pivot is for",
        _MISREAD_STATE,
        _STOPS,
    ),
    PartKind.DEDUPLICATE: Dependence(
        "deduplication",
        Location.STATE,
        "the columns in their order, down to those of sources; `within watermark`",
        _MISREAD_STATE,
        _STOPS,
    ),
    PartKind.JOIN: Dependence(
        "join of streams",
        Location.STATE,
        "its kind and its equalities",
        _MISREAD_STATE,
        _STOPS,
    ),
    PartKind.BOUND: Dependence(
        "condition of the join",
        Location.STATE,
        "the rest of the condition",
        _MIXES,
        _MIXES,
    ),
    PartKind.KEPT: Dependence(
        "row that the join keeps",
        Location.STATE,
        "of both sides the columns that are used after it, in their order, with types, down to"
        " those of sources",
        _MISREAD_STATE,
        _STOPS,
    ),
    PartKind.LIMIT: Dependence(
        "limit",
        Location.STATE,
        "the number",
        _MIXES,
        _STOPS,
    ),
    PartKind.CODE: Dependence(
        "step of its own code",
        Location.STATE,
        "module and name; the text of `sql`",
        Effect(_NEW, _OTHER_CODE),
        Effect(_NEW, _OTHER_CODE),
    ),
    PartKind.CONTENT: Dependence(
        "Python of the step",
        Location.STATE,
        "what its module says, and what that imports from the project, or names as a file of it;"
        " not comments, layout and docstrings",
        _UNKNOWN_CODE_EFFECT,
        _UNKNOWN_CODE_EFFECT,
    ),
    PartKind.ROWS: Dependence(
        "rows that its own code gets",
        Location.STATE,
        "all columns by name, down to those of sources, with types",
        _UNKNOWN_CODE_EFFECT,
        _UNKNOWN_CODE_EFFECT,
    ),
    PartKind.KEYS: Dependence(
        "key of the processor",
        Location.STATE,
        "the columns, down to those of sources",
        _MISREAD_STATE,
        _STOPS,
    ),
    PartKind.TIMERS: Dependence(
        "time of the processor",
        Location.STATE,
        "what timers go by",
        _STOPS,
        _STOPS,
    ),
    PartKind.STATE: Dependence(
        "state",
        Location.STATE,
        "each variable's kind and type, and whether it has a `ttl`; one more, or one less, is fine",
        _MISREAD_STATE,
        Effect(_SAFE, ""),
    ),
    PartKind.PUSHED: Dependence(
        "condition after state that Spark applies before it",
        Location.BEHIND,
        "after an aggregation a filter or join on its keys, after a join of streams any, after"
        " code of one's own any",
        Effect(_NEW, _PUSHED),
        Effect(_NEW, _PUSHED),
    ),
    PartKind.SETTING: Dependence(
        "Spark setting",
        Location.BEFORE,
        "each `spark.sql.` setting of the pipeline that may change a value;"
        " `spark.sql.session.timeZone`, given or not, where a date or time takes part",
        Effect(_UNKNOWN, _UNPROVED),
        Effect(_UNKNOWN, _UNPROVED),
    ),
    PartKind.MODE: Dependence(
        "output mode",
        Location.STATE,
        "append, update or complete",
        _MIXES,
        _MIXES,
    ),
    PartKind.TRIGGER: Dependence(
        "kind of processing",
        Location.STREAM,
        "batches (any trigger), continuous, real time",
        Effect(_UNKNOWN, _STARTS_OTHERWISE),
        Effect(_UNKNOWN, _STARTS_OTHERWISE),
    ),
    PartKind.SINK: Dependence(
        "place that rows go to",
        Location.STREAM,
        "connector, and folder, topic or function",
        Effect(_WRONG, _OTHER_PLACE),
        Effect(_WRONG, _OTHER_PLACE),
    ),
    PartKind.OUTPUT: Dependence(
        "sink that is written together with others",
        Location.STREAM,
        "its name, connector, and folder, topic or function",
        Effect(_WRONG, _OTHER_PLACE),
        Effect(_UNKNOWN, _FROM_HERE),
    ),
    PartKind.PARTITIONS: Dependence(
        "partitioning of the files",
        Location.STREAM,
        "the columns of `partition_by`, in order",
        Effect(_WRONG, _OTHER_FOLDERS),
        Effect(_WRONG, _OTHER_FOLDERS),
    ),
}

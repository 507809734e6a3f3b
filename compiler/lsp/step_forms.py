"""How steps are written, clause by clause."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a step that begins with `word`."""

    word: str
    form: str
    doc: str = ""


@dataclass(frozen=True, slots=True)
class StepForm:
    """A step that begins with `word`; its first clause holds that word."""

    word: str
    doc: str
    clauses: tuple[Clause, ...]


def _form(word: str, doc: str, *clauses: tuple[str, str] | tuple[str, str, str]) -> StepForm:
    return StepForm(word, doc, tuple(Clause(*each) for each in clauses))


def _join(word: str, doc: str) -> StepForm:
    return _form(
        word,
        doc,
        (word, f"{word} DATASET"),
        ("as", "[as ALIAS]", "The name that qualifies the columns of this side."),
        ("on", "on CONDITION", "Which rows belong together, by columns of both sides."),
        ("using", "| using (COLUMNS)", "Columns that both sides have; each is there once."),
    )


_GROUP_BY = ("group by", "[group by KEYS]", "One row for each combination of the keys.")

STEP_FORMS = (
    _form("where", "Keeps the rows for which the condition is true.", ("where", "where CONDITION")),
    _form(
        "select",
        "The columns that there are from here on.",
        ("select", "select [distinct] EXPRESSION"),
        ("as", "[as NAME], …", "A computed column needs a name."),
    ),
    _form(
        "extend",
        "Adds columns at the right; each can use those before it.",
        ("extend", "extend EXPRESSION"),
        ("as", "as NAME, …"),
    ),
    _form("set", "Replaces columns in place.", ("set", "set COLUMN = EXPRESSION, …")),
    _form("drop", "Leaves columns out.", ("drop", "drop COLUMN, …")),
    _form(
        "rename",
        "Gives columns other names.",
        ("rename", "rename COLUMN"),
        ("as", "as NAME, …"),
    ),
    _join("join", "The pairs of rows that belong together."),
    _join("left join", "All rows of the left side, with what belongs to them."),
    _join("right join", "All rows of the right side, with what belongs to them."),
    _join("full join", "All rows of both sides."),
    _join("semi join", "The rows of the left side that have a partner."),
    _join("anti join", "The rows of the left side that have no partner."),
    _form("cross join", "Every row with every row.", ("cross join", "cross join DATASET")),
    _form(
        "aggregate",
        "One row for each group.",
        ("aggregate", "aggregate AGGREGATE"),
        ("as", "as NAME, …"),
        _GROUP_BY,
    ),
    _form("distinct", "Each row once.", ("distinct", "distinct")),
    _form(
        "order by",
        "Sorts the rows.",
        ("order by", "order by EXPRESSION [asc | desc]"),
        ("nulls", "[nulls first | last], …"),
    ),
    _form("limit", "At most this many rows.", ("limit", "limit COUNT")),
    _form("offset", "Leaves the first rows out.", ("offset", "offset COUNT")),
    _form("union", "The rows of both; columns match by name.", ("union", "union [all] DATASET")),
    _form("intersect", "The rows that both have.", ("intersect", "intersect [all] DATASET")),
    _form("except", "The rows that the other has not.", ("except", "except [all] DATASET")),
    _form(
        "pivot",
        "A column for each value.",
        ("pivot", "pivot AGGREGATE [as NAME], …"),
        ("for", "for COLUMN", "Whose values become columns."),
        ("in", "in (VALUE [as NAME], …)"),
        _GROUP_BY,
    ),
    _form(
        "unpivot",
        "A row for each column.",
        ("unpivot", "unpivot [include nulls] VALUE", "The new column for the values."),
        ("for", "for NAME", "The new column for the names."),
        ("in", "in (COLUMNS)"),
    ),
    _form(
        "sample",
        "About this many of the rows, at random.",
        ("sample", "sample N percent"),
        ("with", "[with replacement]", "A row can be drawn several times."),
        ("seed", "[seed N]", "Makes the choice repeatable."),
    ),
    _form(
        "explode",
        "A row for each element of an array or map.",
        ("explode", "explode [outer] EXPRESSION"),
        ("as", "as NAME | as (KEY, VALUE)"),
        ("with", "[with position as NAME]"),
    ),
    _form(
        "watermark",
        "How late rows may be before the stream goes on without them.",
        ("watermark", "watermark COLUMN"),
        ("delay", "delay DURATION"),
    ),
    _form(
        "deduplicate",
        "One row for each combination of the columns.",
        ("deduplicate", "deduplicate"),
        ("by", "[by COLUMNS]"),
        ("within", "[within watermark]", "Forgets rows that are older than the watermark."),
    ),
    _form(
        "apply",
        "A Python function of your own.",
        ("apply", 'apply "FILE.py:FUNCTION"'),
        ("returns", "returns SCHEMA"),
    ),
    _form(
        "stateful",
        "A Python class that keeps state for each key.",
        ("stateful", 'stateful "FILE.py:CLASS"'),
        ("by", "by COLUMNS"),
        ("returns", "returns SCHEMA"),
    ),
    _form(
        "sql",
        "A query in Spark's SQL; `{input}` is the dataset so far.",
        ("sql", 'sql "QUERY"'),
        ("returns", "returns SCHEMA"),
    ),
)

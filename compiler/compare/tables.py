"""What changed for a table that is there: it keeps what it was created with."""

from __future__ import annotations

from ssbt.compiler.compare.settings import OptionDifference
from ssbt.compiler.ir.pipeline import Pipeline, Schema, Sink
from ssbt.compiler.ir.subjects import find_table_schema

_REASONS = {
    "partition_by": (
        "a table keeps the columns that it was partitioned by when it was created: the job stops,"
        " and the table has to be rewritten"
    ),
    "format": (
        "a table keeps the format that it was created with: the job stops, and the table has to be"
        " rewritten"
    ),
    "cluster_by": (
        "a table keeps its clustering, and the job stops until `ALTER TABLE … CLUSTER BY` changes"
        " it, which rewrites no row"
    ),
    "constraint": (
        "a table keeps its constraint, and the job stops until `ALTER TABLE` changes it, which"
        " fails if a row does not meet the new one"
    ),
    "schema": (
        "a table keeps columns that can be null, and the job stops: the table has to be rewritten"
    ),
}

NO_COLUMN = "the table has no such column, and the job stops: `evolve = add_columns` adds it"


def refuses_new_columns(sink: Sink) -> bool:
    """Whether a table with a log gets no columns that it does not have."""
    evolve = sink.settings.find("evolve")
    adds = evolve is not None and evolve.value == "true"
    return sink.keeps_layout and not adds and not sink.settings.is_true("overwrite_schema")


def find_table_reason(
    old: Sink, new: Sink, difference: OptionDifference, versions: tuple[Pipeline, Pipeline]
) -> str:
    """Why a table with a log does not go along with the change of an option; "" where it does."""
    if not new.keeps_layout or difference.new is None:
        return ""
    # Of a table of files it is the script that refuses nulls, and those of its rows alone.
    if difference.name == "schema" and not (new.is_versioned and _is_stricter(old, new, versions)):
        return ""
    return _REASONS.get(difference.name, "")


def _is_stricter(old: Sink, new: Sink, versions: tuple[Pipeline, Pipeline]) -> bool:
    """Whether a column may be null no longer."""
    was, now = _find_schema(old, versions[0]), _find_schema(new, versions[1])
    fields = {each.name.casefold(): each for each in was.type.fields} if was is not None else {}
    return now is not None and any(
        not each.nullable
        and (each.name.casefold() not in fields or fields[each.name.casefold()].nullable)
        for each in now.type.fields
    )


def _find_schema(sink: Sink, pipeline: Pipeline) -> Schema | None:
    name = find_table_schema(sink.settings)
    folded = name.name.casefold() if name is not None else None
    return next((each for each in pipeline.schemas if each.name.casefold() == folded), None)

"""What a change of a sink that merges means for the table that is there."""

from __future__ import annotations

from ssbt.compiler.compare.changes import Severity
from ssbt.compiler.compare.settings import location
from ssbt.compiler.ir.merges import is_merged
from ssbt.compiler.ir.pipeline import Sink

_OTHER_MODE = (
    "the table that is there has other rows and columns than this mode writes: rewrite it from"
    " all events"
)
_WEIGHTS = {
    "mode": (Severity.BREAKING, _OTHER_MODE),
    "keys": (
        Severity.BREAKING,
        "the rows of the table are distinguished by the old keys: rewrite it from all events",
    ),
    "sequence_by": (
        Severity.BREAKING,
        "the table has the old sequence, with which the new one is compared: rewrite it from"
        " all events",
    ),
    "delete_when": (
        Severity.BEHAVIOUR,
        "events that the table has were judged by the old condition, and stay as they are",
    ),
    "on_null": (
        Severity.BREAKING,
        "the companion table, which has the values' sequences, does not know what comes without"
        " `keep`, nor deletes that were remembered: rewrite both from all events",
    ),
    "missing": (
        Severity.BREAKING,
        "with `delete` each row of the table is of the newest snapshot, without it of some event:"
        " begin with a snapshot newer than all rows, or rewrite the table",
    ),
    "track": (
        Severity.BEHAVIOUR,
        "the versions of a key are split again when it has an event, and stay as they are until"
        " then; the table need not be rewritten",
    ),
    **dict.fromkeys(
        ("valid_from", "valid_to"),
        (
            Severity.BREAKING,
            "the table has the column under its old name, and the job stops: rename it there, or"
            " rewrite the table",
        ),
    ),
    **dict.fromkeys(
        ("deleted", "hidden"),
        (
            Severity.BREAKING,
            "what is remembered is in the old table: move it, or late events give other rows",
        ),
    ),
}


def weigh_merge_option(old: Sink, new: Sink, option: str) -> tuple[Severity, str] | None:
    """What it means that an option is another, and why; None where it means nothing special."""
    if option == "mode":
        merges = is_merged(old.settings) or is_merged(new.settings)
        return _WEIGHTS[option] if merges and is_same_table(old, new) else None
    merges = is_merged(old.settings) and is_merged(new.settings)
    return _WEIGHTS.get(option) if merges and is_same_table(old, new) else None


def is_same_table(old: Sink, new: Sink) -> bool:
    """Whether the new version writes into the table that the old one has written."""
    return location(old.settings) == location(new.settings)

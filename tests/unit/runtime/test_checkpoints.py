"""What of a query must not change while its checkpoint is kept."""

from __future__ import annotations

import pytest

from ssbt.compiler.ir.fingerprints.dependence_kinds import PartKind, Verdict
from ssbt.compiler.ir.fingerprints.dependences import DEPENDENCES
from ssbt.runtime.checkpoints.comparing import UNPROVED
from ssbt.runtime.dependences.changes import changes, with_values

SOURCE, OPEN = "source: json in", "state: Visits.open = value of STRUCT<n: INT>"
SEEN = "state: Visits.seen = list of STRUCT<n: INT>"
OTHER = OPEN.replace("INT", "BIGINT")


@pytest.mark.parametrize(
    ("was", "now", "result"),
    [
        ([SOURCE, OPEN], [SOURCE, OPEN], []),
        ([SOURCE, OPEN], [SOURCE, OPEN, SEEN], []),
        ([SOURCE, OPEN, SEEN], [SOURCE, SEEN], []),
        ([SOURCE, OPEN], [SOURCE, OTHER], [f"was `{OPEN}`, is `{OTHER}`"]),
        ([SOURCE, OPEN], [SOURCE, SEEN], [f"was `{OPEN}`, is `{SEEN}`"]),
        ([SOURCE, OPEN], [OPEN], [f"was `{SOURCE}`, is gone"]),
    ],
    ids=["the same", "one more", "one less", "another type", "perhaps renamed", "no source"],
)
def test_changes(was: list[str], now: list[str], result: list[str]) -> None:
    assert list(changes(was, now)) == result


def test_settings_have_the_values_of_the_run() -> None:
    parts = ("source: json in", "setting: spark.sql.session.timeZone", "setting: a.b")
    assert with_values(parts, {"spark.sql.session.timeZone": "UTC"}.get) == (
        "source: json in",
        "setting: spark.sql.session.timeZone = UTC",
        "setting: a.b = not set",
    )


def test_what_is_unknown_is_what_the_table_says() -> None:
    """The runtime cannot import the table; servers are compared by `ssbtc diff` alone."""
    unknown = {
        k.value for k, row in DEPENDENCES.items() if row.on_change.verdict is Verdict.UNKNOWN
    }
    assert unknown - {PartKind.SERVERS.value} == set(UNPROVED)

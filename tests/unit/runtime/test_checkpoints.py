"""What of a query must not change while its checkpoint is kept."""

from __future__ import annotations

import pytest

from ssbt.runtime.checkpoints.comparing import changes

SOURCE, OPEN = "source: json in", "state: Visits.open = value of STRUCT<n: INT>"
SEEN = "state: Visits.seen = list of STRUCT<n: INT>"
OTHER = OPEN.replace("INT", "BIGINT")


@pytest.mark.parametrize(
    ("was", "now", "found"),
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
def test_changes(was: list[str], now: list[str], found: list[str]) -> None:
    assert list(changes(was, now)) == found

"""Patterns of dates that read what others write."""

from __future__ import annotations

import pytest

from ssbt.compiler.contracts.patterns import can_read

STRICT = "yyyy-MM-dd[['T'][ ]HH:mm[:ss[.SSSSSSSSS]][XXX][X]]"


@pytest.mark.parametrize(
    ("read", "written", "agree"),
    [
        ("yyyy-MM-dd", "yyyy-MM-dd", True),
        ("uuuu-MM-dd", "yyyy-MM-dd", True),
        ("d/M/yyyy", "dd/MM/yyyy", True),
        ("dd/MM/yyyy", "d/M/yyyy", False),
        ("MM/dd/yyyy", "dd/MM/yyyy", False),
        ("yyyy-MM-dd", "dd/MM/yyyy", False),
        (STRICT, "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXXXX", True),
        (STRICT, "yyyy-MM-dd HH:mm:ss.SSSSSS", True),
        (STRICT, "yyyy-MM-dd HH:mm", True),
        (STRICT, "yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX]", True),
        (STRICT, "yyyy-MM-dd", True),
        (STRICT, "yyyy-MM-dd HH", False),
        (STRICT, "dd.MM.yyyy HH:mm:ss", False),
        ("yyyy-MM-dd HH:mm:ss.SSS", "yyyy-MM-dd HH:mm:ss.SSSSSS", False),
        ("yyyy'year'", "yyyy'year'", True),
        ("yyyy 'o''clock'", "yyyy 'oclock'", False),
    ],
)
def test_reads(read: str, written: str, agree: bool):
    assert can_read(read, written) is agree

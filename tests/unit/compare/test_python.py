"""What of the user's Python counts for the state of a stream."""

from __future__ import annotations

import pytest

from ssbt.compiler.compare.verdicts import stream_verdicts
from tests.spark.restarts.plain import compiled

HEAD = """
pipeline python { checkpoint = "checkpoints" }
schema Event { k: string, v: int }
stream source events from json { path = "events", schema = Event }
let result =
  from events
  |> apply "passing.py:passed" returns Event
  |> aggregate sum(v) as t group by k
sink result to foreach_batch { function = "kept.py:keep", mode = update, trigger = available now }
"""
BODY = "def passed(rows):\n    return rows.where('v > {}')\n"
LEAST = "\ndef passed(rows):\n    return rows.where(f'v > {LEAST}')\n"
FILES = {"limits.py": "LEAST = 0\n", "lib/__init__.py": "", "lib/limits.py": "LEAST = 0\n"}
EDITED = {"limits.py": "LEAST = 2\n", "lib/limits.py": "LEAST = 2\n"}
IMPORTING = [
    f"from limits import LEAST\n{LEAST}",
    f"from limits import *\n{LEAST}",
    "import limits\n" + LEAST.replace("LEAST", "limits.LEAST"),
    "import lib.limits\n" + LEAST.replace("LEAST", "lib.limits.LEAST"),
    "from lib import limits\n" + LEAST.replace("LEAST", "limits.LEAST"),
    f"from lib.limits import LEAST\n{LEAST}",
    LEAST.replace("return", "from limits import LEAST\n    return"),
    f"import importlib\nLEAST = importlib.import_module('limits').LEAST\n{LEAST}",
    f"from importlib import import_module\nLEAST = import_module('lib.limits').LEAST\n{LEAST}",
    f"LEAST = __import__('limits').LEAST\n{LEAST}",
]
DOCUMENTED = "def passed(rows):\n    '''v > {}'''\n    return rows.where({})\n"


def is_safe(old: dict[str, str], new: dict[str, str]) -> bool:
    was, now = (compiled(HEAD, FILES | files).pipeline for files in (old, new))
    (stream,) = stream_verdicts(was, now)
    return stream.verdict.name == "SAFE"


@pytest.mark.parametrize("text", IMPORTING)
def test_what_is_imported_counts(text: str) -> None:
    assert not is_safe({"passing.py": text}, {"passing.py": text, **EDITED})


def test_what_is_not_imported_does_not() -> None:
    text = {"passing.py": BODY.format(0)}
    assert is_safe(text, text | EDITED)
    assert not is_safe(text, {"passing.py": BODY.format(1)})


def test_docstrings_count_where_they_are_read() -> None:
    unread, read = "'v > 0'", "passed.__doc__"
    texts = [
        {"passing.py": DOCUMENTED.format(n, where)} for where in (unread, read) for n in (0, 1)
    ]
    assert is_safe(*texts[:2])
    assert not is_safe(*texts[2:])

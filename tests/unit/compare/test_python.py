"""What of the user's Python counts for the state of a stream."""

from __future__ import annotations

import pytest

from ssbt.compiler.compare.pipelines import PipelineVersion, compare_pipelines
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
STATEFUL = """
pipeline python { checkpoint = "checkpoints" }
schema Event { k: string, v: int }
schema Total { n: bigint }
stream source events from json { path = "events", schema = Event }
let result =
  from events
  |> stateful "counting.py:Sums" by k returns Event { state { total = value { schema = Total } } }
sink result to foreach_batch { function = "kept.py:keep", mode = update, trigger = available now }
"""
SUMS = """
from pyspark.sql.streaming import StatefulProcessor

class Sums(StatefulProcessor):
    def handleInputRows(self, key, rows, timers):
        yield from (row for row in rows if row.v > LEAST)
"""
FILES = {"limits.py": "LEAST = 0\n", "lib/__init__.py": "", "lib/limits.py": "LEAST = 0\n"}
# A package that imports by its own place.
FILES |= {"lib/near.py": "from .limits import LEAST\n", "lib/up/__init__.py": ""}
FILES |= {"lib/up/here.py": "from ..limits import LEAST\n", "lib/all.py": "from . import limits\n"}
# Names that Python's own library has, too.
STANDARD = ("statistics", "calendar", "json", "types", "queue")
FILES |= {f"{name}.py": "LEAST = 0\n" for name in STANDARD}
FILES |= {"limits.json": "[0]", "lib/limits.sql": "0", "lib/limits.bin": "\x00"}
EDITED = {name: text.replace("0", "2") for name, text in FILES.items() if "import" not in text}
EDITED |= {"lib/__init__.py": "", "lib/up/__init__.py": "", "lib/limits.bin": "\x01"}
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
    f"from lib.near import LEAST\n{LEAST}",
    f"from lib.up.here import LEAST\n{LEAST}",
    "from lib.all import limits\n" + LEAST.replace("LEAST", "limits.LEAST"),
    *(f"from {name} import LEAST\n{LEAST}" for name in STANDARD),
    f"import json\nLEAST = json.load(open('limits.json'))[0]\n{LEAST}",
    f"import os\nLEAST = open(os.path.join(os.path.dirname(__file__), 'limits.json'))\n{LEAST}",
    f"import pathlib as p\nLEAST = p.Path(__file__).with_name('limits.json').read_text()\n{LEAST}",
    f"from pathlib import Path\nLEAST = Path('lib/limits.bin').read_bytes()\n{LEAST}",
    f"PLACE = 'lib/limits.sql'\nwith open(PLACE) as file:\n    LEAST = file.read()\n{LEAST}",
    f"exec(open('limits.py').read())\n{LEAST}",
    f"import runpy\nLEAST = runpy.run_path('lib/limits.py')['LEAST']\n{LEAST}",
]
# What nobody can tell: it reads may be another in any version.
UNSEEN = [
    f"import importlib as i\nNAME = 'lim' + 'its'\nLEAST = i.import_module(NAME).LEAST\n{LEAST}",
    f"import sys\nLEAST = __import__(sys.argv[0]).LEAST\n{LEAST}",
    f"import os\nexec(open(os.environ['CODE']).read())\n{LEAST}",
    f"LEAST = eval(open('/etc/limits').read())\n{LEAST}",
    f"LEAST = open('../outside.txt').read()\n{LEAST}",
    f"def passed(rows):\n    exec(rows.columns[0])\n{LEAST}",
    f"import glob\nLEAST = [open(each).read() for each in glob.glob('*.json')]\n{LEAST}",
    f"from pathlib import Path\nLEAST = Path.cwd().joinpath('x').read_text()\n{LEAST}",
    f"import pandas as pd\nLEAST = pd.read_csv('http://host/limits.csv')\n{LEAST}",
]
VISIBLE_CHANGES = [
    f"LEAST = 0\nopen('/tmp/log', 'a').write('x')\n{LEAST}",
    f"LEAST = 0\nimport importlib\nimportlib.import_module('numpy')\n{LEAST}",
    f"LEAST = 0\nimport json\nimport numpy\n{LEAST}",
    f"LEAST = 0\ndef passed(rows):\n    return rows.sparkSession.read.json('x').count()\n{LEAST}",
]
DOCUMENTED = "def passed(rows):\n    '''v > {}'''\n    return rows.where({})\n"


def verdict(old: dict[str, str], new: dict[str, str], head: str = HEAD) -> str:
    was, now = (compiled(head, FILES | files).pipeline for files in (old, new))
    (stream,) = stream_verdicts(was, now)
    return stream.verdict.name


def is_safe(old: dict[str, str], new: dict[str, str]) -> bool:
    return verdict(old, new) == "SAFE"


@pytest.mark.parametrize("text", IMPORTING)
@pytest.mark.parametrize("step", ["apply", "stateful"])
def test_what_is_imported_counts(step: str, text: str) -> None:
    head, name = (HEAD, "passing.py") if step == "apply" else (STATEFUL, "counting.py")
    module = {name: text if step == "apply" else f"{text}\n{SUMS}"}
    assert verdict(module, module, head) == "SAFE"
    assert verdict(module, {**module, **EDITED}, head) == "UNKNOWN"


@pytest.mark.parametrize("text", UNSEEN)
@pytest.mark.parametrize("step", ["apply", "stateful", "imported"])
def test_what_nobody_can_tell_is_not_safe(step: str, text: str) -> None:
    head, name = (STATEFUL, "counting.py") if step == "stateful" else (HEAD, "passing.py")
    module = {name: text if step != "stateful" else f"{text}\n{SUMS}"}
    if step == "imported":
        module = {"passing.py": "from helping import passed\n", "helping.py": text}
    assert verdict(module, module, head) == "UNKNOWN"


@pytest.mark.parametrize("text", VISIBLE_CHANGES)
def test_what_reads_nothing_of_the_project(text: str) -> None:
    assert is_safe({"passing.py": text}, {"passing.py": text})


def test_a_change_of_a_batch_is_told_for_what_its_python_imports_and_reads() -> None:
    head = HEAD.replace("stream source", "source").replace(", trigger = available now", "")
    head = head.replace(' { checkpoint = "checkpoints" }', " {}").partition("sink")[0]
    head += 'sink result to parquet { path = "out" }\n'
    for text in IMPORTING:
        files = FILES | {"passing.py": text}
        was, now = (compiled(head, each).pipeline for each in (files, files | EDITED))
        assert was is not None
        assert now is not None
        result = compare_pipelines(PipelineVersion(was), PipelineVersion(now)).changes
        assert [change.message for change in result] == ["the Python of `passing.py` is another"]


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

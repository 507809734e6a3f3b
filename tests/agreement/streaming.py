"""Whether Spark runs what the compiler calls legal, and refuses what it calls illegal.

Every combination is compiled, its verdict noted, and its script run to the end of its data all the
same, through its own functions: a query may pass Spark's `start()` and die with the first batch.

    tools/java.sh .venv/bin/python -m tests.agreement.streaming [PART OF A NAME]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
import sys
from tempfile import TemporaryDirectory
from threading import Lock
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple

from ssbt.compiler.check.rules import run_rules
from ssbt.compiler.diagnostics.model import Severity
from ssbt.compiler.emit.script import emit_pipeline
from ssbt.compiler.resolve.program import resolve_program
from ssbt.runtime import Job
from tests.agreement.combinations import SINKS, Combination, combinations
from tests.memory_files import read_files

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

PIPELINE = """
pipeline agreement {{
  checkpoint = "{folder}/checkpoints/{name}"
}}
schema Row {{ id: bigint, v: bigint, at: timestamp }}
stream source a from json {{
  path   = "{folder}/a"
  schema = Row
}}
stream source b from json {{
  path   = "{folder}/b"
  schema = Row
}}
source s from json {{
  path   = "{folder}/a"
  schema = Row
}}
let am =
  from a
  |> watermark at delay 1 minute
let bm =
  from b
  |> watermark at delay 1 minute
let ids =
  from s
  |> select id, monotonically_increasing_id() as number
let q =
  {query}
sink q to {sink} as {name} {{
  mode    = {mode}
  trigger = available now
  {options}
}}
"""
MODULE = "def taken(rows, batch):\n    rows.count()\n"
ROWS = (
    '{{"id": 1, "v": 1, "at": "2026-01-01 10:0{n}:00"}}\n'
    '{{"id": 2, "v": 2, "at": "2026-01-01 10:0{n}:03"}}\n'
    '{{"id": 2, "v": 2, "at": "2026-01-01 10:0{n}:30"}}\n'
)


class Outcome(NamedTuple):
    """What the compiler said (codes of errors), and what Spark did (its message, if it failed)."""

    combination: Combination
    codes: tuple[str, ...]
    failure: str

    @property
    def agrees(self) -> bool:
        """Whether both say the same, or the compiler refuses what Spark would get wrong."""
        silently_wrong = self.combination.name.startswith("except_all_batch") and self.codes
        return bool(self.codes) == bool(self.failure) or bool(silently_wrong)

    def __str__(self) -> str:
        ours = " ".join(self.codes) or "legal"
        return f"{self.combination.name}: ours {ours}; Spark's {self.failure[:200] or 'legal'}"


def outcomes(
    spark: SparkSession, chosen: Iterable[Combination], folder: Path, at_once: int = 4
) -> Iterator[Outcome]:
    """The outcome of each combination, in order; data is written into `folder`."""
    for name in ("a", "b"):
        (folder / name).mkdir()
        (folder / name / "rows.json").write_text(ROWS.format(n=1) + ROWS.format(n=5))
    sys.modules["agreement_sinks"] = module_of("agreement_sinks", MODULE)
    with ThreadPoolExecutor(at_once) as pool:
        yield from pool.map(lambda each: _outcome(spark, each, folder), chosen)


# CPython 3.11 cannot parse in two threads at once (gh-106905); the compiler works in processes.
_PARSING = Lock()


def _outcome(spark: SparkSession, each: Combination, folder: Path) -> Outcome:
    with _PARSING:
        codes, script = compiled(each, folder)
        module = module_of(f"agreement_{each.name}", script)
    try:
        module.run(Job(spark, None))
    except Exception as error:
        return Outcome(each, codes, " ".join(str(error).split()) or type(error).__name__)
    return Outcome(each, codes, "")


def compiled(each: Combination, folder: Path) -> tuple[tuple[str, ...], str]:
    """The codes of the errors, and the script that there would be without the rules."""
    options = {
        "parquet": f'path = "{folder}/out/{each.name}"',
        "function": 'function = "agreement_sinks.py:taken"',
    }
    text = PIPELINE.format(
        folder=folder,
        name=each.name,
        query=each.query,
        sink=SINKS[each.sink],
        mode=each.mode,
        options=options.get(each.sink, ""),
    )
    files = {"main.ssbt": text.encode(), "agreement_sinks.py": MODULE.encode()}
    result = resolve_program("main.ssbt", read_files(files))
    assert result.pipeline is not None, (each, result.findings)
    errors = (f for f in run_rules(result.pipeline) if f.severity is Severity.ERROR)
    codes = tuple(sorted({actual.code.number for actual in errors}))
    script = next(
        f for f in emit_pipeline(result.pipeline, result.sources) if f.path == "agreement.py"
    )
    return codes, script.content.decode()


def module_of(name: str, text: str) -> ModuleType:
    """A script, imported from its text."""
    module = ModuleType(name)
    exec(compile(text, f"{name}.py", "exec"), module.__dict__)
    return module


def main() -> int:
    """Print every disagreement; 1 if there is one."""
    from pyspark.sql import SparkSession

    expected = sys.argv[1] if len(sys.argv) > 1 else ""
    chosen = [each for each in combinations() if expected in each.name]
    spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", False)
        .config("spark.ui.showConsoleProgress", False)
        .config("spark.sql.shuffle.partitions", 1)
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.log.level", "OFF")
        .getOrCreate()
    )
    wrong = 0
    with TemporaryDirectory() as folder:
        for number, outcome in enumerate(outcomes(spark, chosen, Path(folder)), 1):
            wrong += not outcome.agrees
            if not outcome.agrees or expected:
                print(outcome, flush=True)
            if number % 20 == 0:
                print(f"{number} of {len(chosen)}, {wrong} disagree", file=sys.stderr, flush=True)
    spark.stop()
    print(f"{len(chosen)} combinations, {wrong} disagree")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

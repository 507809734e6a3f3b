"""How long `ssbtc` takes, as ratios to a bare interpreter start and to `dbt parse` of one model.

    benchmarks/compile.py [--repeat 9] [--pipelines 1000] [--no-dbt]

All commands take turns in one run, because on a shared machine only ratios mean something; each is
given by the median and the least of its times. dbt gets an environment of its own below
~/.cache/ssbt/bench the first time.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass, field
import os
from pathlib import Path
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

SSBTC = Path(sys.executable).with_name("ssbtc")
BENCH = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ssbt" / "bench"
# Later versions fetch a part of themselves from elsewhere while they are installed.
DBT = ("dbt-core>=1.9,<1.11", "dbt-duckdb>=1.9,<1.11")

HEAD = """\
# Generated for a benchmark.
pipeline {name} {{
  description = "Revenue per country and what it is made of"
  owner       = "sales-data"
}}

param lake: string = "data/lake"
param min_amount: decimal(12,2) = 0.01

schema Order {{
  id:          bigint not null
  customer_id: bigint not null
  amount:      decimal(12,2)
  status:      string
  placed_at:   timestamp
  channel:     string
  comment:     string
}}

schema Customer {{
  id:      bigint not null
  name:    string
  country: string not null
  segment: string
}}

source orders from csv {{
  path   = "${{lake}}/orders/*.csv"
  header = true
  schema = Order
}}

source customers from parquet {{
  path   = "${{lake}}/customers"
  schema = Customer
}}
"""
STAGE = """
let paid_{n} =
  from orders
  |> where status = 'PAID' and amount >= ${{min_amount}} and year(placed_at) = {year}
  |> extend amount * 1.19 as gross, date_trunc('month', placed_at) as month

let revenue_{n} =
  from paid_{n}
  |> join customers on paid_{n}.customer_id = customers.id
  |> aggregate sum(gross) as revenue, count(*) as orders group by country, month
  |> order by revenue desc

sink revenue_{n} to parquet {{
  path = "${{lake}}/{name}/revenue/{year}"
  mode = overwrite
}}
"""


def pipeline(name: str, stages: int = 4) -> str:
    """The text of a pipeline; four stages make 100 lines."""
    years = range(2020, 2020 + stages)
    return HEAD.format(name=name) + "".join(
        STAGE.format(name=name, n=n, year=y) for n, y in enumerate(years)
    )


@dataclass
class Measured:
    """A command line: `prepare` runs before each time, `times` are seconds."""

    name: str
    command: list[str]
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    prepare: Callable[[], None] = lambda: None
    times: list[float] = field(default_factory=list)

    def take(self) -> None:
        """Run the command once more."""
        self.prepare()
        # All have their bytecode, as pip leaves it.
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", **self.environment}
        started = time.perf_counter()
        done = subprocess.run(
            self.command, cwd=self.folder, env=environment, capture_output=True, text=True
        )
        self.times.append(time.perf_counter() - started)
        assert done.returncode == 0, f"{self.command}: {done.stdout}{done.stderr}"


def single(folder: Path) -> list[Measured]:
    """One pipeline of 100 lines, from nothing kept to nothing changed."""
    (folder / "one").mkdir()
    text = pipeline("one")
    assert text.count("\n") == 100, text.count("\n")
    (folder / "one" / "pipeline.ssbt").write_text(text)
    here = folder / "one"
    kept = {"XDG_CACHE_HOME": str(folder / "kept")}
    lost = {"XDG_CACHE_HOME": str(folder / "lost")}
    cold = [str(SSBTC), "compile", "pipeline.ssbt", "-o", "cold"]

    def clear() -> None:
        shutil.rmtree(here / "cold", ignore_errors=True)

    def clear_all() -> None:
        clear()
        shutil.rmtree(folder / "lost", ignore_errors=True)

    unchanged = [str(SSBTC), "compile", "pipeline.ssbt"]
    subprocess.run(unchanged, cwd=here, env={**os.environ, **kept}, check=True, capture_output=True)
    return [
        Measured("bare interpreter", [sys.executable, "-c", "pass"], here),
        Measured("ssbtc --version", [str(SSBTC), "--version"], here),
        Measured("ssbtc --help", [str(SSBTC), "--help"], here),
        Measured("compile, the first ever", cold, here, lost, clear_all),
        Measured("compile, cold (--no-cache)", [*cold, "--no-cache"], here, kept, clear),
        Measured("compile, unchanged", unchanged, here, kept),
        Measured("check, unchanged", [str(SSBTC), "check"], here, kept),
        Measured("fmt --check", [str(SSBTC), "fmt", "--check"], here, kept),
    ]


def many(folder: Path, count: int) -> list[Measured]:
    """That many pipelines, compiled again and unchanged."""
    here = folder / "many"
    here.mkdir()
    for number in range(count):
        name = f"pipeline_{number:04}"
        (here / f"{name}.ssbt").write_text(pipeline(name))
    kept = {"XDG_CACHE_HOME": str(folder / "many-kept")}
    return [
        Measured(f"{count:,} pipelines", [str(SSBTC), "compile"], here, kept),
        Measured(f"{count:,} pipelines, unchanged", [str(SSBTC), "compile"], here, kept),
    ]


def dbt(folder: Path) -> list[Measured]:
    """`dbt parse` of a project with one model; nothing where dbt cannot be installed."""
    home = BENCH / "dbt"
    command = home / "bin" / "dbt"
    if not command.exists():
        print(f"installing dbt into {home}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", home], check=True)
        install = [str(home / "bin" / "pip"), "install", "--quiet", *DBT]
        if subprocess.run(install, check=False).returncode:
            print("dbt cannot be installed here", file=sys.stderr)
            shutil.rmtree(home)
            return []
    here = folder / "dbt"
    (here / "models").mkdir(parents=True)
    (here / "models" / "one.sql").write_text("select 1 as id\n")
    (here / "dbt_project.yml").write_text(
        "name: bench\nversion: '1.0'\nprofile: bench\nmodel-paths: [models]\n"
    )
    (here / "profiles.yml").write_text(
        "bench:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: bench.db}\n"
    )
    quiet = {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DBT_PROFILES_DIR": str(here)}
    words = [str(command), "--no-version-check", "parse", "--no-partial-parse"]
    return [Measured("dbt parse, one model", words, here, quiet)]


def table(measured: list[Measured]) -> str:
    """A row for each command; ratios of medians to the first one's, and of the last one's to it."""
    bare = statistics.median(measured[0].times)
    last = measured[-1]
    against = statistics.median(last.times) if last.name.startswith("dbt") else None
    rows = [f"{'':32}{'median ms':>12}{'least ms':>12}{'x bare':>10}{'dbt by':>10}"]
    for each in measured:
        median, least = statistics.median(each.times), min(each.times)
        ratio = f"{against / median:.1f}" if against else ""
        numbers = f"{median * 1000:>12,.0f}{least * 1000:>12,.0f}{median / bare:>10.1f}{ratio:>10}"
        rows.append(f"{each.name:32}{numbers}")
    return "\n".join(rows)


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n\n")[0])
    parser.add_argument("--repeat", type=int, default=9, metavar="N")
    parser.add_argument("--pipelines", type=int, default=1000, metavar="N")
    parser.add_argument("--no-dbt", action="store_true", help="leave dbt out")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small = single(folder) + ([] if arguments.no_dbt else dbt(folder))
        for each in small:
            each.take()
            each.times.clear()
        for _ in range(arguments.repeat):
            for each in small:
                each.take()
        print(table(small))
        if arguments.pipelines:
            large = many(folder, arguments.pipelines)
            for each in large:
                each.take()
            print(table([small[0], *large]).split("\n", 2)[2])


if __name__ == "__main__":
    main()

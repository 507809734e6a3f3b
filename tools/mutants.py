"""Change the code that nothing may be wrong in, place by place, and see whether a test notices.

`make mutants` runs mutmut on a copy of the project in `build/mutation`, whose folders are laid out
as mutmut wants them: `src/ssbt/compiler` and so on. `tests/mutants/areas.toml` has areas and the
tests that guard each, `tests/mutants/survivors.tsv` the mutants that no test can notice, with the
reason.

    tools/mutants.py [--sample N] [--seed N] [AREA …]
"""

from __future__ import annotations

import argparse
from collections import Counter
import os
from pathlib import Path
import random
import shutil
import subprocess
import sys
import tomllib

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "build" / "mutation"
LIBRARIES = ROOT / "build" / "mutmut"
AREAS = ROOT / "tests" / "mutants" / "areas.toml"
SURVIVORS = ROOT / "tests" / "mutants" / "survivors.tsv"
PACKAGES = ("compiler", "grammar", "runtime", "templates")
COPIED = ("tests", "docs", "examples", "tools", "README.md", "CHANGELOG.md")
PYTEST = ["-m", "not spark", "--hypothesis-profile=quick", "-p", "no:cacheprovider"]
# What mutmut calls the end of a mutant that a test noticed.
KILLED = {"killed", "timeout", "caught by type check", "segfault"}


def lay_out_project(area: dict[str, list[str]]) -> None:
    """Copy the project for mutmut, with an area's modules and tests in its configuration."""
    if WORK.exists():
        shutil.rmtree(WORK)
    for name in PACKAGES:
        shutil.copytree(ROOT / name, WORK / "src" / "ssbt" / name, ignore=_ignore_caches)
    for name in COPIED:
        source, target = ROOT / name, WORK / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=_ignore_caches)
        else:
            shutil.copy(source, target)
    # Python looks only once for a folder of its path.
    (WORK / "mutants" / "src").mkdir(parents=True)
    project = (ROOT / "pyproject.toml").read_text()
    modules = [f"src/ssbt/{path}" for path in area["modules"]]
    (WORK / "pyproject.toml").write_text(
        f"{project}\n[tool.mutmut]\nsource_paths = ['src']\nonly_mutate = {modules!r}\n"
        f"also_copy = {[name for name in COPIED if name != 'tests']!r}\n"
        f"pytest_add_cli_args_test_selection = {area['tests']!r}\n"
        f"pytest_add_cli_args = {PYTEST!r}\n"
        "mutate_only_covered_lines = true\nuse_setproctitle = false\ntrack_dependencies = false\n"
        "use_git_change_detection = false\n"
    )


def _ignore_caches(_: str, names: list[str]) -> set[str]:
    return {name for name in names if name in ("__pycache__", "node_modules", "ssbt.tables")}


def run_mutmut(*arguments: str, capture: bool = False) -> str:
    """Run mutmut in the copy; its output, if it is captured."""
    paths = os.pathsep.join(map(str, (WORK / "mutants" / "src", LIBRARIES)))
    done = subprocess.run(
        [sys.executable, "-m", "mutmut", *arguments],
        cwd=WORK,
        env=os.environ | {"PYTHONPATH": paths},
        stdout=subprocess.PIPE if capture else subprocess.DEVNULL,
        text=True,
        check=False,
    )
    return done.stdout or ""


def read_results() -> dict[str, str]:
    """How each mutant ended, by its name."""
    lines = run_mutmut("results", "--all", "true", capture=True).splitlines()
    pairs = (line.strip().split(": ", 1) for line in lines if ": " in line)
    return dict(pairs)


def main() -> int:
    """Run the areas and print the score of each; 1 where one is below what it has to be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("areas", nargs="*")
    parser.add_argument("--sample", type=int, default=0, help="mutants of an area, 0 for all")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    areas = tomllib.loads(AREAS.read_text())
    failed = False
    for name in options.areas or areas:
        lay_out_project(areas[name])
        failed |= not measure_area(name, options.sample, options.seed)
    return int(failed)


def measure_area(name: str, sample: int, seed: int) -> bool:
    """Run an area's mutants and print its score; whether it is high enough."""
    chosen: list[str] = []
    if sample:
        run_mutmut("run", "--max-children", "1", "nothing.*")
        names = sorted(read_results())
        chosen = random.Random(seed).sample(names, min(sample, len(names)))
    run_mutmut("run", "--max-children", str(os.cpu_count() or 1), *chosen)
    results = {
        mutant: status
        for mutant, status in read_results().items()
        if status not in ("not checked", "no tests", "skipped")
    }
    if not results:
        print(f"{name}: no mutant was tried, because its tests fail without one; mutmut says why:")
        print(run_mutmut("run", "nothing.*", capture=True)[-2_000:])
        return False
    reasons = dict(line.split("\t", 1) for line in SURVIVORS.read_text().splitlines() if line)
    survivors = [each for each, status in results.items() if status not in KILLED]
    counted = len(results) - sum(each in reasons for each in survivors)
    killed = len(results) - len(survivors)
    print(f"{name}: {killed} of {counted} mutants killed, {100 * killed / max(counted, 1):.0f} %")
    print(f"  {dict(Counter(results.values()))}")
    for mutant in survivors:
        print(f"  survived: {mutant}  {reasons.get(mutant, '')}")
    return killed >= 0.85 * counted


if __name__ == "__main__":
    sys.exit(main())

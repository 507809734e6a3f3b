"""Print how many lines and branches of each package the last `make coverage` has taken."""

from __future__ import annotations

from pathlib import Path

from coverage import Coverage
from coverage.results import Numbers

ROOT = Path(__file__).resolve().parent.parent


def count_packages(coverage: Coverage) -> dict[str, Numbers]:
    """The counts of each package: `compiler/emit`, and of all."""
    packages: dict[str, Numbers] = {}
    for path in sorted(coverage.get_data().measured_files()):
        folder = Path(path).relative_to(ROOT).parts[:2]
        name = "/".join(folder if not folder[-1].endswith(".py") else folder[:1])
        numbers = coverage._analyze(path).numbers
        packages[name] = packages.get(name, Numbers()) + numbers
        packages["all"] = packages.get("all", Numbers()) + numbers
    return packages


def main() -> None:
    """Print a line for each package, the least covered first."""
    coverage = Coverage(data_file=str(ROOT / "build" / "coverage"), branch=True)
    coverage.load()
    packages = count_packages(coverage)
    print(f"{'package':<28}{'lines':>8}{'taken':>8}{'branches':>10}{'taken':>8}")
    for name, numbers in sorted(packages.items(), key=lambda item: item[1].pc_covered):
        lines = 100 * numbers.n_executed / max(numbers.n_statements, 1)
        branches = 100 * numbers.n_executed_branches / max(numbers.n_branches, 1)
        print(
            f"{name:<28}{numbers.n_statements:>8,}{lines:>7.1f}%"
            f"{numbers.n_branches:>10,}{branches:>7.1f}%"
        )


if __name__ == "__main__":
    main()

"""Write how long the tests of each file take, by which `make test` starts the longest first.

`make times` reads the report of the last run and writes `tests/file_times.tsv`.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
import sys
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
TIMES = ROOT / "tests" / "file_times.tsv"
# Shorter ones fill the gaps in any order.
_LEAST_SECONDS = 10


def seconds_of_files(report: Path) -> Counter[str]:
    """The seconds of each file of tests, from a report in the format of JUnit."""
    seconds: Counter[str] = Counter()
    for case in ElementTree.parse(report).iter("testcase"):
        # Tests in a class have its name as well.
        names = [name for name in case.attrib["classname"].split(".") if not name[0].isupper()]
        path = Path(*names).with_suffix(".py")
        seconds[path.as_posix()] += float(case.attrib["time"])  # type: ignore[assignment]
    return seconds


def main() -> None:
    """Write the table, the longest file first."""
    lines = [
        f"{seconds:.0f}\t{path}\n"
        for path, seconds in seconds_of_files(Path(sys.argv[1])).most_common()
        if seconds >= _LEAST_SECONDS
    ]
    TIMES.write_text("".join(lines))


if __name__ == "__main__":
    main()

"""Ask each Spark line for the settings that it knows, and write them as the compiler reads them.

It fetches pyspark of each line with pip, for the jars in it, and needs a JDK: some four hundred
megabytes for each line, kept in the user's cache.
"""

from __future__ import annotations

from collections.abc import Iterable
import os
from pathlib import Path
import subprocess
import sys
import tarfile
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "runtime" / "sparkconf" / "settings.tsv"
VERSIONS = {"3.5": "3.5.9", "4.0": "4.0.5", "4.1": "4.1.4", "4.2": "4.2.1", "4.3": "4.3.0"}
_ASKED = ("--add-opens", "java.base/java.nio=ALL-UNNAMED")
Row = tuple[str, str, str]


def main() -> None:
    """Write the file again."""
    lines = {line: _settings(version) for line, version in VERSIONS.items()}
    names = sorted({name for settings in lines.values() for name in settings})
    rows = [_row(name, lines) for name in names if _is_kept(name, lines.values())]
    DATA.write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")


def _settings(version: str) -> dict[str, Row]:
    """Kind, least value and choices by name."""
    jars = _jars(version)
    java = Path(os.environ["JAVA_HOME"], "bin", "java")
    command: list[str | Path] = [
        java,
        *_ASKED,
        "-cp",
        f"{jars}/*",
        ROOT / "tools" / "SparkSettings.java",
        jars,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    rows = (line.split("\t") for line in done.stdout.splitlines())
    return {name: (kind, least, choices) for name, kind, least, choices in rows}


def _jars(version: str) -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(base, "ssbt", "tests", "pyspark", version, "jars")
    if folder.exists():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent) as fresh:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "-d", fresh]
        subprocess.run([*pip, "--no-binary", ":all:", f"pyspark=={version}"], check=True)
        (archive,) = Path(fresh).glob("*.tar.gz")
        with tarfile.open(archive) as files:
            files.extractall(fresh, filter="data")
        (jars,) = Path(fresh).glob("*/deps/jars")
        jars.rename(folder)
    return folder


def _is_kept(name: str, settings: Iterable[dict[str, Row]]) -> bool:
    """Whether a name says something, as the beginning of known names does not."""
    if not name.endswith(".") or name == "spark.sql.catalog.":
        return True
    typed = (each for rows in settings for each, row in rows.items() if row[0] != "text")
    return name.count(".") > 1 and not any(each.startswith(name) for each in typed)


def _row(name: str, lines: dict[str, dict[str, Row]]) -> tuple[str, ...]:
    """Name, first and last line that know it, kind, least value, choices: of all lines together."""
    having = [line for line in lines if name in lines[line]]
    settings = [lines[line][name] for line in having]
    kinds = {kind for kind, _, _ in settings} - {"text"}
    kind = kinds.pop() if len(kinds) == 1 and len({row[0] for row in settings}) == 1 else "text"
    least = min((row[1] for row in settings), key=lambda text: text or "-1")
    choices = sorted({each for row in settings for each in row[2].split(",") if each})
    last = having[-1] if having[-1] != list(lines)[-1] else ""
    first = having[0] if having[0] != next(iter(lines)) else ""
    return name, kind, first, last, least if kind in ("int", "long") else "", ",".join(choices)


if __name__ == "__main__":
    main()

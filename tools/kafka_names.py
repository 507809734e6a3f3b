"""Ask Kafka's clients which settings they have, and write their names down.

The jars are those of the tests, and those of clients that are newer:
`tools/java.sh .venv/bin/python tools/kafka_names.py`.
"""

from __future__ import annotations

import os
from pathlib import Path
import subprocess
import sys

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
DATA = ROOT / "runtime" / "brokers" / "client_names.tsv"


def main() -> None:
    """Write the file again."""
    DATA.write_text(list_names(), encoding="utf-8")


def list_names() -> str:
    """The kind of a connection and a name, a line each."""
    import pyspark

    from tests.jars import KAFKA, SPARK_KAFKA, jars

    lines: set[str] = set()
    for clients in (SPARK_KAFKA, KAFKA):
        folders = [*map(str, jars(clients)), f"{Path(pyspark.__file__).parent / 'jars'}/*"]
        java = Path(os.environ["JAVA_HOME"], "bin", "java")
        command: list[str | Path] = [java, "-cp", os.pathsep.join(folders)]
        command.append(ROOT / "tools" / "KafkaNames.java")
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        lines.update(line for line in done.stdout.splitlines() if "\t" in line)
    return "".join(f"{line}\n" for line in sorted(lines))


if __name__ == "__main__":
    main()

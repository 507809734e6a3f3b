"""Ask Hadoop, Kafka and Spark which of their settings hold credentials, and write it down.

Each keeps a list of its own: Hadoop in `hadoop.security.sensitive-config-keys`, Kafka in the type
of its settings, Spark in the default of `spark.redaction.regex`. The jars are those of the tests:
`tools/java.sh .venv/bin/python tools/credential_names.py`.
"""

from __future__ import annotations

import os
from pathlib import Path
import subprocess
import sys

import pyspark

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
DATA = ROOT / "compiler" / "credentials" / "names.tsv"


def main() -> None:
    """Write the file again."""
    DATA.write_text(list_names(), encoding="utf-8")


def list_names() -> str:
    """What the three say: who, and a name or a pattern of names, a line each."""
    from tests.jars import SPARK_KAFKA, jars

    folders = [f"{Path(pyspark.__file__).parent / 'jars'}/*", *map(str, jars(SPARK_KAFKA))]
    java = Path(os.environ["JAVA_HOME"], "bin", "java")
    command: list[str | Path] = [java, "--add-opens", "java.base/java.nio=ALL-UNNAMED"]
    command += ["-cp", os.pathsep.join(folders), ROOT / "tools" / "CredentialNames.java"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return "".join(f"{line}\n" for line in done.stdout.splitlines() if "\t" in line)


if __name__ == "__main__":
    main()

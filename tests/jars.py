"""Files of Maven artefacts, fetched once into the user's cache.

Jars, with their dependencies, are fetched by Ivy, as for `spark-submit --packages`: pyspark brings
it along, so that nothing has to be installed. What is no jar Maven itself fetches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
import fcntl
import os
from pathlib import Path
import subprocess
from tempfile import TemporaryDirectory
from threading import RLock
from typing import IO

_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
ROOT = Path(__file__).resolve().parent.parent
KAFKA = "org.apache.kafka:kafka_2.13:4.1.1"
LOGGING = "org.slf4j:slf4j-simple:1.7.36"
SPARK_AVRO = "org.apache.spark:spark-avro_2.13:4.1.1"
DELTA = "io.delta:delta-spark_4.1_2.13:4.4.0"
ICEBERG = "org.apache.iceberg:iceberg-spark-runtime-4.1_2.13:1.12.0"
SQLITE = "org.xerial:sqlite-jdbc:3.54.1.0"
SPARK_KAFKA = "org.apache.spark:spark-sql-kafka-0-10_2.13:4.1.1"
_THREADS, _HOLDERS = RLock(), list[IO[str]]()


def jars(coordinates: str) -> list[Path]:
    """The jars of `group:name:version` and of what it needs, but for what Spark itself brings."""
    folder = cache_folder() / "jars" / coordinates.replace(":", "_")
    fetch_once(folder, lambda target: _with_ivy(coordinates, target))
    return sorted(folder.glob("*.jar"))


def artefact(coordinates: str) -> Path:
    """The file of `group:name:version:packaging:classifier`, without what it depends on."""
    folder = cache_folder() / "tests" / "artefacts" / coordinates.replace(":", "_")
    fetch_once(folder, lambda target: _with_maven(coordinates, target))
    (file,) = folder.iterdir()
    return file


def cache_folder() -> Path:
    """Where downloads stay between runs."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base, "ssbt")


def fetch_once(folder: Path, fetch: Callable[[Path], None]) -> None:
    """Let `fetch` make the folder, unless it is there; it is there whole or not at all.

    One process fetches at a time: what Ivy and Maven keep for all does not have two. What is
    fetched may need something else that is kept.
    """
    if folder.exists():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _alone():
        if not folder.exists():
            with TemporaryDirectory(dir=folder.parent) as fresh:
                fetch(Path(fresh, "files"))
                Path(fresh, "files").rename(folder)


@contextmanager
def _alone() -> Iterator[None]:
    """While no other process and no other thread of this one fetches."""
    with _THREADS, (cache_folder() / "downloads.lock").open("w") as lock:
        # A lock of a file would be waited for by whoever has it already.
        if not _HOLDERS:
            fcntl.flock(lock, fcntl.LOCK_EX)
        _HOLDERS.append(lock)
        try:
            yield
        finally:
            _HOLDERS.pop()


def _with_maven(coordinates: str, folder: Path) -> None:
    options = [f"-Dartifact={coordinates}", f"-DoutputDirectory={folder}"]
    subprocess.run(["mvn", "--quiet", "--batch-mode", _COPY, *options], check=True)


def _with_ivy(coordinates: str, folder: Path) -> None:
    (ivy,) = spark_jars().glob("ivy-*.jar")
    command = [
        *("java", "-jar", str(ivy), "-cache", str(cache_folder() / "jars" / "ivy")),
        *("-dependency", *coordinates.split(":"), "-confs", "default"),
        *("-retrieve", str(folder / "[artifact]-[revision](-[classifier]).[ext]")),
    ]
    done = subprocess.run(_with_java(command), capture_output=True, text=True, check=False)
    if done.returncode or "FAILED DOWNLOADS" in done.stdout or not folder.exists():
        raise RuntimeError(f"{coordinates} cannot be fetched:\n{done.stdout}\n{done.stderr}")
    brought = {_name(jar) for jar in spark_jars().glob("*.jar")}
    if coordinates.startswith(("org.apache.spark:", "io.delta:")):
        for jar in folder.glob("*.jar"):
            if _name(jar) in brought:
                jar.unlink()


def spark_jars() -> Path:
    """The folder of the jars that pyspark brings along."""
    import pyspark

    return Path(pyspark.__file__).parent / "jars"


def java() -> str:
    """The `java` of a Java that Spark runs on."""
    home = os.environ.get("JAVA_HOME")
    if not home:
        result = [str(ROOT / "tools" / "java.sh")]
        home = subprocess.run(result, capture_output=True, text=True, check=True).stdout.strip()
    return str(Path(home, "bin", "java"))


def _with_java(command: list[str]) -> list[str]:
    return [java(), *command[1:]]


def _name(jar: Path) -> str:
    """A jar's name without its version."""
    return jar.stem.rpartition("-")[0]

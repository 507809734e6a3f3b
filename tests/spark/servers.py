"""Spark's own servers and spark-submit as processes, each stopped by its process id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
import os
from pathlib import Path
import socket
import subprocess
import sys
import time

from ssbt.compiler.emit.archive import build_runtime_archive
from tests.jvm import archive_options, java_variables


def spark_home() -> Path:
    """Where the installed pyspark keeps `bin/` and `jars/`."""
    import pyspark

    return Path(pyspark.__file__).parent


def environment(**extra: str) -> dict[str, str]:
    """For every process of Spark's: this Python, this Spark, nothing but the loopback address."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SPARK_", "PYSPARK_", "SSBT_", "PYTHON"))
    }
    return {
        **inherited,
        "SPARK_HOME": str(spark_home()),
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_DAEMON_JAVA_OPTS": archive_options(),
        **java_variables(),
        **extra,
    }


def runtime_zip(folder: Path) -> Path:
    """`ssbt_runtime.zip` as the compiler writes it."""
    path = folder / "ssbt_runtime.zip"
    path.write_bytes(build_runtime_archive())
    return path


def submitted(
    zipped: Path,
    script: Path,
    *arguments: str,
    master: str | None = "local[1]",
    remote: str | None = None,
    conf: Mapping[str, str] | None = None,
    modules: Sequence[Path] = (),
    **variables: str,
) -> subprocess.CompletedProcess[str]:
    """What `spark-submit --py-files ssbt_runtime.zip script arguments` did.

    spark-submit writes what the script says, on standard error too, to standard output.
    """
    settings = {
        "spark.ui.enabled": "false",
        "spark.executor.extraJavaOptions": archive_options(),
        **(conf or {}),
    }
    options = [f"--conf={name}={value}" for name, value in settings.items()]
    where = ["--remote", remote] if remote else ["--master", master or ""]
    return subprocess.run(
        [
            *(str(spark_home() / "bin" / "spark-submit"), *where, *options),
            *("--py-files", ",".join(map(str, (zipped, *modules)))),
            *(str(script), *arguments),
        ],
        env=environment(**variables),
        cwd=zipped.parent,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


@contextmanager
def connect_server(folder: Path) -> Iterator[str]:
    """The URL of a Spark Connect server."""
    port = free_port()
    command = [
        str(spark_home() / "bin" / "spark-submit"),
        *("--class", "org.apache.spark.sql.connect.service.SparkConnectServer"),
        *("--master", "local[2]", "--conf", "spark.ui.enabled=false"),
        *("--conf", "spark.connect.grpc.binding.address=127.0.0.1"),
        *("--conf", f"spark.connect.grpc.binding.port={port}"),
        *("--conf", "spark.sql.shuffle.partitions=7"),
        "spark-internal",
    ]
    with _running(command, folder / "connect.log", port):
        yield f"sc://127.0.0.1:{port}"


@contextmanager
def standalone_cluster(folder: Path) -> Iterator[str]:
    """The URL of a standalone master that has one worker."""
    port, worker_port = free_port(), free_port()
    url = f"spark://127.0.0.1:{port}"
    program = str(spark_home() / "bin" / "spark-class")
    master = [
        *(program, "org.apache.spark.deploy.master.Master", "--host", "127.0.0.1"),
        *("--port", str(port), "--webui-port", str(free_port())),
    ]
    worker = [
        *(program, "org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1"),
        *("--port", str(worker_port), "--webui-port", str(free_port())),
        *("--cores", "2", "--memory", "1g", "--work-dir", str(folder / "work"), url),
    ]
    with (
        _running(master, folder / "master.log", port),
        _running(worker, folder / "worker.log", worker_port),
    ):
        yield url


@contextmanager
def _running(command: list[str], log: Path, port: int) -> Iterator[None]:
    """A server from when it listens on `port`; what it says is in `log`."""
    with log.open("w") as output:
        process = subprocess.Popen(
            command, env=environment(), cwd=log.parent, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        _wait_for(port, process, log)
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError(f"no server on port {port}: {log.read_text()[-2000:]}")


def free_port() -> int:
    """A port of the loopback address on which nothing listens."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])

"""The example that reads from a socket, run as its README says, with a server of the test's."""

from __future__ import annotations

import os
from pathlib import Path
import signal
import socket
import subprocess
import sys
from threading import Thread

import pytest

from ssbt.compiler.driver import check_pipeline, emit_files
from tests.spark import servers

pytestmark = [pytest.mark.spark, pytest.mark.timeout(300)]

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "network_word_count"


def test_words_from_a_socket(tmp_path: Path) -> None:
    """They are counted as they come, and the job stops when it is told to."""
    names = check_pipeline("pipeline.ssbt", lambda name: (EXAMPLE / name).read_bytes())
    for file in emit_files(names):
        (tmp_path / file.path).write_bytes(file.content)
    with socket.create_server(("127.0.0.1", 0)) as server:
        Thread(target=serve, args=(server, b"spark ssbt spark\n"), daemon=True).start()
        settings = ("--set", "host=127.0.0.1", "--set", f"port={server.getsockname()[1]}")
        with subprocess.Popen(
            [sys.executable, tmp_path / "network_word_count.py", *settings],
            env=servers.environment(PYTHONPATH=str(tmp_path / "ssbt_runtime.zip")),
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=(tmp_path / "log").open("w"),
            text=True,
            start_new_session=True,
        ) as process:
            try:
                assert process.stdout
                rows = (line.split("|")[2:4] for line in process.stdout if line.startswith("|{"))
                counts = {word.strip(): int(n) for word, n in (next(rows), next(rows))}
                process.send_signal(signal.SIGTERM)
                code = process.wait(timeout=100)
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
    assert counts == {"spark": 2, "ssbt": 1}
    assert code == 143, (tmp_path / "log").read_text()


def serve(server: socket.socket, text: bytes) -> None:
    """Send the text to whoever connects, and leave the connection open."""
    open_connections = []
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        connection.sendall(text)
        open_connections.append(connection)

"""HashiCorp Vault's own server: its core and its HTTP interface, built from its Go module.

The module is no program that can be installed by name, and the whole of it would bring every
cloud's libraries along: `main.go` is the server with storage in memory and the key-value engine
alone. Building it takes minutes, and is done once for each change of these files.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
import hashlib
import json
import os
from pathlib import Path
import subprocess
from typing import Any
from urllib.request import Request, urlopen

HERE = Path(__file__).parent


class Vault:
    """A running server, with the engine 1 at `kv` and 2 at `secret`; `token` may do anything."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self.token = token
        self.ask("POST", "sys/mounts/kv", {"type": "kv", "options": {"version": "1"}})
        self.ask("POST", "sys/mounts/secret", {"type": "kv", "options": {"version": "2"}})

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """The answer to a request, None where it is empty."""
        data = json.dumps(body).encode() if body is not None else None
        request = Request(f"{self.url}/v1/{path}", data, method=method)
        request.add_header("X-Vault-Token", self.token)
        with urlopen(request, timeout=30) as response:
            text = response.read()
        return json.loads(text) if text else None


@contextmanager
def vault() -> Iterator[Vault]:
    """A running Vault, stopped in the end."""
    with subprocess.Popen([_program()], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url, token = process.stdout.readline().split()
            yield Vault(url, token)
        finally:
            process.kill()


def _program() -> Path:
    files = sorted([*HERE.glob("*.go"), *HERE.glob("go.*")])
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    program = Path(base, "ssbt", "tests", f"vault-{digest}")
    if not program.exists():
        program.parent.mkdir(parents=True, exist_ok=True)
        build = ["go", "build", "-trimpath", "-ldflags", "-s -w", "-o", str(program), "."]
        subprocess.run(build, cwd=HERE, check=True)
    return program

"""The values of secrets, for commands that need them."""

from __future__ import annotations

from collections.abc import Mapping
import json
import os
import subprocess
import sys
from typing import Any

from ssbt.compiler.cli.failures import Failure

_PREFIX = "SSBT_SECRET_"
# Providers are the runtime's, which the compiler does not import: it needs PySpark.
_PROVIDERS = ("-m", "ssbt.runtime.providers.answering")
_SECONDS = 120


def secret_values(references: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """The value of each secret, looked up where its reference says. Raises Failure."""
    plain = [name for name, reference in references.items() if reference == {"provider": "env"}]
    others = {name: reference for name, reference in references.items() if name not in plain}
    found = {name: _variable(name) for name in plain}
    return {**found, **_provided(others)} if others else found


def _variable(name: str) -> str:
    variable = _PREFIX + name.upper()
    try:
        return os.environ[variable]
    except KeyError:
        message = f"the secret `{name}` has no value: the variable {variable} is not set"
        raise Failure(message) from None


def _provided(references: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    command = [sys.executable, *_PROVIDERS]
    asked = json.dumps(references)
    try:
        done = subprocess.run(
            command, input=asked, capture_output=True, text=True, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise Failure(f"the providers of secrets have not answered in {_SECONDS} s") from None
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason"])[-1]
        raise Failure(f"the providers of secrets, which are the runtime's, do not start: {reason}")
    answer = json.loads(done.stdout)
    if "problem" in answer:
        raise Failure(answer["problem"])
    values: dict[str, str] = answer["values"]
    return values

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
_TIMEOUT_SECONDS = 120


def look_up_secrets(references: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """The value of each secret, looked up where its reference says. Raises Failure."""
    variable_names = [
        name for name, reference in references.items() if reference == {"provider": "env"}
    ]
    provider_references = {
        name: reference for name, reference in references.items() if name not in variable_names
    }
    values = {name: _read_variable(name) for name in variable_names}
    return {**values, **_ask_providers(provider_references)} if provider_references else values


def _read_variable(name: str) -> str:
    variable = _PREFIX + name.upper()
    try:
        return os.environ[variable]
    except KeyError:
        message = f"the secret `{name}` has no value: the variable {variable} is not set"
        raise Failure(message) from None


def _ask_providers(references: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    command = [sys.executable, *_PROVIDERS]
    request = json.dumps(references)
    try:
        process = subprocess.run(
            command, input=request, capture_output=True, text=True, timeout=_TIMEOUT_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise Failure(
            f"the providers of secrets have not answered in {_TIMEOUT_SECONDS} s"
        ) from None
    if process.returncode:
        reason = (process.stderr.strip().splitlines() or ["no reason"])[-1]
        raise Failure(f"the providers of secrets, which are the runtime's, do not start: {reason}")
    answer = json.loads(process.stdout)
    if "problem" in answer:
        raise Failure(answer["problem"])
    values: dict[str, str] = answer["values"]
    return values

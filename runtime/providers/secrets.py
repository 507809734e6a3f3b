"""The values of secrets: looked up where a run needs them, and shown nowhere.

Where a secret is looked up is configuration. What is known of its value stays here, so that logs
and errors can be cleared of it.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
import json
import logging
import os
from queue import Empty, Queue
from threading import Thread
import time
from typing import Any
from urllib.parse import quote, quote_plus, unquote

from ssbt.runtime.providers import NoValueError, find_provider, is_built_in
from ssbt.runtime.redaction.texts import (
    HIDDEN,
    credentials_in,
    holds_credential,
    without_credentials,
)

_LOG = logging.getLogger("ssbt.runtime")
_TIMEOUT, _RETRIES, _CACHE_SECONDS = 10.0, 2, 300.0
# A shorter value would blank out half of what is logged, and is no secret.
_MIN_LENGTH = 4


class SecretError(Exception):
    """A secret has no value here; the message names it, and where it was looked for."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret by its name; the value is looked up where it is needed."""

    name: str


class Secrets:
    """Looks up the secrets of one run, each as its reference says: a provider with its options.

    `tell` is called with values that may not be seen, in all their spellings, as they come.
    """

    def __init__(
        self,
        references: Mapping[str, Mapping[str, Any]] | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], None] = time.sleep,
        tell: Callable[[set[str]], None] = lambda values: None,
    ) -> None:
        self._references = {name.casefold(): dict(r) for name, r in (references or {}).items()}
        self._clock, self._wait, self._tell = clock, wait, tell
        self._values: dict[str, tuple[str, float]] = {}

    def value(self, name: str) -> str:
        """The value, kept for the time that the reference says; raises SecretError."""
        reference = self._references.get(name.casefold(), {"provider": "env"})
        cached, until = self._values.get(name.casefold(), ("", 0.0))
        if cached and self._clock() < until:
            return cached
        value = self._look_up(name, reference)
        lifetime = float(reference.get("cache", _CACHE_SECONDS))
        self._values[name.casefold()] = value, self._clock() + lifetime
        if self not in _in_use:
            _in_use.append(self)
        if new_spellings := _spellings(value) - _known_spellings:
            _known_spellings.update(new_spellings)
            self._tell(new_spellings)
        return value

    def rotated(self) -> list[str]:
        """The secrets whose value is another now than it was when it was looked up."""
        names = []
        for name, (value, _) in list(self._values.items()):
            del self._values[name]
            with suppress(SecretError):
                if self.value(name) != value:
                    names.append(name)
        return names

    def _look_up(self, name: str, reference: Mapping[str, Any]) -> str:
        retries = int(reference.get("retries", _RETRIES))
        for attempt in range(retries + 1):
            try:
                return _fetch_within_time(name, reference)
            except (SecretError, OSError) as error:
                if attempt == retries or not isinstance(error, OSError):
                    description = f"the secret `{name}` (provider {reference.get('provider')})"
                    raise SecretError(f"{description}: {redact(str(error))}") from None
                self._wait(0.5 * 2**attempt)
        raise AssertionError("unreachable")


def _fetch_within_time(name: str, reference: Mapping[str, Any]) -> str:
    """The value from the provider; raises SecretError, or OSError for a transient failure."""
    kind, options = str(reference.get("provider", "env")), dict(reference)
    timeout = float(options.setdefault("timeout", _TIMEOUT))
    answer: Queue[str | BaseException] = Queue()

    def ask() -> None:
        try:
            answer.put(find_provider(kind)(name, options))
        except BaseException as error:
            answer.put(error)

    # A thread that may be left behind: not every client knows a time limit.
    Thread(target=ask, daemon=True).start()
    try:
        outcome = answer.get(timeout=timeout)
    except Empty:
        raise TimeoutError(f"no answer within {timeout:g} seconds") from None
    if isinstance(outcome, BaseException):
        raise _safe_error(outcome, of_ours=is_built_in(kind))
    if not isinstance(outcome, str):
        raise SecretError(f"the value is no text, but of the type {type(outcome).__name__}")
    if not outcome:
        raise SecretError("the value is empty")
    return outcome


def _safe_error(error: BaseException, *, of_ours: bool) -> SecretError | OSError:
    """The failure of a provider as it may be told, without a trace of where it began.

    What a provider of somebody else's says may hold the value, or the answer in which it stands:
    of that no more than the kind is reported, and what the operating system says of a number.
    """
    kind = type(error).__name__
    if isinstance(error, NoValueError):
        return SecretError(str(error))
    if isinstance(error, ImportError) and error.name:
        return SecretError(f"the Python package `{error.name}` is not installed")
    if isinstance(error, OSError):
        text = os.strerror(error.errno) if error.errno else kind
        return ConnectionError(str(error) if of_ours and not error.errno else text)
    if of_ours and isinstance(error, LookupError | ValueError | SecretError) and error.args:
        return SecretError(str(error.args[0]))
    return SecretError(kind)


_known_spellings: set[str] = set()
_in_use: list[Secrets] = []


def find_rotated_secrets() -> list[str]:
    """The secrets in use whose value is another now."""
    return [name for secrets in _in_use for name in secrets.rotated()]


def known_values() -> frozenset[str]:
    """The values that were looked up so far, in all their spellings."""
    return frozenset(_known_spellings)


def hide_credentials(name: str, value: object) -> None:
    """Let a given value, or what it holds, be seen nowhere if it is a credential.

    Nobody has declared it as a secret, and it may stand in a parameter of any type.
    """
    if isinstance(value, Mapping):
        for key, each in value.items():
            # `{"secret": NAME}` names one.
            if list(value) != ["secret"]:
                hide_credentials(f"{name}.{key}", each)
    elif isinstance(value, list | tuple):
        for each in value:
            hide_credentials(name, each)
    elif isinstance(value, str):
        is_credential = (
            holds_credential(name) and not name.startswith("secrets.") and not value.isdigit()
        )
        for credential in (*([value] if is_credential else ()), *credentials_in(value)):
            _known_spellings.update(_spellings(credential) | _spellings(unquote(credential)))


def redact(text: str) -> str:
    """The text without the values of secrets that are known so far, and those in addresses."""
    for value in sorted(_known_spellings, key=len, reverse=True):
        text = text.replace(value, HIDDEN)
    return without_credentials(text)


def _spellings(value: str) -> set[str]:
    """The value as it may stand in a text: as it is, escaped, or in an address."""
    spellings = {value, value.strip(), json.dumps(value)[1:-1], repr(value)[1:-1]}
    spellings |= {
        quote(value, safe=""),
        quote_plus(value),
        json.dumps(value, ensure_ascii=False)[1:-1],
    }
    spellings |= {line.strip() for line in value.splitlines()}
    return {each for each in spellings if len(each) >= _MIN_LENGTH}

"""The values of secrets, which the environment of a run holds and nothing else may show."""

from collections.abc import Callable
from dataclasses import dataclass, field
import os

_VARIABLE_PREFIX = "SSBT_SECRET_"


class SecretError(Exception):
    """A secret has no value here; the message names it, and where it was looked for."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret by its name; the value is looked up where it is needed."""

    name: str


def environment_secret(name: str) -> str:
    """The value of `SSBT_SECRET_<NAME>`; raises SecretError where there is none."""
    variable = _VARIABLE_PREFIX + name.upper()
    try:
        return os.environ[variable]
    except KeyError:
        message = f"the secret `{name}` has no value: the variable {variable} is not set"
        raise SecretError(message) from None


@dataclass(frozen=True)
class Secrets:
    """Looks up the secrets of one run."""

    provider: Callable[[str], str] = field(default=environment_secret)

    def value(self, name: str) -> str:
        """The value; raises SecretError where there is none."""
        return self.provider(name)

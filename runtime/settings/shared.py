"""What a configuration says of connections and secrets, held to what the script declares."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
import re
from typing import Any

from ssbt.runtime.brokers.client_names import client_option_name
from ssbt.runtime.providers import is_known
from ssbt.runtime.providers.secrets import Secret
from ssbt.runtime.settings.known import (
    COMMON_PROVIDER_OPTIONS,
    CONNECTION_OPTIONS,
    OPEN_BEGINNINGS,
    PROVIDER_OPTIONS,
    REFUSED_OPTIONS,
)
from ssbt.runtime.values.unknown_names import unknown_name_message

# No more digits than a wait or a count can have.
_SECONDS = "a number of seconds", r"[0-9]{1,8}(\.[0-9]{0,9})?"
_NUMBERS = {"timeout": _SECONDS, "retries": ("a whole number", "[0-9]{1,8}"), "cache": _SECONDS}


@dataclass(frozen=True, slots=True)
class SharedConfiguration:
    """The entries so far, and what is wrong with them.

    `kinds` has the kind of each connection of the script, `names` its secrets; None for a script
    of a compiler that did not say them, of which nothing can be unknown.
    """

    kinds: Mapping[str, str] | None = None
    names: Iterable[str] | None = None
    connections: dict[str, dict[str, str | Secret]] = field(default_factory=dict)
    secrets: dict[str, dict[str, Any]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def add(self, source: str, key: str, raw: object) -> None:
        """Take in `connections.NAME[.OPTION]` or `secrets.NAME[.OPTION]`."""
        section, _, rest = key.partition(".")
        declared_names = self.names if section == "secrets" else self.kinds
        try:
            if declared_names is None:
                name, _, option = rest.partition(".")
            else:
                name, option = _split_declared(section, rest, declared_names, source)
            values = {option: raw} if option else raw
            if not isinstance(values, dict):
                raise ValueError(f"`{key}` ({source}) must be an object")
            for each, value in values.items():
                if section == "secrets":
                    self.secrets.setdefault(name, {})[each] = _option_text(value)
                else:
                    self._add_option(source, name, each, value)
        except ValueError as error:
            self.problems.append(str(error))

    def unknown_provider_options(self) -> list[str]:
        """Providers that there are not, and options that ours do not have."""
        problems = []
        for name, reference in self.secrets.items():
            kind = str(reference.get("provider", "env"))
            own_options = PROVIDER_OPTIONS.get(kind)
            if own_options is None:
                if not is_known(kind):
                    owner = f"the secret `{name}`"
                    problems.append(unknown_name_message("provider", kind, PROVIDER_OPTIONS, owner))
                continue
            all_options = (*COMMON_PROVIDER_OPTIONS, *own_options)
            problems += [
                f"the secret `{name}`: `{option}` is {expectation}, not `{reference[option]}`"
                for option, (expectation, pattern) in _NUMBERS.items()
                if option in reference and not re.fullmatch(pattern, str(reference[option]))
            ]
            problems += [
                unknown_name_message(
                    "option", option, all_options, f"the secret `{name}`, provider {kind}"
                )
                for option in reference
                if option not in all_options
            ]
        return problems

    def _add_option(self, source: str, name: str, option: str, value: object) -> None:
        location = f"`connections.{name}.{option}` ({source})"
        if self.kinds is not None:
            option = _spark_option_name(self.kinds[name], option, f"{source}, connection `{name}`")
        option_value: str | Secret
        if isinstance(value, dict) and list(value) == ["secret"]:
            option_value = Secret(str(value["secret"]))
        elif isinstance(value, dict | list) or value is None:
            raise ValueError(f"{location} must be text or a secret")
        else:
            option_value = _option_text(value)
        self.connections.setdefault(name, {})[option] = option_value


def _split_declared(
    section: str, rest: str, declared_names: Iterable[str], source: str
) -> tuple[str, str]:
    """The name as the script has it, and the option; raises `ValueError` for an unknown name.

    A name may have dots, `a.b`, and backticks around it.
    """
    rest = rest.replace("`", "")
    folded = f"{rest.casefold()}."
    prefixes = [each for each in declared_names if folded.startswith(f"{each.casefold()}.")]
    if prefixes:
        name = max(prefixes, key=len)
        return name, rest[len(name) + 1 :]
    unknown_name = rest.partition(".")[0]
    kind = section.removesuffix("s")
    raise ValueError(unknown_name_message(kind, unknown_name, declared_names, source))


def _spark_option_name(kind: str, option: str, source: str) -> str:
    """Spark's name of an option; raises `ValueError` for one that the kind does not have."""
    options = CONNECTION_OPTIONS.get(kind)
    if options is None:
        return option
    folded = option.casefold()
    spark_names = {name.casefold(): spark for name, spark in options.items()}
    spark_names |= {spark.casefold(): spark for spark in options.values()}
    if folded in spark_names:
        return spark_names[folded]
    refusal = REFUSED_OPTIONS.get(kind, {}).get(folded)
    if refusal is not None:
        raise ValueError(f"Spark does not take `{option}` ({source}): {refusal}")
    beginning = OPEN_BEGINNINGS.get(kind)
    known_options = (*options, *options.values())
    if beginning is None or not folded.startswith(beginning):
        raise ValueError(unknown_name_message("option", option, known_options, source))
    return client_option_name(kind, beginning, option, known_options, source)


def _option_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

"""What a configuration says of connections and secrets, held to what the script declares."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from ssbt.runtime.providers import is_known
from ssbt.runtime.providers.secrets import Secret
from ssbt.runtime.settings.known import (
    COMMON_PROVIDER_OPTIONS,
    CONNECTION_OPTIONS,
    OPEN_BEGINNINGS,
    PROVIDER_OPTIONS,
)

# Names that `raw` passes on are refused only where they are nearly one that is known.
_NEARLY = 0.9


@dataclass(frozen=True, slots=True)
class Shared:
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
        given, _, option = rest.partition(".")
        declared = self.names if section == "secrets" else self.kinds
        try:
            name = given if declared is None else _declared(section, given, declared, source)
            values = {option: raw} if option else raw
            if not isinstance(values, dict):
                raise ValueError(f"`{key}` ({source}) must be an object")
            for each, value in values.items():
                if section == "secrets":
                    self.secrets.setdefault(name, {})[each] = _text(value)
                else:
                    self._connect(source, name, each, value)
        except ValueError as error:
            self.problems.append(str(error))

    def unknown_provider_options(self) -> list[str]:
        """Providers that there are not, and options that ours do not have."""
        found = []
        for name, reference in self.secrets.items():
            kind = str(reference.get("provider", "env"))
            own = PROVIDER_OPTIONS.get(kind)
            if own is None:
                if not is_known(kind):
                    where = f"the secret `{name}`"
                    found.append(unknown("provider", kind, PROVIDER_OPTIONS, where))
                continue
            known = (*COMMON_PROVIDER_OPTIONS, *own)
            found += [
                f"the secret `{name}`: `{option}` is a number, not `{reference[option]}`"
                for option in ("timeout", "retries", "cache")
                if option in reference and not _is_number(reference[option])
            ]
            found += [
                unknown("option", option, known, f"the secret `{name}`, provider {kind}")
                for option in reference
                if option not in known
            ]
        return found

    def _connect(self, source: str, name: str, option: str, value: object) -> None:
        place = f"`connections.{name}.{option}` ({source})"
        if self.kinds is not None:
            option = _spelled(self.kinds[name], option, f"{source}, connection `{name}`")
        given: str | Secret
        if isinstance(value, dict) and list(value) == ["secret"]:
            given = Secret(str(value["secret"]))
        elif isinstance(value, dict | list) or value is None:
            raise ValueError(f"{place} must be text or a secret")
        else:
            given = _text(value)
        self.connections.setdefault(name, {})[option] = given


def unknown(kind: str, name: str, known: Iterable[str], source: str) -> str:
    """The message for a name that nobody declared."""
    spellings = {each.casefold(): each for each in known}
    # A file has sections, `params.day`, which an argument has not.
    words = (name.strip().casefold(), name.strip().rpartition(".")[2].casefold())
    near = [found for word in words for found in get_close_matches(word, list(spellings), n=1)]
    way_out = f"; did you mean `{spellings[near[0]]}`?" if near else ""
    return f"unknown {kind} `{name}` ({source}){way_out}"


def _declared(section: str, name: str, declared: Iterable[str], source: str) -> str:
    """The name as the script has it; raises `ValueError` for one that it does not have."""
    for each in declared:
        if each.casefold() == name.casefold():
            return each
    raise ValueError(unknown(section.removesuffix("s"), name, declared, source))


def _spelled(kind: str, option: str, source: str) -> str:
    """Spark's name of an option; raises `ValueError` for one that the kind does not have."""
    options = CONNECTION_OPTIONS.get(kind)
    if options is None or option in options.values():
        return option
    if option in options:
        return options[option]
    known = (*options, *options.values())
    beginning = OPEN_BEGINNINGS.get(kind)
    is_open = beginning is not None and option.startswith(beginning)
    if is_open and not get_close_matches(option, known, n=1, cutoff=_NEARLY):
        return option
    raise ValueError(unknown("option", option, known, source))


def _is_number(value: object) -> bool:
    try:
        return float(str(value)) >= 0
    except ValueError:
        return False


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

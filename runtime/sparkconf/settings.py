"""Settings of Spark that a configuration gives: misspelt names, and what scripts depend on.

The compiler holds pipelines and their environments to the same rules; a test compares both.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
import pkgutil

from ssbt.runtime.providers.secrets import Secret
from ssbt.runtime.settings.parameters import Entry

ANSI = "spark.sql.ansi.enabled"
PARSER_POLICY = "spark.sql.legacy.timeParserPolicy"
TIME_ZONE = "spark.sql.session.timeZone"
_SQL = "spark.sql."
# Two letters: names of other programs' settings are further away from Spark's own.
_MAX_DISTANCE = 2
# Beginnings of names that are put together when Spark runs.
OPEN = (
    *("spark.driver.resource.", "spark.executor.resource.", "spark.task.resource."),
    *("spark.files.io.", "spark.rpc.io.", "spark.shuffle.io.", "spark.yarn.shuffle."),
)
# They change how Spark reads the script's own text; with their defaults.
SETTLED = {
    "spark.sql.ansi.doublequotedidentifiers": "false",
    "spark.sql.ansi.enforcereservedkeywords": "false",
    "spark.sql.casesensitive": "false",
    "spark.sql.variable.substitute": "true",
    "spark.sql.legacy.setopsprecedence.enabled": "false",
}
SETTLED_BEGINNING = "spark.sql.parser."


class SettingsRefusedError(Exception):
    """The session has settings with which the script means something else; one text for each."""


def setting_problems(
    entries: Iterable[Entry], own_settings: Mapping[str, str | Secret], target: str | None
) -> list[str]:
    """What is wrong with the settings that files give beside a script's own."""
    problems = []
    for source, name, value in entries:
        if not name.startswith("spark."):
            continue
        if (unknown := unknown_name(name)) is not None:
            way_out = f"; did you mean `{unknown}`?" if unknown else ""
            problems.append(f"Spark has no `{name}` ({source}){way_out}")
        elif is_settled(name):
            reason = "would change how Spark reads the script's own text"
            problems.append(f"`{name}` ({source}) {reason}: leave it at its default")
        elif isinstance(value, bool | str | int):
            setting = {name: str(value).lower() if isinstance(value, bool) else str(value)}
            problems += (
                f"{each} ({source})" for each in find_contradictions(setting, own_settings, target)
            )
    return problems


def is_settled(name: str) -> bool:
    """Whether the compiler has settled what a setting is."""
    return name.lower() in SETTLED or name.lower().startswith(SETTLED_BEGINNING)


def find_contradictions(
    given_settings: Mapping[str, str], own_settings: Mapping[str, str | Secret], target: str | None
) -> Iterator[str]:
    """What of `given` is other than what a script was compiled for.

    `own` are its settings, `target` its line of Spark; of a script without one nothing is known.
    """
    if target is None:
        return
    requested = {name.lower(): value.lower() for name, value in given_settings.items()}
    compiled = {
        name.lower(): value.lower()
        for name, value in own_settings.items()
        if isinstance(value, str)
    }
    ansi, policy = ANSI.lower(), PARSER_POLICY.lower()
    compiled_ansi = compiled.get(ansi, "false" if target.startswith("3.") else "true")
    if requested.get(ansi, compiled_ansi) != compiled_ansi:
        reason = (
            f"the pipeline is compiled for `{compiled_ansi}`, and would silently have other values"
        )
        yield f"`{ANSI}` is `{requested[ansi]}`: {reason}; set it in the pipeline"
    was_legacy = compiled.get(policy) == "legacy"
    if policy in requested and (requested[policy] == "legacy") != was_legacy:
        reason = "patterns of dates are checked for the other value"
        value = given_value(given_settings, policy)
        yield f"`{PARSER_POLICY}` is `{value}`: {reason}; set it in the pipeline"
    for name, value in given_settings.items():
        if SETTLED.get(name.lower(), value.lower()) != value.lower():
            reason = "would change how Spark reads the script's own text"
            yield f"`{name}` is `{value}`, which {reason}: leave it at its default"


def given_value(settings: Mapping[str, str], name: str) -> str:
    """The value of a setting whose name is given in lower case."""
    return next(value for key, value in settings.items() if key.lower() == name)


def unknown_name(name: str) -> str | None:
    """The setting that a name was meant to be, empty where none is near; None for a good name.

    A name far from all of Spark's is somebody's own, unless it is in a group of Spark SQL.
    """
    if name in names() or name.startswith(_open_prefixes()) or is_settled(name):
        return None
    near = _find_nearest(name)
    if near is None and name.startswith(_SQL) and name.split(".")[2] in _groups():
        return ""
    return near


def _find_nearest(name: str) -> str | None:
    candidates = (each for each in names() if abs(len(name) - len(each)) <= _MAX_DISTANCE)
    return next((each for each in candidates if _distance(name, each) <= _MAX_DISTANCE), None)


def _distance(one: str, other: str) -> int:
    """The number of letters to add, drop, change or swap with their neighbour."""
    previous_row: list[int] = []
    row: list[int] = [*range(len(other) + 1)]
    for i, letter in enumerate(one):
        last_row, row = row, [i + 1]
        for j, each in enumerate(other):
            row.append(min(last_row[j] + (letter != each), last_row[j + 1] + 1, row[j] + 1))
            if i and j and letter == other[j - 1] and one[i - 1] == each:
                row[-1] = min(row[-1], previous_row[j - 1] + 1)
        previous_row = last_row
    return int(row[-1])


@cache
def names() -> tuple[str, ...]:
    """Spark's settings, of all lines; a name that ends with a dot is the beginning of others."""
    table = pkgutil.get_data("ssbt.runtime.sparkconf", "settings.tsv") or b""
    return tuple(line.partition("\t")[0] for line in table.decode("utf-8").splitlines())


@cache
def _open_prefixes() -> tuple[str, ...]:
    return (*OPEN, *(name for name in names() if name.endswith(".")))


@cache
def _groups() -> frozenset[str]:
    """The third words of names in Spark SQL that have four or more."""
    name_parts = (name.split(".") for name in names() if name.startswith(_SQL))
    return frozenset(each[2] for each in name_parts if len(each) > 3)

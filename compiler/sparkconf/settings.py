"""Which settings Spark has in each of its lines, and what values they take."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from msgspec import Struct

from ssbt.compiler.diagnostics.suggestions import did_you_mean, edit_distance
from ssbt.compiler.sparkconf.values import describe_expected_value, normalize_unit

# Beginnings of names that are put together when Spark runs, besides those that its code has whole.
_OPEN_PREFIXES = (
    *("spark.driver.resource.", "spark.executor.resource.", "spark.task.resource."),
    *("spark.files.io.", "spark.rpc.io.", "spark.shuffle.io.", "spark.yarn.shuffle."),
)
TIME_ZONE = "spark.sql.session.timeZone"
ANSI = "spark.sql.ansi.enabled"
_PARSER_POLICY = "spark.sql.legacy.timeparserpolicy"
_SQL = "spark.sql."
# Two letters: names of other programs' settings are further away from Spark's own.
_MAX_DISTANCE = 2
# These change how Spark reads the text of an expression or a name, and with it what the script
# means; the compiler has settled each of them.
_FIXED_SETTINGS = (
    "spark.sql.ansi.doublequotedidentifiers",
    "spark.sql.ansi.enforcereservedkeywords",
    "spark.sql.casesensitive",
    "spark.sql.variable.substitute",
    "spark.sql.legacy.setopsprecedence.enabled",
)
_FIXED_PREFIX = "spark.sql.parser."


class Setting(Struct, frozen=True):
    """A row: `since` and `last` are lines, empty where every older or newer one has it, too."""

    name: str
    kind: str
    since: str
    last: str
    least: str
    choices: tuple[str, ...]


class SettingProblem(Struct, frozen=True):
    """What is wrong with a setting: with its name, or else with its value.

    `near` is the setting that was probably meant.
    """

    message: str
    help: str = ""
    is_name: bool = False
    near: str = ""


@cache
def known_settings() -> dict[str, Setting]:
    """The settings by name; a name that ends with a dot is the beginning of others."""
    text = _table_path().read_text("utf-8")
    rows = (line.split("\t") for line in text.splitlines())
    return {
        name: Setting(name, kind, since, last, least, tuple(filter(None, choices.split(","))))
        for name, kind, since, last, least, choices in rows
    }


def _table_path() -> Path:
    """The runtime has it, which may not import the compiler; here it is not imported either."""
    spec = find_spec("ssbt.runtime")
    assert spec is not None, "the runtime is a part of the distribution"
    folder = next(iter(spec.submodule_search_locations or ()))
    return Path(folder, "sparkconf", "settings.tsv")


def normalize_setting(name: str, text: str) -> str:
    """What Spark is given where somebody wrote `2 minutes` or `64 MiB`."""
    setting = known_settings().get(name)
    return normalize_unit(text, setting.kind) if setting else text


def is_ansi(settings: Iterable[tuple[str, str]], spark: str) -> bool:
    """Whether ANSI mode is on with these settings: its default from Spark 4 on."""
    default = "false" if spark.startswith("3.") else "true"
    return _setting_text(settings, ANSI, default) == "true"


def has_legacy_formats(settings: Iterable[tuple[str, str]]) -> bool:
    """Whether formats of dates are those of Spark 2."""
    return _setting_text(settings, _PARSER_POLICY, "") == "legacy"


def _setting_text(settings: Iterable[tuple[str, str]], name: str, default: str) -> str:
    return {key.lower(): value.lower() for key, value in settings}.get(name, default)


def find_check_conflict(
    name: str, value: str, settings: Iterable[tuple[str, str]], spark: str
) -> SettingProblem | None:
    """Why a setting may not be given beside the pipeline, whose expressions it would change."""
    override = ((name, value),)
    if name.lower() == ANSI and is_ansi(override, spark) != is_ansi(settings, spark):
        reason = "types and constants of the pipeline are checked with the other value"
    elif name.lower() == _PARSER_POLICY and has_legacy_formats(override) != has_legacy_formats(
        settings
    ):
        reason = "patterns of dates in the pipeline are checked with the other value"
    else:
        return None
    return SettingProblem(f"`{name}` cannot be `{value}` here: {reason}", "set it in the pipeline")


def find_setting_problem(name: str, value: str, spark: str) -> SettingProblem | None:
    """Why Spark of a line would skip a setting or refuse it, as far as can be told."""
    lower = name.lower()
    if lower in _FIXED_SETTINGS or lower.startswith(_FIXED_PREFIX):
        message = f"`{name}` would change how Spark reads the script's own text"
        return SettingProblem(message, "leave it at its default")
    if name.startswith(_open_prefixes()):
        return None
    setting = known_settings().get(name)
    if setting is None:
        return _unknown_setting_problem(name)
    if setting.kind != "text" and setting.since and _version(setting.since) > _version(spark):
        return SettingProblem(
            f"`{name}` came with Spark {setting.since}, not {spark}", is_name=True
        )
    if setting.kind != "text" and setting.last and _version(setting.last) < _version(spark):
        message = f"Spark {spark} has no `{name}` any more: {setting.last} was the last to have it"
        return SettingProblem(message, is_name=True)
    expected = describe_expected_value(value, setting.kind, setting.least, setting.choices)
    return SettingProblem(f"`{name}` takes {expected}, not `{value}`") if expected else None


def _unknown_setting_problem(name: str) -> SettingProblem | None:
    """The refusal of a name that is nearly one of Spark's, or in a group of its own.

    Any other may be read by somebody's library.
    """
    if name.startswith(_SQL) and name.split(".")[2] in _groups():
        near = did_you_mean(name, known_settings())
    else:
        near = next((each for each in known_settings() if _is_near(name, each)), None)
        if near is None:
            return None
    message, help_ = f"Spark has no `{name}`", f"did you mean `{near}`?" if near else ""
    return SettingProblem(message, help_, True, near or "")


def find_setting(option: str) -> str | None:
    """The setting of Spark whose last word an option has: `max_partition_bytes`."""
    word = option.replace("_", "").replace("-", "").casefold()
    if len(word) < 12:
        return None
    matches = [name for name in known_settings() if name.casefold().endswith(f".{word}")]
    return next((name for name in matches if name.startswith(_SQL)), next(iter(matches), None))


def _is_near(name: str, candidate: str) -> bool:
    return (
        abs(len(name) - len(candidate)) <= _MAX_DISTANCE
        and edit_distance(name, candidate) <= _MAX_DISTANCE
    )


@cache
def _open_prefixes() -> tuple[str, ...]:
    return (*_OPEN_PREFIXES, *(name for name in known_settings() if name.endswith(".")))


@cache
def _groups() -> frozenset[str]:
    """The third words of names in Spark SQL that have four or more."""
    names = (name.split(".") for name in known_settings() if name.startswith(_SQL))
    return frozenset(words[2] for words in names if len(words) > 3)


def _version(line: str) -> tuple[int, ...]:
    return tuple(map(int, line.split(".")))

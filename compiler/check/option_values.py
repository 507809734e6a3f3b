"""Texts of options that name nothing: time zones, locales, globs, paths and times of day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import combinations
import re

from ssbt.compiler.connectors.partition_folders import BASE_PATH
from ssbt.compiler.connectors.settings import Setting, Settings
from ssbt.compiler.connectors.specification import (
    OptionPlacement,
    Role,
    RoleSpecification,
    TextForm,
)
from ssbt.compiler.connectors.values import Text
from ssbt.compiler.connectors.wording import unfit_value
from ssbt.compiler.diagnostics.codes.connectors import UNFIT_VALUE
from ssbt.compiler.diagnostics.model import Diagnostic, Edit, Label
from ssbt.compiler.diagnostics.suggestions import did_you_mean
from ssbt.compiler.ir.globs import find_glob_problem
from ssbt.compiler.ir.locations import fill_parameters, is_absolute, location, values_of
from ssbt.compiler.ir.pipeline import Let, Pipeline, Source
from ssbt.compiler.ir.table_names import find_name_problem
from ssbt.compiler.ir.written_folders import may_contain
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.types.zone_letters import describe_zone_letters
from ssbt.compiler.types.zones import SHORT_ZONES, is_zone, zone_names

# What Java reads as a language with a country; with others it knows no word and no number.
_LOCALE = lazy_pattern(
    r"[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|\d{3}))?"
    r"(-[A-Za-z0-9]{5,8}|-\d[A-Za-z0-9]{3}|-u(-[a-z0-9]{2,8})+)*"
)
# Those of two letters, with the old ones that Java still reads: a letter, and those after it.
_LANGUAGES = """
a:abefkmnrsvyz b:aeghimnors c:aehorsuvy d:aevz e:elnostu f:afijory g:adlnuv h:aeiortuyz
i:adegiknostuw j:aivw k:agijklmnorsuvwy l:abginotuv m:ghiklnorsty n:abdeglnorvy o:cjmrs
p:ailst q:u r:mnouw s:acdegiklmnoqrstuvw t:aeghiklnorstwy u:gkrz v:eio w:ao x:h y:io z:ahu
"""
_VARIABLE = lazy_pattern(r"\$[A-Z_]+(?:/|\Z)")
_SCHEME = lazy_pattern(r"([^/{}\[\]*?]*?):(.*)", re.DOTALL)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One finding for each text that Spark would refuse, or take for something else."""
    for end in (*pipeline.datasets, *pipeline.sinks):
        if isinstance(end, Let) or (isinstance(end, Source) and end.part):
            continue
        role = Role.SOURCE if isinstance(end, Source) else Role.SINK
        yield from _check_settings(end.settings, end.connector.role(role), role)
        if isinstance(end, Source):
            yield from _check_base(end.settings)
            yield from _check_added_columns(end)


def _check_settings(
    settings: Settings, specification: RoleSpecification | None, role: Role
) -> Iterator[Diagnostic]:
    yield from _check_separators(settings, specification)
    for setting in settings.settings:
        if setting.option.form is not None and setting.span is not None:
            yield from _check_setting(setting)
    for use in settings.formats():
        yield from _check_settings(use.settings, use.format.role(role), role)


def _check_separators(
    settings: Settings, specification: RoleSpecification | None
) -> Iterator[Diagnostic]:
    """Characters that mean two things: Spark writes rows with them that it cannot read."""
    effective: dict[str, tuple[object, Setting | None]] = {}
    for name in ("sep", "quote", "line_sep"):
        option = specification.option(name) if specification is not None else None
        setting = settings.find(name)
        if option is not None:
            effective[name] = (option.default if setting is None else setting.value, setting)
    for first, second in combinations(effective, 2):
        (value, setting), (other, other_setting) = effective[first], effective[second]
        named = setting if setting is not None and setting.span is not None else other_setting
        if value and value == other and named is not None and named.span is not None:
            message = f"`{first}` and `{second}` are both `{value}`"
            help_ = ("each needs a character of its own",)
            yield Diagnostic(UNFIT_VALUE, message, Label(named.span), (), help_)


def _check_setting(setting: Setting) -> Iterator[Diagnostic]:
    option, span = setting.option, setting.span
    assert span is not None
    values = setting.value if isinstance(setting.value, tuple) else (setting.value,)
    for value in values:
        is_plain = isinstance(value, str)
        if not is_plain and not isinstance(value, Text):
            continue
        text = fill_parameters(value, {})
        if option.form is TextForm.TIME_ZONE and text in SHORT_ZONES:
            yield describe_zone_letters(text, span)
        problem, near = _find_problem(option.form, text, is_plain=is_plain)
        if problem:
            near = "" if near == text else near
            fix = (Edit(span, f'{option.name} = "{near}"'),) if near else ()
            message = f"`{option.name}` cannot be `{text}`: {problem}"
            message += f"; did you mean `{near}`?" if near and "`" not in near else ""
            yield Diagnostic(UNFIT_VALUE, message, Label(span), (), (), fix)


def _find_problem(form: TextForm | None, text: str, *, is_plain: bool) -> tuple[str, str]:
    """What is wrong with a text, and what it may have been meant to be."""
    match form:
        case TextForm.TIME_ZONE if is_plain and not is_zone(text):
            near = did_you_mean(text, zone_names()) or ""
            return "it is no time zone, as `Europe/Berlin`, `+01:00` and `UTC` are", near
        case TextForm.LOCALE if is_plain and not _is_locale(text):
            near = text.replace("_", "-") if _is_locale(text.replace("_", "-")) else ""
            return "it is no tag of a language, as `de` and `de-DE` are", near
        case TextForm.GLOB:
            return _find_filter_problem(text), ""
        case TextForm.PATH_GLOB:
            problem = find_glob_problem(text)
            return problem.message if problem else _find_path_problem(text), text.strip(" ")
        case TextForm.PATH:
            return _find_path_problem(text), text.strip(" ")
        case TextForm.TIME if is_plain and not _is_time(text):
            return "there is no such day or time", ""
        case TextForm.MOMENT if is_plain and not _is_moment(text):
            return "there is no such day or time", ""
        case TextForm.TABLE:
            why, near = find_name_problem(text)
            return why, near if is_plain else ""
        case _:
            return "", ""


def _is_locale(text: str) -> bool:
    language = text.partition("-")[0].lower()
    groups = dict(each.split(":") for each in _LANGUAGES.split())
    is_known = len(language) != 2 or language[1] in groups.get(language[0], "")
    return is_known and _LOCALE.fullmatch(text) is not None


def _find_filter_problem(text: str) -> str:
    problem = find_glob_problem(text)
    if problem is not None:
        return problem.message
    if not text.strip():
        return "no file has such a name, and none would be read"
    return "names of files have no `/`, and none would be read" if "/" in text else ""


def _find_path_problem(text: str) -> str:
    if text != text.strip(" "):
        return "it begins or ends with a blank"
    if text == "~" or text.startswith("~/"):
        return "Spark knows no `~`, and takes it for a folder of this name"
    if _VARIABLE.match(text):
        return "Spark knows no variables: declare a parameter, `param home: string`"
    if re.match(r"(?:file:)?//[^/]", text):
        return (
            f"`{text.split('/')[2]}` would be a host: an absolute path has one `/`, or `file:///`"
        )
    match = _SCHEME.fullmatch(text)
    if match is None or "${" in match[1]:
        return ""
    scheme, rest = match[1], match[2]
    if not scheme:
        return "nothing stands before the `:`"
    if len(scheme) == 1 and rest[:1] in ("\\", "/"):
        return f"Hadoop takes `{scheme}` for the name of a file system: write `file:///{scheme}:/…`"
    if not rest.startswith("/"):
        slash = f"an absolute path follows `{scheme}:`"
        return f"{slash}, as in `{scheme}:///data`" if "/" not in scheme else ""
    return ""


def _is_time(text: str) -> bool:
    try:
        datetime.strptime(text, "%Y-%m-%dT%H:%M:%S")
    except ValueError:
        return False
    return True


def _is_moment(text: str) -> bool:
    """Whether a text of the form of a date or a time is one."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _check_base(settings: Settings) -> Iterator[Diagnostic]:
    """A folder from which on folders count that is not around the paths: Spark refuses it."""
    base = settings.find(BASE_PATH)
    if base is None or base.span is None:
        return
    folder = location(base.value, {})
    for value in values_of(settings, OptionPlacement.LOAD):
        path = location(value, {})
        is_known = ("${" in folder) == ("${" in path) and is_absolute(folder) == is_absolute(path)
        if is_known and not may_contain(folder, path) and "${" not in folder:
            yield unfit_value(base.option, base.span, f"a folder around `{path}`")
            return


def _check_added_columns(source: Source) -> Iterator[Diagnostic]:
    """Columns that an option adds, and that the schema declares as of another type."""
    for setting in source.settings.settings:
        name, type_ = setting.value, setting.option.adds_column
        if not type_ or not isinstance(name, str) or setting.span is None:
            continue
        for column in source.output.find_columns(name):
            if column.type.sql != type_ or not column.nullable:
                declared = f"{column.type.sql}{'' if column.nullable else ' not null'}"
                message = f"`{name}` is a nullable {type_}, and the schema declares {declared}"
                also = (Label(column.declared, "declared here"),) if column.declared else ()
                help_ = ("name a column that the schema does not have",)
                yield Diagnostic(UNFIT_VALUE, message, Label(setting.span), also, help_)

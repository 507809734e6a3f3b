"""The command line, the configuration files and the environment, as layers of one configuration."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
import json
from pathlib import Path
import re

from ssbt.runtime.parameters import Layer, Parameter, unknown

_VARIABLE_PREFIX = "SSBT_PARAM_"
_COMMENT_OR_BLANK = re.compile(r"\s*([#!].*)?")
_CONTINUED = re.compile(r"(?<!\\)(\\\\)*\\\Z")
_PROPERTY = re.compile(r"\s*((?:\\.|[^\\=:\s])*)\s*[=:]?\s*(.*)", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_CONTROL = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}


class _Parser(argparse.ArgumentParser):
    """Lists the parameters after the options.

    Not in `epilog`, where argparse would see to a `%(prog)s` in somebody's default value.
    """

    parameters: Mapping[str, Parameter]

    def format_help(self) -> str:
        lines = ["", "parameters:"] if self.parameters else []
        for parameter in self.parameters.values():
            default = parameter.default
            shown = str(default).lower() if isinstance(default, bool) else str(default)
            status = "required" if parameter.required else f"default {shown}"
            lines.append(f"  {parameter.name}: {parameter.spark_type}, {status}")
            lines += [f"      {parameter.description}"] if parameter.description else []
        return super().format_help() + "".join(f"{line}\n" for line in lines)


def parsed_arguments(
    name: str, description: str, parameters: Mapping[str, Parameter], argv: Sequence[str] | None
) -> argparse.Namespace:
    """The command line; `--help` and a usage mistake raise `SystemExit` (0 and 2)."""
    parser = _Parser(prog=name, description=description.replace("%", "%%"), allow_abbrev=False)
    parser.parameters = parameters
    add = parser.add_argument
    add("--set", action="append", default=[], metavar="NAME=VALUE", help="set a parameter")
    add("--conf-file", metavar="FILE", help="params and Spark settings, as .json or .properties")
    add("--env", metavar="NAME", help="take conf/NAME.json, beside the script")
    add("--log-format", choices=("text", "json"), default="text")
    add("--verbose", action="store_true", help="log debug messages and whole stack traces")
    return parser.parse_args(argv)


def configuration_layers(
    arguments: argparse.Namespace,
    script: Path,
    parameters: Mapping[str, Parameter],
    environment: Mapping[str, str],
) -> tuple[list[Layer], list[str]]:
    """What each source says, the weakest first, and everything that is wrong with them."""
    problems: list[str] = []
    paths = [Path(arguments.conf_file)] if arguments.conf_file else []
    if arguments.env:
        paths.insert(0, script.parent / "conf" / f"{arguments.env}.json")
    layers = [_file_layer(path, problems) for path in paths]
    for name in parameters:
        variable = _VARIABLE_PREFIX + name.upper()
        if variable in environment:
            layers.append(Layer(f"environment variable {variable}", {name: environment[variable]}))
    for assignment in arguments.set:
        name, equals, value = assignment.partition("=")
        if equals:
            layers.append(Layer("--set", {name: value}))
        else:
            problems.append(f"--set takes NAME=VALUE, not {assignment!r}")
    return layers, problems


def unknown_variables(
    parameters: Mapping[str, Parameter], environment: Mapping[str, str]
) -> Iterator[str]:
    """A message for each variable that looks like a parameter's and is nobody's.

    Only worth a warning: the environment may serve other pipelines too.
    """
    known = {_VARIABLE_PREFIX + name.upper() for name in parameters}
    for variable in environment:
        if variable.startswith(_VARIABLE_PREFIX) and variable not in known:
            yield unknown("variable", variable, known, "the environment")


def _file_layer(path: Path, problems: list[str]) -> Layer:
    """What the file says as far as it can be understood; the rest goes to `problems`."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        content = _properties(text) if path.suffix == ".properties" else _json(text)
    except OSError as error:
        near = sorted(file.name for file in path.parent.glob(f"*{path.suffix}"))
        known = f" (there is {', '.join(near)})" if near else ""
        problems.append(f"cannot read {path}: {error.strerror}{known}")
        return Layer(str(path))
    except (ValueError, RecursionError) as error:
        problems.append(f"cannot read {path}: {error}")
        return Layer(str(path))
    problems += [
        unknown("section", name, ("params", "spark"), str(path))
        for name in content
        if name not in ("params", "spark")
    ]
    params, settings = content.get("params", {}), content.get("spark", {})
    if not isinstance(params, dict) or not isinstance(settings, dict):
        problems.append(f"{path}: `params` and `spark` hold objects of names and values")
        return Layer(str(path))
    spark = {name: _setting(value) for name, value in settings.items()}
    for name, value in spark.items():
        if not name.startswith("spark."):
            problems.append(f"{path}: Spark setting `{name}` does not begin with `spark.`")
        if value is None:
            problems.append(f"{path}: Spark setting `{name}` is neither text, number nor boolean")
    return Layer(str(path), params, {name: value or "" for name, value in spark.items()})


def _setting(value: object) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int | Decimal) else None


def _json(text: str) -> dict[str, object]:
    # Decimal, so that 0.1 in the file is 0.1 in a DECIMAL parameter.
    content = json.loads(text, parse_float=Decimal, object_pairs_hook=_unique)
    if not isinstance(content, dict):
        raise ValueError("it does not hold a JSON object")
    return content


def _unique(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    content: dict[str, object] = {}
    for name, value in pairs:
        if name in content:
            raise ValueError(f"`{name}` stands there twice")
        content[name] = value
    return content


def _properties(text: str) -> dict[str, object]:
    """Java's .properties: `params.x = 1`, and Spark settings under their own names."""
    params: list[tuple[str, object]] = []
    settings: list[tuple[str, object]] = []
    lines = iter(re.split(r"\r\n|\r|\n", text))
    for line in lines:
        if _COMMENT_OR_BLANK.fullmatch(line):
            continue
        while _CONTINUED.search(line):
            line = line[:-1] + next(lines, "").lstrip()
        name, value = (_ESCAPE.sub(_unescaped, part) for part in _PROPERTY.findall(line)[0])
        section, _, rest = name.partition(".")
        if section == "params":
            params.append((rest, value))
        elif section == "spark":
            settings.append((name, value))
        else:
            raise ValueError(f"`{name}` begins neither with `params.` nor with `spark.`")
    return {"params": _unique(params), "spark": _unique(settings)}


def _unescaped(found: re.Match[str]) -> str:
    code, character = found.groups()
    return chr(int(code, 16)) if code else _CONTROL.get(character, character)

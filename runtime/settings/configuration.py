"""The command line, the configuration files that it names, and the environment."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING
from itertools import pairwise
import logging
import os
from pathlib import Path
import re
import sys
from typing import Any, NoReturn

from ssbt.runtime.settings.parameters import Entry, Parameter
from ssbt.runtime.settings.properties import parse_properties
from ssbt.runtime.streams.operation import add_stream_options
from ssbt.runtime.values.types import as_text, json_content, unique_pairs
from ssbt.runtime.values.unknown_names import unknown_name_message

_VARIABLE_PREFIX = "SSBT_PARAM_"
_LARGEST_FILE = 64_000_000
_SUFFIX = re.compile(r"_(upkeep|table)$")


def parse_arguments(
    name: str,
    script: Path,
    documentation: str,
    parameters: Mapping[str, Parameter],
    add_options: Callable[[ArgumentParser], None] = add_stream_options,
) -> Namespace:
    """The command line; `--help` and a mistake raise `SystemExit` (0 and 2).

    `env` (a file of the folder `conf` beside the script) and `conf_file` are the entries of those
    files, `set` those of the command line. `add_options` adds those of the kind of script.
    """
    folder = script.parent
    parser = _Parser(
        prog=name,
        description=_escape_percent(documentation),
        epilog=_escape_percent(_parameter_help(parameters)),
        allow_abbrev=False,
        formatter_class=RawDescriptionHelpFormatter,
    )

    def environment(env: str) -> list[Entry]:
        pipeline_file = folder / "conf" / env / f"{script.stem}.json"
        if not pipeline_file.is_file():
            # A script of its tables has the configuration of the pipeline.
            pipeline_file = pipeline_file.with_stem(_SUFFIX.sub("", script.stem))
        return _file_entries(
            str(pipeline_file if pipeline_file.is_file() else folder / "conf" / f"{env}.json")
        )

    def add(option: str, **settings: Any) -> None:
        parser.add_argument(option, default=[], **settings)

    add(
        "--set",
        action="append",
        type=_parse_assignment,
        metavar="NAME=VALUE",
        help="set a parameter",
    )
    add("--conf-file", type=_file_entries, metavar="FILE", help="read a .json or .properties file")
    add("--env", type=environment, metavar="NAME", help="read conf/NAME.json beside the script")
    _add_log_options(parser)
    add_options(parser)
    return parser.parse_args()


def _add_log_options(parser: ArgumentParser) -> None:
    parser.add_argument("--log-format", choices=("text", "json"), default="text")
    text = "log all here too, with stack traces (or $SSBT_LOG_FILE)"
    parser.add_argument(
        "--log-file", metavar="FILE", default=os.environ.get("SSBT_LOG_FILE"), help=text
    )
    level = parser.add_mutually_exclusive_group()
    level.add_argument("--verbose", action="store_true", help="log debug messages and stack traces")
    level.add_argument("--quiet", action="store_true", help="log warnings and errors only")


def wants_json(arguments: Sequence[str]) -> bool:
    """Whether the log is to be JSON, as far as can be told of a command line with mistakes."""
    return "--log-format=json" in arguments or ("--log-format", "json") in pairwise(arguments)


class _Parser(ArgumentParser):
    def error(self, message: str) -> NoReturn:
        if not wants_json(sys.argv):
            super().error(message)
        logging.getLogger("ssbt.runtime").error(message)
        self.exit(2)


def _escape_percent(text: str) -> str:
    # argparse formats a text in which it sees this, and a default value may well hold it.
    return text.replace("%", "%%") if "%(prog)" in text else text


def _parameter_help(parameters: Mapping[str, Parameter]) -> str:
    lines = ["parameters:"] if parameters else []
    for name, parameter in parameters.items():
        is_required = parameter.default is MISSING
        default = "required" if is_required else f"default {as_text(parameter.default)}"
        checks = "".join(f", check {check}" for check in parameter.checks)
        lines.append(f"  {name}: {parameter.spark_type}, {default}{checks}")
        lines += [f"      {parameter.description}"] if parameter.description else []
    return "\n".join(lines)


def _parse_assignment(text: str) -> Entry:
    name, equals, value = text.partition("=")
    if not equals:
        raise ArgumentTypeError(f"NAME=VALUE is needed, not {text!r}")
    is_shared = name.partition(".")[0] in ("connections", "secrets")
    return "--set", name if is_shared else f"params.{name}", value


def read_environment(
    parameters: Mapping[str, Parameter], environment: Mapping[str, str]
) -> list[Entry]:
    """The values of `SSBT_PARAM_<NAME>`; others only get a warning, being another pipeline's."""
    names_by_variable = {_VARIABLE_PREFIX + name.upper(): name for name in parameters}
    for variable in environment:
        if variable.startswith(_VARIABLE_PREFIX) and variable not in names_by_variable:
            message = unknown_name_message("parameter", variable, names_by_variable, "environment")
            logging.getLogger("ssbt.runtime").warning(message)
    return [
        (variable, f"params.{name}", environment[variable])
        for variable, name in names_by_variable.items()
        if variable in environment
    ]


def _file_entries(name: str) -> list[Entry]:
    path = Path(name)
    try:
        with path.open(encoding="utf-8-sig") as file:
            text = file.read(_LARGEST_FILE + 1)
        if len(text) > _LARGEST_FILE:
            raise ValueError(f"it has more than {_LARGEST_FILE:,} characters")
        is_json = path.suffix != ".properties"
        content = (
            _json_entries(text) if is_json else [*unique_pairs([*parse_properties(text)]).items()]
        )
    except (OSError, ValueError, RecursionError) as error:
        siblings = ", ".join(sorted(file.name for file in path.parent.glob(f"*{path.suffix}")))
        hint = f"; there is {siblings}" if siblings and not path.exists() else ""
        reason = getattr(error, "strerror", None) or error
        raise ArgumentTypeError(f"cannot read {name}: {reason}{hint}") from None
    return [(name, key, value) for key, value in content]


def _json_entries(text: str) -> list[tuple[str, object]]:
    """`{"params": {"x": 1}, "spark": {"spark.y": 2}}` as `("params.x", 1), ("spark.y", 2)`."""
    content = json_content(text)
    if not isinstance(content, dict) or not all(isinstance(v, dict) for v in content.values()):
        raise ValueError('it must look like {"params": {...}, "spark": {...}}')
    return [
        (name if section == "spark" else f"{section}.{name}", value)
        for section, values in content.items()
        for name, value in values.items()
    ]

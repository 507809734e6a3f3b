"""Streams of a project that read the tables of a pipeline, with their checkpoints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
import json
import os
import re
from typing import TYPE_CHECKING

from ssbt.compiler.cli.failures import Failure
from ssbt.compiler.cli.projects import check_neighbours, collect_endpoints
from ssbt.compiler.patterns import lazy_pattern

if TYPE_CHECKING:
    from ssbt.compiler.cli.compilation import Compiler
    from ssbt.compiler.cli.compilation_results import CompilationResult
    from ssbt.compiler.contracts.endpoints import Endpoint

_PROPERTY = lazy_pattern(r"(?m)^\s*params\.(\w+)\s*[=:]\s*(.*?)\s*$")
_PARAMETER = lazy_pattern(r"\$\{(\w+)\}")


def find_table_readers(
    results: Sequence[CompilationResult],
    compiler: Compiler,
    environment: str,
    assigned: Mapping[str, str],
) -> dict[str, dict[str, str]]:
    """For each pipeline's file, the streams of others that read its tables, with checkpoints.

    Parameters have the values of the `environment`, or those that are `assigned` by their names.
    Raises Failure where a checkpoint's place depends on a parameter without a value.
    """
    from ssbt.compiler.contracts.pairs import find_pairs

    endpoints, owners = collect_endpoints((*results, *check_neighbours(results, compiler)))
    readers: dict[str, dict[str, str]] = {}
    for pair in find_pairs(endpoints):
        reader, writer = (owners[id(each)] for each in (pair.reader, pair.writer))
        if not pair.reader.checkpoints or reader.unit.input.path == writer.unit.input.path:
            continue
        streams = readers.setdefault(writer.unit.input.path, {})
        for name, folder in _checkpoints(pair.reader, environment, assigned):
            streams[f"{pair.reader.pipeline}.{name}"] = folder
    return readers


def given_parameters(conf_file: str | None, assignments: Sequence[str]) -> dict[str, str]:
    """The values that a command line gives to parameters, as the script will take them."""
    values: dict[str, str] = {}
    if conf_file is not None:
        values |= _read_parameters(conf_file)
    prefix = "SSBT_PARAM_"
    for variable, value in os.environ.items():
        if variable.startswith(prefix):
            values[variable.removeprefix(prefix).lower()] = value
    return values | {
        name: value for name, _, value in (each.partition("=") for each in assignments)
    }


def _read_parameters(path: str) -> dict[str, str]:
    """The parameters in a file of a configuration; what is wrong there is for the script to say."""
    with suppress(OSError, ValueError, AttributeError), open(path, encoding="utf-8-sig") as file:
        text = file.read()
        if path.endswith(".properties"):
            return dict(_PROPERTY.findall(text))
        return {name: str(value) for name, value in json.loads(text).get("params", {}).items()}
    return {}


def _checkpoints(
    endpoint: Endpoint, environment: str, assigned: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """The streams of a source and the folders of their checkpoints."""
    by_environment = dict(endpoint.parameters)
    values = by_environment.get(environment, by_environment.get("", ()))
    parameters = {**dict(values), **assigned}

    def fill(match: re.Match[str]) -> str:
        if match[1] not in parameters:
            raise Failure(
                f"the pipeline {endpoint.pipeline} reads a table that is maintained, and its"
                f" checkpoints are below a folder that the parameter `{match[1]}` names, which has"
                f" no value: give it one, `--set {match[1]}=…`"
            )
        return parameters[match[1]]

    for name, folder in endpoint.checkpoints:
        yield name, _PARAMETER.sub(fill, folder)

"""`main`, which a script calls: configuration, session, run, summary, exit code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
import logging
import os
from pathlib import Path
import sys
import time
from typing import Any, TypeVar, overload

from ssbt.runtime.configuration import configuration_layers, parsed_arguments, unknown_variables
from ssbt.runtime.failures import failure_message
from ssbt.runtime.job import Job, summary
from ssbt.runtime.logs import configure_logging
from ssbt.runtime.parameters import declared_parameters, given_values
from ssbt.runtime.session import is_older, opened_session

P = TypeVar("P")
FAILED, USAGE, OLD_SPARK, INTERRUPTED = 1, 2, 3, 130
_LOG = logging.getLogger("ssbt.runtime")


@overload
def main(
    name: str,
    run: Callable[[Job[None]], None],
    params: None = None,
    *,
    target: str | None = None,
    spark: Mapping[str, str] | None = None,
) -> None: ...


@overload
def main(
    name: str,
    run: Callable[[Job[P]], None],
    params: type[P],
    *,
    target: str | None = None,
    spark: Mapping[str, str] | None = None,
) -> None: ...


def main(
    name: str,
    run: Callable[[Job[Any]], None],
    params: type[Any] | None = None,
    *,
    target: str | None = None,
    spark: Mapping[str, str] | None = None,
) -> None:
    """Run the pipeline as the command line says, and end the process unless all went well.

    Exit codes: 1 the pipeline failed, 2 usage or configuration, 3 Spark is older than `target`,
    130 interrupted.
    """
    code: int | str | None
    try:
        code = _outcome(name, run, params, target, spark or {})
    except SystemExit as stop:
        code = stop.code
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # Nobody reads on; the interpreter would complain about it when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if code:
        sys.exit(code)


def _outcome(
    name: str,
    run: Callable[[Job[Any]], None],
    params: type[Any] | None,
    target: str | None,
    spark: Mapping[str, str],
) -> int:
    script = run.__code__.co_filename
    parameters = declared_parameters(params)
    description = (run.__globals__.get("__doc__") or "").split("\n\n")[0]
    arguments = parsed_arguments(name, description, parameters, None)
    configure_logging(name, as_json=arguments.log_format == "json", verbose=arguments.verbose)
    layers, problems = configuration_layers(arguments, Path(script), parameters, os.environ)
    values, more = given_values(parameters, layers)
    for warning in unknown_variables(parameters, os.environ):
        _LOG.warning(warning)
    for problem in problems + more:
        _LOG.error(problem)
    if problems or more:
        return USAGE
    for layer in layers:
        spark = {**spark, **layer.spark}
    started = time.monotonic()
    created = session = job = None
    try:
        session, created = opened_session(name, Path(script), spark)
        if target and (older := is_older(session.version, target)) is not None:
            text = "compiled for Spark %s, but this is Spark %s"
            _LOG.log(logging.ERROR if older else logging.WARNING, text, target, session.version)
            if older:
                return OLD_SPARK
        job = Job(session, params(**values) if params else None, name)
        _LOG.debug("parameters: %s", job.params)
        run(job)
        seconds = time.monotonic() - started
        _LOG.info("%s in %.1f s", summary(job.written), seconds)
    except KeyboardInterrupt:
        _LOG.error("interrupted")
        return INTERRUPTED
    except Exception as error:
        _LOG.error(failure_message(error, script), exc_info=arguments.verbose)
        return FAILED
    finally:
        if session and created:
            with suppress(Exception):
                session.stop()
    return 0

"""`main`, which a script calls: configuration, session, run, summary, exit code."""

from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
import logging
import os
from pathlib import Path
import re
import sys
from typing import Generic, TypeVar, cast

from pyspark.errors import StreamingQueryException
from pyspark.sql import SparkSession

from ssbt.runtime.checkpoints.leases import CheckpointsRefusedError
from ssbt.runtime.failures.telling import describe_failure, locate_problem
from ssbt.runtime.job import Job
from ssbt.runtime.lineage.events import RunEvents
from ssbt.runtime.logs import configure_logging
from ssbt.runtime.metrics.stages import log_slowest_stage
from ssbt.runtime.metrics.terminal import progress_on_terminal
from ssbt.runtime.planning.streams import plan_with
from ssbt.runtime.providers.secrets import (
    Secret,
    SecretError,
    Secrets,
    hide_credentials,
    known_values,
)
from ssbt.runtime.redaction.driver_log import hide_in_driver_log
from ssbt.runtime.redaction.event_log import end_session
from ssbt.runtime.redaction.settings import with_values
from ssbt.runtime.registries.registry import UnreachableError
from ssbt.runtime.settings.configuration import parse_arguments, read_environment, wants_json
from ssbt.runtime.settings.parameters import read_parameters, resolve_values
from ssbt.runtime.settings.shared import SharedConfiguration
from ssbt.runtime.sparkconf.session import explicit_settings, open_session
from ssbt.runtime.sparkconf.settings import (
    SettingsRefusedError,
    find_contradictions,
    setting_problems,
)
from ssbt.runtime.streams.operation import add_stream_options, before_streams, with_operation
from ssbt.runtime.streams.stopping import Terminated, listen_to_signals
from ssbt.runtime.streams.streaming import GaveUpError
from ssbt.runtime.upkeep.options import add_upkeep_options, with_upkeep_options
from ssbt.runtime.values.shortening import shorten

P = TypeVar("P")
_DONE, _FAILED, _MISUSED, _SPARK_TOO_OLD, _REFUSED, _GAVE_UP = range(6)
_INTERRUPTED, _TERMINATED = 130, 143
_LOG = logging.getLogger("ssbt.runtime")


def main(
    name: str,
    run: Callable[[Job[P]], None],
    params: type[P] | None = None,
    *,
    target: str | None = None,
    spark: Mapping[str, str | Secret] | None = None,
    connections: Mapping[str, str] | None = None,
    secrets: Sequence[str] | None = None,
    maintains: bool = False,
) -> None:
    """Run the pipeline `name` as the command line says.

    `target` is the Spark line that it was compiled for, `spark` its own Spark settings,
    `connections` its connections with their kinds, and `secrets` those that it declares; one that
    `maintains` tables has other options on its command line. Returns
    when all went well; otherwise ends the process: 1 the pipeline failed, 2 the command line or
    configuration is wrong, 3 Spark is older than `target`, 4 a checkpoint forbids to go on, 5 a
    stream had too many transient failures, or a schema registry does not answer, 130 interrupted
    (SIGINT), 143 terminated (SIGTERM).
    """
    code: int | str | None
    try:
        script = _Script(name, run, params, target, spark or {}, connections, secrets, maintains)
        code = _run_script(script)
    except SystemExit as stop:
        code = stop.code
    except (KeyboardInterrupt, Terminated) as stop:
        code = _INTERRUPTED if isinstance(stop, KeyboardInterrupt) else _TERMINATED
        _LOG.error("interrupted" if code == _INTERRUPTED else "terminated")
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            # Nobody reads on, about which the interpreter would complain at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    if code:
        sys.exit(code)


@dataclass(frozen=True)
class _Script(Generic[P]):
    """What a script says of itself: the arguments of `main`."""

    name: str
    run: Callable[[Job[P]], None]
    params: type[P] | None
    target: str | None
    spark: Mapping[str, str | Secret]
    connections: Mapping[str, str] | None
    secrets: Sequence[str] | None
    maintains: bool = False

    @property
    def path(self) -> str:
        return self.run.__code__.co_filename

    @property
    def summary(self) -> str:
        return (self.run.__globals__.get("__doc__") or "").split("\n\n")[0]


@dataclass(frozen=True)
class _RunOptions:
    """What the command line, the environment and the configuration say of a run."""

    arguments: Namespace
    values: dict[str, object]
    settings: dict[str, str | Secret]
    shared: SharedConfiguration

    @property
    def shows_progress(self) -> bool:
        return self.arguments.log_format == "text" and not self.arguments.quiet


def _run_script(script: _Script[P]) -> int:
    """Run; the exit code, with what is to be said of it in the log."""
    options = _read_options(script)
    if options is None:
        return _MISUSED
    events = RunEvents(script.name, script.path, options.values)
    log_failure = partial(_log_failure, script=script.path, log_file=options.arguments.log_file)
    events.begin()
    # Until a failure has been told: Spark has to be asked for parts of it.
    with ExitStack() as stack:
        stack.enter_context(_with_options(script, options.arguments))
        try:
            session = stack.enter_context(_open_session(script, options))
            if script.target and _is_older(session.version, script.target):
                expectation = f"compiled for Spark {script.target}"
                events.failed(f"{expectation}, but this is Spark {session.version}")
                return _SPARK_TOO_OLD
            events.running()
            job = _create_job(script, options, session)
            with progress_on_terminal(session, job.writes, wanted=options.shows_progress):
                _run_pipeline(job, script.run)
        except SecretError as error:
            events.failed(log_failure(error))
            return _MISUSED
        except (SettingsRefusedError, CheckpointsRefusedError) as refusal:
            events.failed("\n".join(map(str, refusal.args)))
            for problem in refusal.args:
                _LOG.error(locate_problem(problem, script.path))
            return _MISUSED if isinstance(refusal, SettingsRefusedError) else _REFUSED
        except GaveUpError as error:
            _LOG.error("%s", error)
            events.failed(f"{error}; then: {log_failure(error.__cause__ or error)}")
            return _GAVE_UP
        except UnreachableError as error:
            events.failed(log_failure(error))
            return _GAVE_UP
        except Exception as error:
            events.failed(log_failure(error))
            return _FAILED
        finally:
            events.end()
    return _DONE


def _with_options(script: _Script[P], arguments: Namespace) -> AbstractContextManager[None]:
    """What the command line says of streams, or of tables."""
    if script.maintains:
        return with_upkeep_options(arguments)
    return with_operation(script.name, arguments)


def _read_options(script: _Script[P]) -> _RunOptions | None:
    """What is wished of this run; None where a mistake has been logged."""
    parameters = read_parameters(script.params)
    # Mistakes of the command line are reported in its format too.
    configure_logging(script.name, as_json=wants_json(sys.argv))
    add_options = add_upkeep_options if script.maintains else add_stream_options
    arguments = parse_arguments(
        script.name, Path(script.path), script.summary, parameters, add_options
    )
    as_json, file = arguments.log_format == "json", arguments.log_file
    levels = {"verbose": arguments.verbose, "quiet": arguments.quiet}
    try:
        configure_logging(script.name, as_json=as_json, **levels, file=file)
    except OSError as error:
        _LOG.error("cannot write the log file %s: %s", file, error.strerror)
        return None
    variables = read_environment(parameters, os.environ)
    shared = SharedConfiguration(script.connections, script.secrets)
    entries = arguments.env + arguments.conf_file + variables + arguments.set
    for _, key, value in entries:
        hide_credentials(key, value)
    values, settings, problems = resolve_values(parameters, entries, shared)
    problems += shared.problems + shared.unknown_provider_options()
    problems += setting_problems(entries, script.spark, script.target)
    for problem in problems:
        _LOG.error(shorten(locate_problem(problem, script.path)))
    if problems:
        return None
    return _RunOptions(arguments, values, {**script.spark, **settings}, shared)


@contextmanager
def _open_session(script: _Script[P], options: _RunOptions) -> Iterator[SparkSession]:
    """The session of the run, stopped afterwards unless it was there before."""
    settings = with_values(options.settings, Secrets(options.shared.secrets))
    if options.arguments.verbose:
        settings = {"spark.sql.pyspark.jvmStacktrace.enabled": "true", **settings}
    session, created = open_session(script.name, Path(script.path).name, settings)
    refusals = [*find_contradictions(explicit_settings(session), script.spark, script.target)]
    if refusals:
        if created:
            session.stop()
        raise SettingsRefusedError(*refusals)
    if created:
        listen_to_signals()
    hide_in_driver_log(session, set(known_values()))
    try:
        yield session
    finally:
        if created:
            with suppress(Exception):
                end_session(session, known_values())


def _create_job(script: _Script[P], options: _RunOptions, session: SparkSession) -> Job[P]:
    parameters = script.params(**options.values) if script.params else cast(P, None)
    _LOG.debug("parameters: %s", parameters)
    shared = options.shared
    secrets = Secrets(shared.secrets, tell=partial(hide_in_driver_log, session))
    return Job(session, parameters, script.name, secrets=secrets, connections=shared.connections)


def _log_failure(error: BaseException, script: str, log_file: str | None) -> str:
    """Log a failure with its place; what was said."""
    report = describe_failure(error, script)
    _LOG.error(report.message, exc_info=error, extra=report.fields)
    if log_file:
        _LOG.info("the stack traces are in %s", log_file)
    return report.message


def _is_older(version: str, target: str) -> bool:
    """Whether the session is of an older Spark line than `target`; logs any difference."""
    session_line, target_line = (
        tuple(map(int, re.findall(r"\d+", text)[:2])) for text in (version, target)
    )
    if session_line != target_line:
        level = logging.ERROR if session_line < target_line else logging.WARNING
        _LOG.log(level, "compiled for Spark %s, but this is Spark %s", target, version)
    return session_line < target_line


def _run_pipeline(job: Job[P], run: Callable[[Job[P]], None]) -> None:
    """Run; what batches have written is logged before streams start."""

    def end_writes() -> None:
        job.writes.finish()
        log_slowest_stage(job.spark, job.writes.writes, run.__code__.co_filename)
        job.writes.writes.clear()

    with before_streams(end_writes):
        _run_with_replanning(job, run)
    end_writes()


def _run_with_replanning(job: Job[P], run: Callable[[Job[P]], None]) -> None:
    """Run, and once more for each schema that records of a batch job name and no plan has known."""
    learned_ids = set[tuple[int, bool]]()
    while True:
        try:
            with plan_with(partial(run, job)):
                return run(job)
        except Exception as error:
            from ssbt.runtime.registries.frames import learn_schema

            # What other batches have written would be written again, if nothing remembers it.
            unfinished = 0 if isinstance(error, StreamingQueryException) else 1
            id = learn_schema(error) if len(job.written) - len(job.done) <= unfinished else None
            if id is None or id in learned_ids:
                raise
            learned_ids.add(id)
            job.writes.drop()

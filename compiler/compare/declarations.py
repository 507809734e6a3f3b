"""What changed in what a pipeline is given and how it is run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ssbt.compiler.compare.changes import Change, Severity, Subject
from ssbt.compiler.compare.impact import ImpactAnalysis
from ssbt.compiler.compare.implication import is_implied
from ssbt.compiler.compare.settings import compare_options
from ssbt.compiler.emit.submission import collect_packages
from ssbt.compiler.ir.checks import Condition
from ssbt.compiler.ir.fingerprints.code import describe_module
from ssbt.compiler.ir.pipeline import Connection, Parameter, Pipeline, Sink
from ssbt.compiler.source import Span
from ssbt.compiler.types.datatypes import IntegralType


def pipeline_changes(old: Pipeline, new: Pipeline) -> Iterator[Change]:
    """The pipeline's own block: what it says of itself, and how Spark is to run it."""
    places = (old.span, new.span)
    for attribute in ("description", "owner", "schedule"):
        was, now = getattr(old, attribute), getattr(new, attribute)
        if was != now:
            severity = Severity.BEHAVIOUR if attribute == "schedule" else Severity.NONE
            message = f"the {attribute} was `{was}` and is `{now}`"
            yield Change(severity, Subject.PIPELINE, attribute, message, places)
    if old.target != new.target:
        message = f"it was compiled for Spark {old.target} and is for {new.target}"
        yield Change(Severity.BEHAVIOUR, Subject.SETTING, "target", message, places)
    old_settings, new_settings = _settings(old), _settings(new)
    for key in dict.fromkeys((*new_settings, *old_settings)):
        old_value, new_value = old_settings.get(key), new_settings.get(key)
        if old_value != new_value:
            message = f"the Spark setting {_describe_setting(key, old_value, new_value)}"
            yield Change(Severity.BEHAVIOUR, Subject.SETTING, key, message, places)
    needed = collect_packages(old), collect_packages(new)
    for coordinates in sorted({*needed[0]} ^ {*needed[1]}):
        change = "new" if coordinates in needed[1] else "gone"
        message = f"the package `{coordinates}` is {change}"
        yield Change(Severity.BEHAVIOUR, Subject.PACKAGE, coordinates, message, places)


def _describe_setting(name: str, old: str | None, new: str | None) -> str:
    if old is None:
        return f"`{name}` is `{new}`, and was not set"
    if new is None:
        return f"`{name}` was `{old}`, and is not set"
    return f"`{name}` was `{old}` and is `{new}`"


def parameter_changes(old: Pipeline, new: Pipeline) -> Iterator[Change]:
    """The parameters that a run can or must be given."""
    old_by_name = {each.name: each for each in old.parameters}
    new_by_name = {each.name: each for each in new.parameters}
    for name in dict.fromkeys((*new_by_name, *old_by_name)):
        was, now = old_by_name.get(name), new_by_name.get(name)
        places = (was.span if was else None, now.span if now else None)
        for severity, message in _parameter_differences(was, now):
            full_message = f"the parameter `{name}` {message}"
            yield Change(severity, Subject.PARAMETER, name, full_message, places)


def _parameter_differences(
    old: Parameter | None, new: Parameter | None
) -> Iterator[tuple[Severity, str]]:
    if old is None or new is None:
        if old is not None:
            yield Severity.BREAKING, "is gone"
        elif new is not None and new.required:
            yield Severity.BREAKING, "is new and has no default"
        else:
            yield Severity.NONE, "is new"
        return
    if old.type != new.type:
        yield Severity.BREAKING, f"was {old.type.sql} and is {new.type.sql}"
    if new.required and not old.required:
        yield Severity.BREAKING, "no longer has a default"
    elif old.required and not new.required:
        yield Severity.NONE, f"has the default `{new.default}`"
    elif old.default != new.default:
        yield Severity.BEHAVIOUR, f"had the default `{old.default}` and has `{new.default}`"
    yield from _check_differences(old, new)


def _check_differences(old: Parameter, new: Parameter) -> Iterator[tuple[Severity, str]]:
    """What values there may be: only those who give one that is no longer taken have to act."""
    whole = isinstance(old.type, IntegralType) and isinstance(new.type, IntegralType)
    added = [each for each in new.checks if each not in old.checks]
    removed = [each for each in old.checks if each not in new.checks]
    for each in added:
        replaced = next((was for was in removed if _is_counterpart(was, each)), None)
        if replaced is not None:
            removed.remove(replaced)
        takes_all = is_implied(each, old.checks, whole=whole)
        has_all = replaced is None or is_implied(replaced, new.checks, whole=whole)
        if takes_all and has_all:
            # Another way to say it, or what others say as well.
            continue
        message = f"has the check `{each}`"
        if replaced is not None:
            message = f"had the check `{replaced}` and has `{each}`"
        if takes_all:
            yield Severity.NONE, f"{message}, which takes more values"
        else:
            yield Severity.BREAKING, f"{message}, which refuses values that were taken"
    for each in removed:
        if not is_implied(each, new.checks, whole=whole):
            yield Severity.NONE, f"no longer has the check `{each}`"


def _is_counterpart(old: Condition, new: Condition) -> bool:
    """Whether one check may have become the other."""
    return old.measure == new.measure and _operator_family(old) == _operator_family(new)


def _operator_family(condition: Condition) -> str:
    operator = condition.operator.removeprefix("not ")
    families = {"<": "upper", "<=": "upper", ">": "lower", ">=": "lower"}
    return families.get(operator, operator)


def secret_changes(old: Pipeline, new: Pipeline) -> Iterator[Change]:
    """The secrets that a run needs."""
    for name in dict.fromkeys((*new.secrets, *old.secrets)):
        if (name in old.secrets) != (name in new.secrets):
            is_new = name in new.secrets
            severity = Severity.BREAKING if is_new else Severity.NONE
            message = f"the secret `{name}` is {'needed' if is_new else 'no longer needed'}"
            places = (None, new.span) if is_new else (old.span, None)
            yield Change(severity, Subject.CREDENTIAL, name, message, places)


def connection_changes(old: Pipeline, new: Pipeline) -> Iterator[Change]:
    """What several sources and sinks share."""
    old_by_name = {each.name: each for each in old.connections}
    new_by_name = {each.name: each for each in new.connections}
    for name in dict.fromkeys((*new_by_name, *old_by_name)):
        was, now = old_by_name.get(name), new_by_name.get(name)
        if was is not None and now is not None:
            yield from _changes_of_connection(was, now, (old, new))
            continue
        message = f"the connection `{name}` is {'new' if was is None else 'gone'}"
        places = (was.span if was else None, now.span if now else None)
        yield Change(Severity.BEHAVIOUR, Subject.CONNECTION, name, message, places)


def _changes_of_connection(
    old: Connection, new: Connection, versions: tuple[Pipeline, Pipeline]
) -> Iterator[Change]:
    if old.connector.name != new.connector.name:
        message = f"the connection `{new.name}` is one of another kind: {new.connector.name}"
        places = (old.span, new.span)
        yield Change(Severity.BEHAVIOUR, Subject.CONNECTION, new.name, message, places)
        return
    for each in compare_options(old.settings, new.settings, versions):
        yield Change(
            Severity.BEHAVIOUR,
            Subject.CREDENTIAL if each.secret else Subject.CONNECTION,
            f"{new.name}.{each.name}",
            f"the connection `{new.name}`: {each.message}",
            (each.old_span or old.span, each.new_span or new.span),
        )


def module_changes(
    old: Pipeline, new: Pipeline, users: Mapping[str, Iterable[str]], analysis: ImpactAnalysis
) -> Iterator[Change]:
    """The user's Python, of which `users` are the datasets by module; its looks do not count."""
    old_by_name = {each.name: each for each in old.modules}
    for module in new.modules:
        was = old_by_name.get(module.name)
        if was is None or describe_module(was) == describe_module(module):
            continue
        datasets = tuple(users.get(module.name, ()))
        sinks = [f"sink {each.name}" for each in new.sinks if _function_of(each) == module.name]
        affects = dict.fromkeys((*datasets, *analysis.of_datasets(*datasets).names, *sinks))
        message = f"the Python of `{module.path}` is another"
        places = (Span(was.path, 0, 0), Span(module.path, 0, 0))
        severity = Severity.BEHAVIOUR
        yield Change(severity, Subject.CODE, module.name, message, places, tuple(affects))


def _function_of(sink: Sink) -> str:
    return sink.stream.function.module if sink.stream and sink.stream.function else ""


def _settings(pipeline: Pipeline) -> dict[str, str]:
    """Settings of Spark; those that hold credentials with the names of secrets."""
    secrets = {key: f"secret {name}" for key, name in pipeline.spark_secrets}
    return dict(pipeline.spark) | secrets

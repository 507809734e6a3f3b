"""What changed in what a pipeline is given and how it is run."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

from ssbt.compiler.compare.allowed import still_takes
from ssbt.compiler.compare.changes import Change, Severity, Subject
from ssbt.compiler.compare.reach import Reach
from ssbt.compiler.compare.settings import differences
from ssbt.compiler.emit.submission import packages
from ssbt.compiler.ir.checks import Condition
from ssbt.compiler.ir.pipeline import Connection, Parameter, Pipeline, PythonModule, Sink
from ssbt.compiler.source import Span
from ssbt.compiler.types.datatypes import IntegralType


def pipeline_changes(old: Pipeline, new: Pipeline) -> Iterator[Change]:
    """The pipeline's own block: what it says of itself, and how Spark is to run it."""
    places = (old.span, new.span)
    for word in ("description", "owner", "schedule"):
        was, now = getattr(old, word), getattr(new, word)
        if was != now:
            severity = Severity.BEHAVIOUR if word == "schedule" else Severity.NONE
            message = f"the {word} was `{was}` and is `{now}`"
            yield Change(severity, Subject.PIPELINE, word, message, places)
    if old.target != new.target:
        message = f"it was compiled for Spark {old.target} and is for {new.target}"
        yield Change(Severity.BEHAVIOUR, Subject.SETTING, "target", message, places)
    before, after = _settings(old), _settings(new)
    for key in dict.fromkeys((*after, *before)):
        if before.get(key) != after.get(key):
            message = f"the Spark setting {_was_and_is(key, before.get(key), after.get(key))}"
            yield Change(Severity.BEHAVIOUR, Subject.SETTING, key, message, places)
    needed = packages(old), packages(new)
    for coordinates in sorted({*needed[0]} ^ {*needed[1]}):
        change = "new" if coordinates in needed[1] else "gone"
        message = f"the package `{coordinates}` is {change}"
        yield Change(Severity.BEHAVIOUR, Subject.PACKAGE, coordinates, message, places)


def _was_and_is(name: str, old: str | None, new: str | None) -> str:
    if old is None:
        return f"`{name}` is `{new}`, and was not set"
    if new is None:
        return f"`{name}` was `{old}`, and is not set"
    return f"`{name}` was `{old}` and is `{new}`"


def parameter_changes(old: Pipeline, new: Pipeline) -> Iterator[Change]:
    """The parameters that a run can or must be given."""
    before = {each.name: each for each in old.parameters}
    after = {each.name: each for each in new.parameters}
    for name in dict.fromkeys((*after, *before)):
        was, now = before.get(name), after.get(name)
        places = (was.span if was else None, now.span if now else None)
        for severity, message in _parameter(was, now):
            said = f"the parameter `{name}` {message}"
            yield Change(severity, Subject.PARAMETER, name, said, places)


def _parameter(old: Parameter | None, new: Parameter | None) -> Iterator[tuple[Severity, str]]:
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
    yield from _checks(old, new)


def _checks(old: Parameter, new: Parameter) -> Iterator[tuple[Severity, str]]:
    """What values there may be: only those who give one that is no longer taken have to act."""
    whole = isinstance(old.type, IntegralType) and isinstance(new.type, IntegralType)
    come = [each for each in new.checks if each not in old.checks]
    gone = [each for each in old.checks if each not in new.checks]
    for each in come:
        before = next((was for was in gone if _is_alike(was, each)), None)
        if before is not None:
            gone.remove(before)
        takes_all = still_takes(each, old.checks, whole=whole)
        has_all = before is None or still_takes(before, new.checks, whole=whole)
        if takes_all and has_all:
            # Another way to say it, or what others say as well.
            continue
        said = f"has the check `{each}`"
        if before is not None:
            said = f"had the check `{before}` and has `{each}`"
        if takes_all:
            yield Severity.NONE, f"{said}, which takes more values"
        else:
            yield Severity.BREAKING, f"{said}, which refuses values that were taken"
    for each in gone:
        if not still_takes(each, new.checks, whole=whole):
            yield Severity.NONE, f"no longer has the check `{each}`"


def _is_alike(old: Condition, new: Condition) -> bool:
    """Whether one check may have become the other."""
    return old.measure == new.measure and _family(old) == _family(new)


def _family(condition: Condition) -> str:
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
    before = {each.name: each for each in old.connections}
    after = {each.name: each for each in new.connections}
    for name in dict.fromkeys((*after, *before)):
        was, now = before.get(name), after.get(name)
        if was is not None and now is not None:
            yield from _connection(was, now, (old, new))
            continue
        message = f"the connection `{name}` is {'new' if was is None else 'gone'}"
        places = (was.span if was else None, now.span if now else None)
        yield Change(Severity.BEHAVIOUR, Subject.CONNECTION, name, message, places)


def _connection(
    old: Connection, new: Connection, versions: tuple[Pipeline, Pipeline]
) -> Iterator[Change]:
    if old.connector.name != new.connector.name:
        message = f"the connection `{new.name}` is one of another kind: {new.connector.name}"
        places = (old.span, new.span)
        yield Change(Severity.BEHAVIOUR, Subject.CONNECTION, new.name, message, places)
        return
    for each in differences(old.settings, new.settings, versions):
        yield Change(
            Severity.BEHAVIOUR,
            Subject.CREDENTIAL if each.secret else Subject.CONNECTION,
            f"{new.name}.{each.name}",
            f"the connection `{new.name}`: {each.message}",
            (each.old_span or old.span, each.new_span or new.span),
        )


def module_changes(
    old: Pipeline, new: Pipeline, users: Mapping[str, Iterable[str]], reach: Reach
) -> Iterator[Change]:
    """The user's Python, of which `users` are the datasets by module; its looks do not count."""
    before = {each.name: each for each in old.modules}
    for module in new.modules:
        was = before.get(module.name)
        if was is None or _meaning(was) == _meaning(module):
            continue
        datasets = tuple(users.get(module.name, ()))
        sinks = [f"sink {each.name}" for each in new.sinks if _function_of(each) == module.name]
        affects = dict.fromkeys((*datasets, *reach.of(*datasets).told, *sinks))
        message = f"the Python of `{module.path}` is another"
        places = (Span(was.path, 0, 0), Span(module.path, 0, 0))
        severity = Severity.BEHAVIOUR
        yield Change(severity, Subject.CODE, module.name, message, places, tuple(affects))


def _function_of(sink: Sink) -> str:
    return sink.stream.function.module if sink.stream and sink.stream.function else ""


def _meaning(module: PythonModule) -> str:
    """A module without comments, layout and docstrings; its text where it does not parse."""
    try:
        tree = ast.parse(module.text)
    except (SyntaxError, ValueError):
        return module.text
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[:1]
            if (
                first
                and isinstance(first[0], ast.Expr)
                and isinstance(first[0].value, ast.Constant)
            ):
                node.body = node.body[1:]
    return ast.dump(tree)


def _settings(pipeline: Pipeline) -> dict[str, str]:
    """Settings of Spark; those that hold credentials with the names of secrets."""
    secrets = {key: f"secret {name}" for key, name in pipeline.spark_secrets}
    return dict(pipeline.spark) | secrets

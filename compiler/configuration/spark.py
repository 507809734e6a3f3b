"""The section `spark`: settings of the session."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.configuration.reports import Entry, FindingCollector, SectionResult
from ssbt.compiler.connectors.secrets import credential_in_text
from ssbt.compiler.credentials.names import is_credential
from ssbt.compiler.credentials.texts import has_credential
from ssbt.compiler.diagnostics.codes.declarations import BAD_SETTING
from ssbt.compiler.diagnostics.codes.secrets import SECRET_NEEDED
from ssbt.compiler.diagnostics.model import Edit
from ssbt.compiler.hocon.values import Object, Scalar, Value
from ssbt.compiler.ir.pipeline import Pipeline
from ssbt.compiler.source import Span
from ssbt.compiler.sparkconf.settings import (
    find_check_conflict,
    find_setting_problem,
    normalize_setting,
)

_PREFIX = "spark."


def read_spark_settings(
    section: Object, pipeline: Pipeline, findings: FindingCollector
) -> SectionResult:
    """The settings of the environment, and those of the pipeline that it leaves alone."""
    part = SectionResult()
    for keys, spans, value in _flatten(section):
        key = ".".join(keys)
        name = key if key.startswith(_PREFIX) else _PREFIX + key
        secret = secret_name(value)
        if secret is not None:
            part.document[name] = {"secret": secret}
            part.entries.append(Entry(name, f"secret {secret}", value.span))
            continue
        if not isinstance(value, Scalar) or value.value is None:
            findings.add_bad_value(value.span, f"`{name}` is a text, a number, true or false")
            continue
        if is_credential(name, value.text):
            message = f"`{name}` takes a secret: credentials are not written down"
            findings.add(SECRET_NEEDED, value.span, message, "write `{ secret = NAME }`")
            continue
        if has_credential(value.text):
            findings.diagnostics.append(credential_in_text(value.span))
            continue
        text = normalize_setting(name, value.text)
        problem = find_setting_problem(name, text, pipeline.target)
        problem = problem or find_check_conflict(name, text, pipeline.spark, pipeline.target)
        if problem:
            help_ = (problem.help,) if problem.help else ()
            span = spans[-1] if problem.is_name else value.span
            fix = _rename_edits(keys, spans, problem.near) if problem.near else ()
            findings.add(BAD_SETTING, span, problem.message, *help_, fix=fix)
        else:
            part.document[name] = text
            part.entries.append(Entry(name, f'"{text}"', value.span))
    for name, text in pipeline.spark:
        if name not in part.document:
            part.entries.append(Entry(name, f'"{text}"', pipeline.span))
    for name, secret in pipeline.spark_secrets:
        if name not in part.document:
            part.entries.append(Entry(name, f"secret {secret}", pipeline.span))
    return part


def secret_name(value: Value) -> str | None:
    """The name in `{ secret = NAME }`; None for anything else."""
    if not isinstance(value, Object) or len(value.fields) != 1:
        return None
    name = value.fields.get("secret")
    return name.text if isinstance(name, Scalar) else None


def _flatten(
    value: Object, prefix: tuple[str, ...] = (), spans: tuple[Span, ...] = ()
) -> Iterator[tuple[tuple[str, ...], tuple[Span, ...], Value]]:
    """Values by the parts of their names and their places, whether in quotes or nested."""
    for key, each in value.fields.items():
        names, child_spans = (*prefix, key), (*spans, value.keys[key])
        if isinstance(each, Object) and secret_name(each) is None:
            yield from _flatten(each, names, child_spans)
        else:
            yield names, child_spans, each


def _rename_edits(keys: tuple[str, ...], spans: tuple[Span, ...], near: str) -> tuple[Edit, ...]:
    """The edit of the one part in which a setting's name differs from the one that is meant."""
    remaining = near if keys[0].startswith(_PREFIX) else near.removeprefix(_PREFIX)
    for index, (key, span) in enumerate(zip(keys, spans, strict=True)):
        if remaining.startswith(f"{key}."):
            remaining = remaining.removeprefix(f"{key}.")
            continue
        suffix = "".join(f".{each}" for each in keys[index + 1 :])
        if remaining.endswith(suffix):
            return (Edit(span, f'"{remaining.removesuffix(suffix)}"'),)
    return ()

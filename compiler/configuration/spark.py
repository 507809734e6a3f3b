"""The section `spark`: settings of the session."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.configuration.reports import Entry, Findings, Part
from ssbt.compiler.connectors.secrets import written_in_text
from ssbt.compiler.credentials.names import is_credential
from ssbt.compiler.credentials.texts import has_credential
from ssbt.compiler.diagnostics.codes.names import BAD_SETTING
from ssbt.compiler.diagnostics.codes.secrets import SECRET_NEEDED
from ssbt.compiler.diagnostics.model import Edit
from ssbt.compiler.hocon.resolving import Object, Scalar, Value
from ssbt.compiler.ir.pipeline import Pipeline
from ssbt.compiler.source import Span
from ssbt.compiler.sparkconf.settings import changes_checks, refusal, setting_value

_PREFIX = "spark."


def spark_settings(section: Object, pipeline: Pipeline, findings: Findings) -> Part:
    """The settings of the environment, and those of the pipeline that it leaves alone."""
    part = Part()
    for keys, places, value in _flat(section):
        key = ".".join(keys)
        name = key if key.startswith(_PREFIX) else _PREFIX + key
        secret = secret_name(value)
        if secret is not None:
            part.document[name] = {"secret": secret}
            part.entries.append(Entry(name, f"secret {secret}", value.span))
            continue
        if not isinstance(value, Scalar) or value.value is None:
            findings.bad(value.span, f"`{name}` is a text, a number, true or false")
            continue
        if is_credential(name, value.text):
            message = f"`{name}` takes a secret: credentials are not written down"
            findings.add(SECRET_NEEDED, value.span, message, "write `{ secret = NAME }`")
            continue
        if has_credential(value.text):
            findings.all.append(written_in_text(value.span))
            continue
        text = setting_value(name, value.text)
        refused = refusal(name, text, pipeline.target)
        refused = refused or changes_checks(name, text, pipeline.spark, pipeline.target)
        if refused:
            help_ = (refused.help,) if refused.help else ()
            span = places[-1] if refused.is_name else value.span
            fix = _renamed(keys, places, refused.near) if refused.near else ()
            findings.add(BAD_SETTING, span, refused.message, *help_, fix=fix)
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


def _flat(
    value: Object, above: tuple[str, ...] = (), places: tuple[Span, ...] = ()
) -> Iterator[tuple[tuple[str, ...], tuple[Span, ...], Value]]:
    """Values by the parts of their names and their places, whether in quotes or nested."""
    for key, each in value.fields.items():
        names, where = (*above, key), (*places, value.keys[key])
        if isinstance(each, Object) and secret_name(each) is None:
            yield from _flat(each, names, where)
        else:
            yield names, where, each


def _renamed(keys: tuple[str, ...], places: tuple[Span, ...], near: str) -> tuple[Edit, ...]:
    """The edit of the one part in which a setting's name differs from the one that is meant."""
    wanted = near if keys[0].startswith(_PREFIX) else near.removeprefix(_PREFIX)
    for index, (key, place) in enumerate(zip(keys, places, strict=True)):
        if wanted.startswith(f"{key}."):
            wanted = wanted.removeprefix(f"{key}.")
            continue
        behind = "".join(f".{each}" for each in keys[index + 1 :])
        if wanted.endswith(behind):
            return (Edit(place, f'"{wanted.removesuffix(behind)}"'),)
    return ()

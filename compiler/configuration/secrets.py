"""The section `secrets`: where the values of secrets come from, never the values."""

from __future__ import annotations

from collections.abc import Mapping

from ssbt.compiler.configuration import providers
from ssbt.compiler.configuration.reports import Entry, Findings, Part
from ssbt.compiler.diagnostics.codes.secrets import SECRET_NEEDED
from ssbt.compiler.hocon.resolving import Object, Scalar
from ssbt.compiler.hocon.units import milliseconds
from ssbt.compiler.ir.pipeline import Pipeline
from ssbt.compiler.source import Span

_VALUES = ("value", "password", "token", "secret_value", "access_key", "secret_key")


def secret_references(
    section: Object, pipeline: Pipeline, wired: Mapping[str, object], findings: Findings
) -> Part:
    """For each secret that the job needs where it is to be looked up.

    `wired` are options of connections and settings, of which some name secrets.
    """
    part = Part()
    replaced = {name for options in wired.values() for name in _named(options)}
    known = dict.fromkeys((*pipeline.declared.secrets, *sorted(replaced)))
    spelling = {name.casefold(): name for name in known}
    said = {key.casefold(): value for key, value in section.fields.items()}
    for key, value in section.fields.items():
        if not isinstance(value, Object):
            message = f"`{key}` is an object that says where the value is to be found"
            findings.bad(value.span, message, f"{key} {{ provider = env }}")
        elif key.casefold() != providers.DEFAULT and key.casefold() not in spelling:
            findings.unknown(section.keys[key], f"there is no secret `{key}`", key, known)
    default = said.get(providers.DEFAULT)
    # By itself as well, for it may hold what no secret takes from it.
    reference(default, None, findings, is_needed=False)
    needed = {*pipeline.secrets, *replaced}
    for key, name in spelling.items():
        own = said.get(key)
        document, origin = reference(default, own, findings, is_needed=name in needed)
        if name in needed:
            described = ", ".join(f"{option} {value}" for option, value in document.items())
            part.entries.append(Entry(f"secrets.{name}", described or "provider env", origin))
            if document:
                part.document[name] = document
    return part


def _named(options: object) -> list[str]:
    values = options.values() if isinstance(options, dict) else ()
    return [value["secret"] for value in values if isinstance(value, dict)]


def reference(
    default: object, own: object, findings: Findings, *, is_needed: bool
) -> tuple[dict[str, object], Span | None]:
    """The provider of one secret with its options: its own, over those of `default`."""
    merged: dict[str, Scalar] = {}
    first = _options(default, findings) if isinstance(default, Object) else {}
    second = _options(own, findings) if isinstance(own, Object) else {}
    inherits = "provider" not in second or (
        "provider" in first and second["provider"].text == first["provider"].text
    )
    merged = {**first, **second} if inherits else second
    if not merged:
        return {}, None
    place = own if isinstance(own, Object) else default
    assert isinstance(place, Object)
    provider = merged["provider"].text if "provider" in merged else "env"
    objects = (each for each in (default, own) if isinstance(each, Object))
    keys = {key: where for each in objects for key, where in each.keys.items()}
    _check(provider, merged, keys, place.span, findings, is_needed=is_needed)
    document: dict[str, object] = {"provider": provider}
    document |= {key: _document(key, value) for key, value in merged.items() if key != "provider"}
    return document, place.span


def _options(value: Object, findings: Findings) -> dict[str, Scalar]:
    found = {}
    for key, each in value.fields.items():
        if isinstance(each, Scalar) and each.value is not None:
            found[key] = each
        else:
            findings.bad(each.span, f"`{key}` is a text or a number")
    return found


def _check(
    provider: str,
    given: dict[str, Scalar],
    keys: dict[str, Span],
    place: Span,
    findings: Findings,
    *,
    is_needed: bool,
) -> None:
    known = providers.options(provider)
    if known is None:
        span = given["provider"].span
        all_names = providers.names()
        message = f"there is no provider of secrets `{provider}`"
        findings.unknown(span, message, provider, all_names)
        return
    for key, value in given.items():
        if key in _VALUES and key not in known:
            message = f"`{key}` would hold a credential: a configuration says only where it is"
            findings.add(SECRET_NEEDED, value.span, message)
        elif known and key not in (*known, *providers.COMMON):
            message = f"the provider `{provider}` has no option `{key}`"
            findings.unknown(keys[key], message, key, (*known, *providers.COMMON))
        elif key in providers.DURATIONS and milliseconds(value.text) is None:
            findings.bad(value.span, f"`{key}` is a duration such as `10 seconds`")
        elif key == "retries" and not value.text.isdigit():
            findings.bad(value.span, "`retries` is a whole number")
    wanted = providers.REQUIRED.get(provider, ())
    missing = [key for key in wanted if key not in given]
    if is_needed and missing and not (provider == "file" and len(missing) < len(wanted)):
        names = " or ".join(missing) if provider == "file" else " and ".join(missing)
        findings.bad(place, f"the provider `{provider}` needs {names}")


def _document(key: str, value: Scalar) -> object:
    """The value for the runtime, durations in seconds."""
    length = milliseconds(value.text) if key in providers.DURATIONS else None
    if length is not None:
        return float(length) / 1000
    return int(value.text) if key == "retries" and value.text.isdigit() else value.text

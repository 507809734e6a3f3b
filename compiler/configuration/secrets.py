"""The section `secrets`: where the values of secrets come from, never the values."""

from __future__ import annotations

from collections.abc import Mapping

from ssbt.compiler.configuration import providers
from ssbt.compiler.configuration.reports import Entry, FindingCollector, SectionResult
from ssbt.compiler.credentials.names import is_credential_parameter
from ssbt.compiler.credentials.texts import has_credential
from ssbt.compiler.diagnostics.codes.secrets import SECRET_NEEDED
from ssbt.compiler.hocon.units import parse_milliseconds
from ssbt.compiler.hocon.values import Object, Scalar
from ssbt.compiler.ir.pipeline import Pipeline
from ssbt.compiler.source import Span
from ssbt.compiler.whole_numbers import parse_whole

_VALUES = ("value", "password", "token", "secret_value", "access_key", "secret_key")


def read_secrets(
    section: Object,
    pipeline: Pipeline,
    option_groups: Mapping[str, object],
    findings: FindingCollector,
) -> SectionResult:
    """For each secret that the job needs where it is to be looked up.

    `wired` are options of connections and settings, of which some name secrets.
    """
    part = SectionResult()
    referenced = {
        name for options in option_groups.values() for name in _referenced_secrets(options)
    }
    names = dict.fromkeys((*pipeline.declarations.secrets, *sorted(referenced)))
    spelling = {name.casefold(): name for name in names}
    values_by_name = {key.casefold(): value for key, value in section.fields.items()}
    for key, value in section.fields.items():
        if not isinstance(value, Object):
            message = f"`{key}` is an object that says where the value is to be found"
            findings.add_bad_value(value.span, message, f"{key} {{ provider = env }}")
        elif key.casefold() != providers.DEFAULT and key.casefold() not in spelling:
            findings.add_unknown_key(section.keys[key], f"there is no secret `{key}`", key, names)
    default = values_by_name.get(providers.DEFAULT)
    # By itself as well, for it may hold what no secret takes from it.
    resolve_reference(default, None, findings, is_needed=False)
    needed = {*pipeline.secrets, *referenced}
    for key, name in spelling.items():
        own_value = values_by_name.get(key)
        document, origin = resolve_reference(default, own_value, findings, is_needed=name in needed)
        if name in needed:
            description = ", ".join(f"{option} {value}" for option, value in document.items())
            part.entries.append(Entry(f"secrets.{name}", description or "provider env", origin))
            if document:
                part.document[name] = document
    return part


def _referenced_secrets(options: object) -> list[str]:
    values = options.values() if isinstance(options, dict) else ()
    return [value["secret"] for value in values if isinstance(value, dict)]


def resolve_reference(
    default: object, own_value: object, findings: FindingCollector, *, is_needed: bool
) -> tuple[dict[str, object], Span | None]:
    """The provider of one secret with its options: its own, over those of `default`."""
    merged: dict[str, Scalar] = {}
    first = _read_options(default, findings) if isinstance(default, Object) else {}
    second = _read_options(own_value, findings) if isinstance(own_value, Object) else {}
    inherits = "provider" not in second or (
        "provider" in first and second["provider"].text == first["provider"].text
    )
    merged = {**first, **second} if inherits else second
    if not merged:
        return {}, None
    holder = own_value if isinstance(own_value, Object) else default
    assert isinstance(holder, Object)
    provider = merged["provider"].text if "provider" in merged else "env"
    objects = (each for each in (default, own_value) if isinstance(each, Object))
    keys = {key: span for each in objects for key, span in each.keys.items()}
    _check_provider(provider, merged, keys, holder.span, findings, is_needed=is_needed)
    document: dict[str, object] = {"provider": provider}
    document |= {
        key: _runtime_value(key, value) for key, value in merged.items() if key != "provider"
    }
    return document, holder.span


def _read_options(value: Object, findings: FindingCollector) -> dict[str, Scalar]:
    options = {}
    for key, each in value.fields.items():
        if isinstance(each, Scalar) and each.value is not None:
            options[key] = each
        else:
            findings.add_bad_value(each.span, f"`{key}` is a text or a number")
    return options


def _check_provider(
    provider: str,
    options: dict[str, Scalar],
    keys: dict[str, Span],
    holder_span: Span,
    findings: FindingCollector,
    *,
    is_needed: bool,
) -> None:
    known_options = providers.provider_options(provider)
    if known_options is None:
        span = options["provider"].span
        all_names = providers.provider_names()
        message = f"there is no provider of secrets `{provider}`"
        findings.add_unknown_key(span, message, provider, all_names)
        return
    for key, value in options.items():
        is_named = key in _VALUES or is_credential_parameter(key, value.text)
        if (is_named and key not in known_options) or has_credential(value.text):
            message = f"`{key}` would hold a credential: a configuration says only where it is"
            findings.add(SECRET_NEEDED, value.span, message)
        elif known_options and key not in (*known_options, *providers.COMMON):
            message = f"the provider `{provider}` has no option `{key}`"
            findings.add_unknown_key(keys[key], message, key, (*known_options, *providers.COMMON))
        elif key in providers.DURATIONS and parse_milliseconds(value.text) is None:
            findings.add_bad_value(value.span, f"`{key}` is a duration such as `10 seconds`")
        elif key == "retries" and _retry_count(value.text) is None:
            findings.add_bad_value(value.span, "`retries` is a whole number")
    required = providers.REQUIRED.get(provider, ())
    missing = [key for key in required if key not in options]
    if is_needed and missing and not (provider == "file" and len(missing) < len(required)):
        names = " or ".join(missing) if provider == "file" else " and ".join(missing)
        findings.add_bad_value(holder_span, f"the provider `{provider}` needs {names}")


def _runtime_value(key: str, value: Scalar) -> object:
    """The value for the runtime, durations in seconds."""
    length = parse_milliseconds(value.text) if key in providers.DURATIONS else None
    if length is not None:
        return float(length) / 1000
    retries = _retry_count(value.text) if key == "retries" else None
    return value.text if retries is None else retries


def _retry_count(text: str) -> int | None:
    return parse_whole(text, 32) if text.isdigit() else None

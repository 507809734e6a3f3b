"""Where secrets come from: functions of a secret's name and the options of its reference.

A provider returns the value. It raises LookupError, with the reason, where there is none, and
OSError for what may pass, such as a server that does not answer. The cloud's own libraries are
imported by the provider that needs them, when it is used.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, cast

Provider = Callable[[str, Mapping[str, Any]], str]

_PLACES = (
    ("env", "local:environment"),
    ("file", "local:mounted_file"),
    ("properties", "local:property_file"),
    ("keyring", "local:keyring"),
    ("vault", "vault:secret"),
    ("aws_secrets_manager", "aws:secrets_manager"),
    ("aws_ssm", "aws:parameter_store"),
    ("azure_key_vault", "azure:key_vault"),
    ("gcp_secret_manager", "gcp:secret_manager"),
)
_BUILT_IN = dict(_PLACES)


def provider(kind: str) -> Provider:
    """The provider called `kind`: one of ours, an installed one, or `module:function`.

    Of a class, `module:Class`, an object is made from the options, and asked with `value(name)`.
    """
    if kind in _BUILT_IN:
        return _named(f"{__name__}.{_BUILT_IN[kind]}")
    for found in entry_points(group="ssbt.secrets", name=kind):
        return _of(found.load())
    if ":" not in kind:
        raise LookupError(f"there is no provider `{kind}`")
    return _named(kind)


def _named(path: str) -> Provider:
    module, _, name = path.partition(":")
    try:
        return _of(getattr(import_module(module), name))
    except (ImportError, AttributeError) as error:
        raise LookupError(f"`{path}` cannot be imported: {error}") from None


def _of(found: Any) -> Provider:
    if isinstance(found, type):
        made = cast(Callable[[Mapping[str, Any]], Any], found)
        return lambda name, options: cast(str, made(options).value(name))
    return cast(Provider, found)

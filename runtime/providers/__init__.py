"""Where secrets come from: functions of a secret's name and the options of its reference.

A provider returns the value, a text. It raises NoValueError, with the reason, where there is none,
and OSError for a transient failure, such as a server that does not answer. Of any other error only
the kind is reported, for its text may hold the value; of an OSError what its number means. The
cloud's own libraries are imported by the provider that needs them, when it is used.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, cast

Provider = Callable[[str, Mapping[str, Any]], str]

_BUILT_IN_PATHS = (
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
_BUILT_IN = dict(_BUILT_IN_PATHS)


class NoValueError(LookupError):
    """There is no value; the text says why, and is shown: it never holds a value."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else type(self).__name__


def require_text(value: Any, where: str) -> str:
    """A value that a service holds; raises NoValueError where it is no text."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise NoValueError(f"{where} is no text, but of the type {type(value).__name__}")


def is_built_in(kind: str) -> bool:
    """Whether a provider is one of ours, whose errors hold no value."""
    return kind in _BUILT_IN


def is_known(kind: str) -> bool:
    """Whether there is a provider, ours or an installed one; a `module:function` may be one."""
    return is_built_in(kind) or ":" in kind or bool(entry_points(group="ssbt.secrets", name=kind))


def find_provider(kind: str) -> Provider:
    """The provider called `kind`: one of ours, an installed one, or `module:function`.

    Of a class, `module:Class`, an object is made from the options, and asked with `value(name)`.
    """
    if kind in _BUILT_IN:
        return _import_provider(f"{__name__}.{_BUILT_IN[kind]}")
    for entry in entry_points(group="ssbt.secrets", name=kind):
        return _wrap_provider(entry.load())
    if ":" not in kind:
        raise NoValueError(f"there is no provider `{kind}`")
    return _import_provider(kind)


def _import_provider(path: str) -> Provider:
    module, _, name = path.partition(":")
    try:
        return _wrap_provider(getattr(import_module(module), name))
    except (ImportError, AttributeError) as error:
        raise NoValueError(f"`{path}` cannot be imported: {type(error).__name__}") from None


def _wrap_provider(candidate: Any) -> Provider:
    if isinstance(candidate, type):
        provider_class = cast(Callable[[Mapping[str, Any]], Any], candidate)
        return lambda name, options: cast(str, provider_class(options).value(name))
    return cast(Provider, candidate)

"""What a configuration may say about where secrets come from."""

from __future__ import annotations

from functools import cache

from ssbt.compiler.patterns import lazy_pattern

ENTRY_POINT_GROUP = "ssbt.secrets"
COMMON = ("provider", "timeout", "retries", "cache")
DURATIONS = ("timeout", "cache")
DEFAULT = "default"
_CLASS = lazy_pattern(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*")
_OPTIONS = {
    "env": ("variable",),
    "file": ("folder", "file"),
    "properties": ("file", "key"),
    "keyring": ("service", "username"),
    "vault": ("url", "path", "field", "namespace", "token_file", "role", "jwt_file", "mount"),
    "aws_secrets_manager": ("secret_id", "field", "region", "endpoint"),
    "aws_ssm": ("parameter", "region", "endpoint"),
    "azure_key_vault": ("vault", "secret", "version"),
    "gcp_secret_manager": ("project", "secret", "version"),
}
# Without them a provider knows nothing; what is not said of a secret's own key is its name.
REQUIRED = {
    "file": ("folder", "file"),
    "properties": ("file",),
    "vault": ("url", "path"),
    "azure_key_vault": ("vault",),
    "gcp_secret_manager": ("project",),
}


def provider_options(provider: str) -> tuple[str, ...] | None:
    """The options of a provider besides the common ones, empty for any; None if there is none."""
    if provider in _OPTIONS:
        return _OPTIONS[provider]
    return () if _CLASS.fullmatch(provider) or provider in _installed_names() else None


def provider_names() -> tuple[str, ...]:
    """The providers that there are, without those named by their class."""
    return (*_OPTIONS, *_installed_names())


@cache
def _installed_names() -> tuple[str, ...]:
    from importlib.metadata import entry_points

    return tuple(sorted(each.name for each in entry_points(group=ENTRY_POINT_GROUP)))

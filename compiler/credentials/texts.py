"""Credentials within texts: the user of an address, and parameters of one."""

from __future__ import annotations

from ssbt.compiler.patterns import lazy_pattern

HIDDEN = "***"
# `scheme://user:password@host`; a container before the `@`, as in `abfss://`, has no colon.
_USER = lazy_pattern(r"(?P<before>://[^\s/@:'\"]*:)(?P<secret>[^\s/@'\"]+)(?=@)")
_KEY = (
    "password|passwd|pwd|passphrase|secret|client_secret|access_?key|secret_?key|api_?key|token|sig"
)
_QUERY = lazy_pattern(
    rf"(?i)(?P<before>[?&;]\s*(?:[\w.\-]*[._\-])?(?:{_KEY})=)(?P<secret>[^\s&;'\"]+)"
)
# A property of a Java that a text starts: `-Djavax.net.ssl.trustStorePassword=…`.
_PROPERTY = lazy_pattern(
    rf"(?i)(?P<before>(?<!\S)-D[\w.\-]*(?:{_KEY})=)(?P<secret>\"[^\"]*\"|'[^']*'|[^\s\"']+)"
)
_PATTERNS = (_USER, _QUERY, _PROPERTY)


def has_credential(text: str) -> bool:
    """Whether a text has a credential in it; one that a parameter stands for counts."""
    return any(pattern.search(text) for pattern in _PATTERNS)


def without_credentials(text: str) -> str:
    """The text with stars for what is secret in it."""
    for pattern in _PATTERNS:
        text = pattern.sub(rf"\g<before>{HIDDEN}", text)
    return text

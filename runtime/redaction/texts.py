"""Credentials that stand within texts, such as the password in an address.

These patterns are the compiler's, in `credentials/texts.py`; a test compares them.
"""

from collections.abc import Iterator
import re

HIDDEN = "***"
# `scheme://user:password@host`; a container before the `@`, as in `abfss://`, has no colon.
_USER = re.compile(r"(?P<before>://[^\s/@:'\"]*:)(?P<secret>[^\s/@'\"]+)(?=@)")
_KEY = (
    "password|passwd|pwd|passphrase|secret|client_secret|access_?key|secret_?key|api_?key|token|sig"
)
_QUERY = re.compile(
    rf"(?i)(?P<before>[?&;]\s*(?:[\w.\-]*[._\-])?(?:{_KEY})=)(?P<secret>[^\s&;'\"]+)"
)
PATTERNS = (_USER, _QUERY)
# In the options of a login module.
_LOGIN = re.compile(r'(?i)\b\w*(?:password|secret)\w*\s*=\s*"(?P<secret>(?:[^"\\]|\\.)+)"')
# An option of a connection or a setting that holds nothing else.
_NAME = re.compile(
    r"(?i)password|passphrase|secret$|token$|jaas[._]config$|(access|secret)[._]?key"
)


def credentials_in(text: str) -> Iterator[str]:
    """The credentials in a text."""
    for pattern in (*PATTERNS, _LOGIN):
        yield from (match["secret"] for match in pattern.finditer(text))


def without_credentials(text: str) -> str:
    """The text with stars for what is secret in it."""
    for pattern in PATTERNS:
        text = pattern.sub(rf"\g<before>{HIDDEN}", text)
    return text


def holds_credential(name: str) -> bool:
    """Whether an option of this name is a credential as a whole."""
    return _NAME.search(name) is not None

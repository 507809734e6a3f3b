"""Credentials that stand within texts, such as the password in an address.

These patterns are the compiler's, in `credentials/texts.py` and `words.py`; a test compares them.
"""

from collections.abc import Iterator
import re

HIDDEN = "***"
_KEY = (
    "password|passwd|pwd|passphrase|secret|client_secret|access_?key|secret_?key|api_?key|token|sig"
    "|signature|account_?key|shared_?access_?key|shared_?access_?signature|sas"
)
# `scheme://user:password@host`; a container before the `@`, as in `abfss://`, has no colon.
USER = r"(?P<before>://[^\s/@:'\"]*:)(?P<secret>[^\s/@'\"]+)(?=@)"
# Oracle's driver has the two before the host.
ORACLE = r"(?i)(?P<before>jdbc:oracle:\w+:[^\s/@'\"]+/)(?P<secret>[^\s/@'\"]+)(?=@)"
QUERY = rf"(?i)(?P<before>[?&;]\s*(?:[\w.\-]*[._\-])?(?:{_KEY})=)(?P<secret>[^\s&;'\"]+)"
# `host=h password=pw`, as libpq has it, and the first of a list such as `Password=pw;Server=s`.
LIST = (
    r"(?i)(?P<before>(?:^|\s)(?:password|passwd|pwd|passphrase|account_?key|shared_?access_?key"
    r"|shared_?access_?signature)\s*=\s*)(?P<secret>[^\s&;'\"]+)"
)
# In the options of a login module.
LOGIN = r'(?i)(?P<before>\b\w*(?:password|secret)\w*\s*=\s*")(?P<secret>(?:[^"\\]|\\.)+)(?=")'
# A property of a Java that a text starts: `-Djavax.net.ssl.trustStorePassword=…`.
PROPERTY = rf"(?i)(?P<before>(?<!\S)-D[\w.\-]*(?:{_KEY})=)(?P<secret>\"[^\"]*\"|'[^']*'|[^\s\"']+)"
# The header of a request: `Basic` with base64 of a user and a password, `Bearer` with a token.
HEADER = (
    r"(?P<before>^\s*(?i:Basic)\s+)(?=(?:[^\s=]*[0-9=]|[^\s=]*[a-z][A-Z]))"
    r"(?P<secret>(?:[A-Za-z0-9+/]{4}){2,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)\s*$"
)
BEARER = r"(?P<before>^\s*(?i:Bearer)\s+)(?P<secret>[A-Za-z0-9._~+/\-]{16,}=*)\s*$"
# Credentials whose issuers give them a form of their own, so that one sees what they are.
_ISSUED = (
    r"(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])",  # Amazon
    r"AIza[A-Za-z0-9_\-]{35}",  # Google
    r"ya29\.[A-Za-z0-9_\-]{20,}",
    r"gh[opsur]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}",
    r"glpat-[A-Za-z0-9_\-]{20,}",
    r"xox[a-z]-[A-Za-z0-9\-]{10,}|xapp-[A-Za-z0-9\-]{10,}",  # Slack
    r"sk_live_[A-Za-z0-9]{16,}|rk_live_[A-Za-z0-9]{16,}",  # Stripe
    r"sk-[A-Za-z0-9_\-]*[A-Za-z0-9]{20,}",
    r"dapi[0-9a-f]{32}",  # Databricks
    r"hv[bs]\.[A-Za-z0-9_\-]{20,}",  # Vault
    r"npm_[A-Za-z0-9]{36}|pypi-AgE[A-Za-z0-9_\-]{20,}|hf_[A-Za-z]{30,}",
    r"SG\.[A-Za-z0-9_\-]{20,}\.[A-Za-z0-9_\-]{20,}",  # SendGrid
    r"eyJ[A-Za-z0-9_\-]{5,2000}\.eyJ[A-Za-z0-9_\-]{5,2000}\.[A-Za-z0-9_\-]{8,}",  # JSON Web Token
    r"(?<=hooks\.slack\.com/services/)[A-Z0-9]+/[A-Z0-9]+/[A-Za-z0-9]+",
    r"(?<=hooks\.slack\.com/workflows/)[A-Z0-9]+/[A-Z0-9]+/[A-Za-z0-9/]+",
    r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----(?s:.)*",
)
ISSUED = rf"(?P<before>(?<![A-Za-z0-9]))(?P<secret>{'|'.join(_ISSUED)})"
TEXTS = (ISSUED, USER, ORACLE, QUERY, LIST, LOGIN, PROPERTY, HEADER, BEARER)
_KINDS_OF_KEYS = "|".join(
    (
        *("access", "account", "aes", "api", "auth", "cipher", "client", "decryption"),
        *("encryption", "hmac", "license", "master", "private", "sas", "secret", "session"),
        *("shared", "shared_access", "signing", "storage", "subscription"),
    )
)
_OWNERS_OF_PASSES = (
    "admin|auth|broker|db|database|ftp|http|jdbc|key|keystore|kafka|ldap|login|"
    "postgres|pg|proxy|root|sftp|smtp|ssl|trust|truststore|user"
)
WORDS = (
    r"(?:^|_)(?:"
    r"password|passwd|passphrase|passcode|pwd|pw|secret|token|bearer|jwt|credentials?"
    r"|authorization|webhook|basic_auth|user_info|connection_string|conn_str"
    rf"|(?:{_KINDS_OF_KEYS})_?key|(?:{_OWNERS_OF_PASSES})_?pass"
    r")(?=_|$)"
)
# A name with one of these is about a credential: how long it is, where it is, of which kind.
METADATA_WORDS = (
    r"(?:^|_)(?:address|alg|algorithm|class|col|column|columns|count|dir|directory|enabled?"
    r"|endpoint|env|expir(?:ation|es|y)|field|file|filename|folder|format|header|host|id|index"
    r"|interval|kind|length|limit|location|max|mechanism|min|mode|name|names|num|number|path"
    r"|pattern|policy|port|prefix|provider|ref|reference|regex|required|rotation|schema|scope"
    r"|separator|size|source|status|suffix|table|timeout|topic|ttl|type|uri|url|username|version"
    r")(?=_|$)"
)
_PATTERNS = tuple(map(re.compile, TEXTS))
# An option of a connection or a setting that holds nothing else.
_NAME = re.compile(
    r"(?i)password|passphrase|secret$|token$|jaas[._]config$|(access|secret)[._]?key"
)
_BORDERS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z0-9]+")


def credentials_in(text: str) -> Iterator[str]:
    """The credentials in a text."""
    for pattern in _PATTERNS:
        yield from (match["secret"] for match in pattern.finditer(text))


def without_credentials(text: str) -> str:
    """The text with stars for what is secret in it."""
    for pattern in _PATTERNS:
        text = pattern.sub(rf"\g<before>{HIDDEN}", text)
    return text


def holds_credential(name: str) -> bool:
    """Whether an option of this name is a credential as a whole."""
    words = _BORDERS.sub("_", name).strip("_").lower()
    is_named = re.search(WORDS, words) is not None and not re.search(METADATA_WORDS, words)
    return is_named or _NAME.search(name) is not None

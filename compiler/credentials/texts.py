"""Credentials within texts: the user of an address, parameters of one, and what shows by its own
form that it is a credential.

The runtime's patterns, in `redaction/texts.py`, are the same; a test compares them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
import re

from ssbt.compiler.patterns import lazy_pattern

HIDDEN = "***"
# How a name ends that holds a credential, whatever is glued before it: `trustStorePassword`.
_LONG_ENDINGS = (
    *("password", "passwd", "pwd", "passphrase", "passcode", "secret", "token", "signature"),
    *("apikey", "api[_.-]key", "accesskey", "access[_.-]key", "accountkey", "account[_.-]key"),
    *("secretkey", "secret[_.-]key"),
)
_WORDS_AT_END = ("sig", "sas", "pass", "pw")
_ENDS_AS_KEY = "|".join(
    (
        *(rf"(?<={ending})" for ending in _LONG_ENDINGS),
        *(rf"(?<=\b{word})|(?<=_{word})" for word in _WORDS_AT_END),
    )
)
# A name is taken as a whole, and then looked at from its end: so each is looked at once.
_KEY_BEFORE_EQUALS = rf"[\w.\-]{{1,80}}(?==)(?:{_ENDS_AS_KEY})="
# What is compared in a query is a column; switches are no credentials.
_NOT_COMPARED = r"(?<!\bwhere\s)(?<!\band\s)(?<!\bor\s)(?<!\bon\s)(?<!\bnot\s)(?<!\bwhen\s)"
_NO_SWITCH = r"(?!(?:true|false)(?![^\s&;,'\"]))"
# `scheme://user:password@host`, of which the last `@` counts: passwords hold `@` and `/` as well.
# A container before the `@`, as in `abfss://`, has no colon; a port is none, whatever follows.
USER = (
    r"(?P<before>://[^\s/@:'\"]*:)(?!(?:\d{1,5}|\$?\{[^{}\s]*\})(?:[/?#,;\s]|$))"
    r"(?P<secret>(?:[^\s'\"@:]|:(?!//)){1,256}(?:@(?:[^\s'\"@:]|:(?!//)){0,256}){0,9})(?=@)"
)
# Oracle's driver has the two before the host.
ORACLE = (
    r"(?i)(?P<before>jdbc:oracle:\w+:[^\s/@'\"]+/)"
    r"(?P<secret>[^\s'\"@]{1,128}(?:@[^\s'\"@/]{1,128}){0,9})(?=@)"
)
QUERY = (
    rf"(?i)(?P<before>[?&;]\s*{_KEY_BEFORE_EQUALS}){_NO_SWITCH}"
    r"(?P<secret>\{[^{}\n]+\}|'[^'\n]+'|\"[^\"\n]+\"|[^\s&;'\"]+)"
)
# `host=h password=pw`, as libpq has it, and the first of a list such as `Password=pw;Server=s`.
LIST = (
    rf"(?i)(?P<before>(?:^|[\s,]){_NOT_COMPARED}(?:{_KEY_BEFORE_EQUALS}"
    r"|[\w.\-]{1,80}(?=\s*=)(?:(?<=password)|(?<=passwd)|(?<=pwd)|(?<=passphrase)"
    r"|(?<=account[_.-]key)|(?<=accountkey)|(?<=accesskey)|(?<=accesssignature))\s*=\s*))"
    rf"{_NO_SWITCH}(?P<secret>'(?:[^'\\\n]|\\.)+'|\{{[^{{}}\n]+\}}|[^\s&;'\"]+)"
)
# In the options of a login module.
LOGIN = r'(?i)(?P<before>\b\w*(?:password|secret)\w*\s*=\s*")(?P<secret>(?:[^"\\]|\\.)+)(?=")'
# In JSON and the like, also where its quotes are escaped once more.
JSON = (
    rf"(?i)(?P<before>(?P<quote>\\?['\"])[\w.\-]{{1,80}}(?=\\?['\"])(?:{_ENDS_AS_KEY})(?P=quote)"
    r"\s*:\s*(?P<mark>\\?['\"]))(?P<secret>(?:(?!(?P=mark))(?:\\.|[^\\\n]))+)(?=(?P=mark))"
)
# A property of a Java, `-Djavax.net.ssl.trustStorePassword=…`, and an option of a command.
PROPERTY = (
    rf"(?i)(?P<before>(?<!\S)(?:-D{_KEY_BEFORE_EQUALS}"
    rf"|-[\w.\-]{{1,80}}(?=[=\s])(?:{_ENDS_AS_KEY})(?:=|\s+(?!-)))){_NO_SWITCH}"
    r"(?P<secret>\"[^\"]*\"|'[^']*'|[^\s\"']+)"
)
# The header of a request: `Basic` with base64 of a user and a password, `Bearer` with a token.
HEADER = (
    r"(?P<before>^\s*(?i:Basic)\s+)(?=(?:[^\s=]*[0-9=]|[^\s=]*[a-z][A-Z]))"
    r"(?P<secret>(?:[A-Za-z0-9+/]{4}){2,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)\s*$"
)
BEARER = r"(?P<before>^\s*(?i:Bearer)\s+)(?P<secret>[A-Za-z0-9._~+/\-]{16,}=*)\s*$"
AUTHORIZATION = (
    r"(?P<before>(?i:\bauthorization\\?['\"]?\s*[:=,]\s*\\?['\"]?"
    r"(?:basic|bearer|token|api-?key|digest|negotiate|splunk)\s+))"
    r"(?=\S*\d|\$\{|\S*[a-z][A-Z]|[^\s'\",;]{16})(?P<secret>[^\s'\",;\\]{6,})"
)
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
TEXTS = (ISSUED, USER, ORACLE, QUERY, LIST, LOGIN, JSON, PROPERTY, HEADER, BEARER, AUTHORIZATION)
# One of these is in every text that a pattern finds something in. Most texts have none of them,
# and compiling all patterns takes as long as parsing a hundred lines.
_WORDS_OF_KEYS = ("pass", "pw", "secret", "token", "sig", "key", "sas")
_STARTS_OF_ISSUED = (
    *("akia", "asia", "aiza", "ya29.", "gho_", "ghp_", "ghs_", "ghu_", "ghr_", "github_pat_"),
    *("glpat-", "xox", "xapp-", "k_live_", "sk-", "dapi", "hvb.", "hvs.", "npm_", "pypi-", "hf_"),
    *("sg.", "eyj", "hooks.slack.com", "private key"),
)
_MARKS = {
    ISSUED: _STARTS_OF_ISSUED,
    USER: ("@",),
    ORACLE: ("jdbc:oracle:",),
    HEADER: ("basic",),
    BEARER: ("bearer",),
    AUTHORIZATION: ("authorization",),
}
_ANY_MARK = lazy_pattern(
    "|".join(
        re.escape(mark) for mark in chain(_WORDS_OF_KEYS, chain.from_iterable(_MARKS.values()))
    )
)
_PATTERNS = {source: lazy_pattern(source) for source in TEXTS}


def has_credential(text: str) -> bool:
    """Whether a text has a credential in it; one that a parameter stands for counts."""
    return any(_PATTERNS[source].search(text) for source in _select_patterns(text))


def is_issued_credential(text: str) -> bool:
    """Whether a text has in it what can be nothing but a credential, wherever it stands."""
    return ISSUED in _select_patterns(text) and _PATTERNS[ISSUED].search(text) is not None


def find_credentials(text: str, *, is_code: bool = False) -> Iterator[tuple[int, int]]:
    """From where to where credentials stand in a text.

    In code, `password = word` is the file's own syntax.
    """
    for source in _select_patterns(text):
        if not (is_code and source in (LIST, LOGIN)):
            for match in _PATTERNS[source].finditer(text):
                yield match.span("secret")


def without_credentials(text: str) -> str:
    """The text with stars for what is secret in it."""
    for source in _select_patterns(text):
        text = _PATTERNS[source].sub(rf"\g<before>{HIDDEN}", text)
    return text


def _select_patterns(text: str) -> list[str]:
    """The patterns that may find something in a text."""
    if not text.isascii():
        # A long s, say, is an s to a pattern, but not to `lower`.
        return [*TEXTS]
    lower = text.lower()
    if not _ANY_MARK.search(lower):
        return []
    return [
        source
        for source in TEXTS
        if any(mark in lower for mark in _MARKS.get(source, _WORDS_OF_KEYS))
    ]

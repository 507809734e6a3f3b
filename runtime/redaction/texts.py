"""Credentials that stand within texts, such as the password in an address.

These patterns are the compiler's, in `credentials/texts.py` and `words.py`; a test compares them.
"""

from collections.abc import Iterator
import re

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
_OTHER_PASSES = "".join(
    rf"(?<!\b{word}_)(?<!_{word}_)"
    for word in (
        *("first", "second", "third", "last", "final", "next", "one", "two", "single", "multi"),
        *("each", "per", "max", "min", "day", "season", "boarding", "bus", "ski", "fail", "did"),
        *("test", "tests", "checks", "is", "has", "high", "low", "band", "by", "or", "and", "must"),
    )
)
WORDS = (
    r"(?:^|_)(?:"
    # With whatever is glued before it: `pgpassword`, `clientsecret`, `accesstoken`.
    r"[a-z0-9]*(?:password|passwd|passphrase|passcode|pwd|secret|token)\d*"
    r"|pw\d*|bearer|jwt|credentials?"
    r"|authorization|webhook|basic_auth|user_info|connection_string|conn_str"
    rf"|(?:{_KINDS_OF_KEYS})_?key|(?:{_OWNERS_OF_PASSES})_?pass"
    r")(?=_|$)"
    # A `pass` at the end, unless it is one of several over some data, or a ticket.
    rf"|(?:^|_){_OTHER_PASSES}pass\d*(?=$|_(?:dev|test|qa|stage|staging|live|prod|production)$)"
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
_QUOTES = "'\"{"
_HOST_AND_PATH = re.compile(r"(?<=.)@(?=[^@/]+/)")
# An option of a connection or a setting that holds nothing else.
_NAME = re.compile(
    r"(?i)password|passphrase|secret$|token$|jaas[._]config$|(access|secret)[._]?key"
)
_BORDERS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z0-9]+")


def credentials_in(text: str) -> Iterator[str]:
    """The credentials in a text, in every way in which it can be read."""
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            secret = match["secret"]
            yield secret
            if secret[0] in _QUOTES:
                yield secret[1:-1]
            # `u:p@h/x@y`: the user may end at the first `@` or at the last.
            yield from (secret[: at.start()] for at in _HOST_AND_PATH.finditer(secret))


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

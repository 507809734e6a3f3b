"""Words of names that hold credentials, whoever gave the name; the runtime has the same.

A name is first split into words by `split_words`: `dbPassword`, `db.password`, `db-password` and
`db_password` are one.
"""

from __future__ import annotations

from ssbt.compiler.patterns import lazy_pattern

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
# Such a name is none that a switch or a number could have.
SURE_WORDS = (
    r"(?:^|_)(?:[a-z0-9]*(?:password|passwd|passphrase|passcode|pwd)\d*|(?:\w+_)?api_?key)$"
)
_BORDERS = lazy_pattern(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z0-9]+")
_WORDS = lazy_pattern(WORDS)
_METADATA = lazy_pattern(METADATA_WORDS)
_SURE = lazy_pattern(SURE_WORDS)
# Names of columns, and what only says where a credential is.
_REFERENCE = lazy_pattern(
    r"\s*(?:$|\{\{.*\}\}$|\$\{[^}]*\}$|vault:|arn:aws:|projects/[^/]+/secrets/"
    r"|https://[\w-]+\.vault\.azure\.net/|env:|keyring:|file:/|[a-z]\w*://[^:@]*$)"
)
# A path by its looks: two parts or an ending, no part with letters of both kinds and digits, as
# what was made at random has. Base64 begins with `/` once in 64 times.
_RANDOM_PART = r"(?=[^/]*[A-Z])(?=[^/]*[a-z])(?=[^/]*\d)"
_PATH = lazy_pattern(
    rf"\s*(?=/[^/]+/|/[^/]+\.[a-z]+\s*$)(?:/(?!{_RANDOM_PART})[\w.\-${{}}]+)+/?\s*$"
)
_SEVERAL_MEANINGS = lazy_pattern(
    r"(?:^|_)(?:(?:account|client|license|master|session|shared|storage|subscription)_?key"
    r"|token|webhook|user_info|connection_string|conn_str|pass|pw)(?:_|$)"
)
_PLAIN_WORDS = lazy_pattern(r"[A-Za-z]+(?:[_.\- ][A-Za-z]+)+$|\w+_(?:id|key|col|column|token)$")


def split_words(name: str) -> str:
    """The words of a name in lower case, with `_` between them."""
    return _BORDERS.sub("_", name).strip("_").lower()


def names_credential(name: str) -> bool:
    """Whether the words of a name say that it holds a credential."""
    words = split_words(name)
    return bool(_WORDS.search(words)) and not _METADATA.search(words)


def is_about_credentials(name: str) -> bool:
    """Whether a word in a name says that it holds something else, such as where a credential is."""
    return bool(_METADATA.search(split_words(name)))


def names_password(name: str) -> bool:
    """Whether even a number under this name is a credential."""
    return bool(_SURE.search(split_words(name)))


def can_be_credential(name: str, value: str) -> bool:
    """Whether the text under a name that `names_credential` may be one.

    It is none if it is empty or says where the credential is, nor if the name means something
    else too (`account_key`) and the text is a plain word.
    """
    if _REFERENCE.match(value) or _PATH.match(value):
        return False
    return not (_SEVERAL_MEANINGS.search(split_words(name)) and _PLAIN_WORDS.match(value))

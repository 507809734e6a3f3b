"""Names of settings that hold credentials, by the lists that Hadoop, Kafka and Spark keep."""

from __future__ import annotations

from functools import cache
from pathlib import Path
import re

from ssbt.compiler.credentials.words import can_be_credential, names_credential, names_password
from ssbt.compiler.patterns import lazy_pattern

_HADOOP = "spark.hadoop."
# Spellings that the three do not know: of catalogs, clouds and databases.
_EXTRA_PATTERNS = (
    r"access[.\-_]?key|private[.\-_]?key(?:[.\-_]?id)?$|\b(?:pwd|passwd|passphrase)$"
    r"|sas[.\-_]?(?:key|token)|[.\-_]sas$|fs\.azure\.sas\.|(?:^|[.\-_])redis[.\-_]auth$"
)
# A name that ends so says where a credential is, of which kind, for how long, or whether there is
# one. Hadoop's own patterns hide whole families, addresses and all.
_METADATA_SUFFIXES = (
    *(
        "address",
        "algorithm",
        "class",
        "dir",
        "directory",
        "enable",
        "enabled",
        "endpoint",
        "envkeys",
    ),
    *("expiration", "expiry", "file", "filenames", "files", "folder", "format", "host", "id"),
    *("interval", "itemkey", "keyfile", "kind", "length", "location", "mechanism", "mode", "name"),
    *(
        "names",
        "path",
        "port",
        "protocol",
        "provider",
        "providers",
        "proxy.address",
        "regex",
        "scope",
    ),
    *("size", "timeout", "ttl", "type", "uri", "url", "username", "version"),
)
_METADATA_ENDINGS = (
    "Class Enabled File Filenames Length Location Name Path Provider Regex Secrets Type Uri Url"
)
_METADATA = lazy_pattern(
    rf"(?i:[.\-_](?:{'|'.join(map(re.escape, _METADATA_SUFFIXES))})$)"
    rf"|[a-z](?:{_METADATA_ENDINGS.replace(' ', '|')})$"
    r"|\.secrets\.|secretKeyRef|credential\.provider|ssl\.rpc\.privateKey$"
)
# The key of an account is half of a pair, and Spark hides it.
_ACCOUNT_KEYS = lazy_pattern(r"(?i)private[.\-_]?key[.\-_]?id$|access[.\-_]?key[.\-_]?id$")


def is_credential(name: str, value: str = "") -> bool:
    """Whether a setting holds a credential; `value`, where given, may show that it does not."""
    plain = name.removeprefix(_HADOOP).removeprefix("kafka.")
    if _is_switch_or_number(name, value):
        return False
    if _is_listed(plain):
        return bool(_ACCOUNT_KEYS.search(plain)) or not _METADATA.search(plain)
    is_named = names_credential(plain) and not _METADATA.search(plain)
    return is_named and (not value or can_be_credential(plain, value))


def is_credential_parameter(name: str, value: str) -> bool:
    """Whether a text that is written down for a parameter is a credential by the parameter's name.

    Parameters have names of one's own, so that only whole words count.
    """
    return (
        names_credential(name)
        and not _is_switch_or_number(name, value)
        and can_be_credential(name, value)
    )


def _is_switch_or_number(name: str, value: str) -> bool:
    if value.strip().lower() in ("true", "false"):
        return True
    is_number = re.fullmatch(r"\s*-?\d{1,6}\s*", value) is not None
    return is_number and not names_password(name)


@cache
def _is_listed(plain: str) -> bool:
    return _compile_pattern().search(plain) is not None


@cache
def _compile_pattern() -> re.Pattern[str]:
    rows = Path(__file__).with_name("names.tsv").read_text("utf-8").splitlines()
    patterns = [_EXTRA_PATTERNS]
    for row in rows:
        source, text = row.split("\t")
        # Kafka's are whole names; Hadoop's are searched for, as patterns, as Spark's is.
        patterns.append(f"{re.escape(text)}$" if source == "kafka" else text.removeprefix("(?i)"))
    return re.compile("|".join(patterns), re.IGNORECASE)

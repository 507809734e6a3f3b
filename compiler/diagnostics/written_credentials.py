"""Where credentials stand in a file, by the names before them and by their own form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
import re

from ssbt.compiler.credentials.names import is_credential, is_credential_parameter
from ssbt.compiler.credentials.texts import HIDDEN, find_credentials
from ssbt.compiler.credentials.words import (
    can_be_credential,
    is_about_credentials,
    names_credential,
    split_words,
)
from ssbt.compiler.diagnostics.named_values import NamedValue, find_values
from ssbt.compiler.diagnostics.suggestions import is_within_distance
from ssbt.compiler.patterns import lazy_pattern

# What a misspelt name may have been meant to be; `_` counts for nothing.
_MEANT = (
    *("password", "passwd", "passphrase", "passcode", "secret", "token", "credential"),
    *("credentials", "authorization", "apikey", "accesskey", "secretkey", "privatekey"),
    *("accountkey", "saslpassword", "jaasconfig", "keypass", "userinfo"),
)
_NEAR_AND_INNOCENT = frozenset(("passed", "taken", "tokens"))
# Options under which people write the value of a secret, where only its place belongs.
_VALUES = ("value", "key", "text", "data")
_SECTION = "secrets"
_SECRET = lazy_pattern(r"(?i)\bsecret\s+([^\W\d]\w*)")
_IDENTIFIER = lazy_pattern(r"[^\W\d]\w*")
_PLAIN_NAME = lazy_pattern(r"[A-Za-z]+(?:_[A-Za-z]+)+")
_SUBSTITUTION = lazy_pattern(r"(?:\$\{[^}]*\}\s*)+")
_COMPARED = frozenset(
    (
        *("where", "and", "or", "not", "on", "when", "then", "else", "case", "check", "having"),
        *("set", "extend", "select", "by", "filter", "if", "return", "between", "in", "is"),
    )
)
_NUMBER_OR_SWITCH = lazy_pattern(r"(?i)-?\d{1,6}|true|false|yes|no|on|off|null")


def declared_secrets(texts: Iterable[str]) -> frozenset[str]:
    """The names of secrets that files declare."""
    return frozenset(
        name.casefold()
        for text in texts
        if "secret" in text.lower()
        for name in _SECRET.findall(text)
    )


def find_named_credentials(
    path: str, text: str, secrets: frozenset[str]
) -> Iterator[tuple[int, int]]:
    """From where to where values stand that are credentials by their names."""
    is_pipeline = path.endswith(".ssbt") or path == "-"
    for value in find_values(text, is_pipeline=is_pipeline):
        raw = text[value.start : value.end]
        is_hidden = _is_hidden_in_pipeline if is_pipeline else _is_hidden_in_configuration
        if is_hidden(value, raw, secrets):
            yield value.start, value.end


def find_credentials_within(text: str, *, is_code: bool) -> Iterator[tuple[int, int]]:
    """From where to where credentials stand that show by their own form what they are.

    A parameter in such a place is none.
    """
    # As a text within quotes has it: of the same length, so that places stay.
    plain = text if is_code else re.sub(r"\\([\"'])", r" \1", text)
    for each in (text, plain) if plain != text else (text,):
        for start, end in find_credentials(each, is_code=is_code):
            if not _SUBSTITUTION.fullmatch(each, start, end):
                yield start, end


def hide_value(name: str, text: str) -> str:
    """The text of a value that has a name in a configuration, with stars if it is a credential."""
    section = name.partition(".")[0]
    is_reference = section == _SECTION or text.startswith("secret ")
    if is_reference or not _is_hidden_in_configuration(NamedValue(name, 0, 0), text, frozenset()):
        return text
    return HIDDEN


def is_name_of_secret(word: str, secrets: frozenset[str]) -> bool:
    """Whether a word is the name of a secret, or was meant to be one."""
    if not _IDENTIFIER.fullmatch(word):
        return False
    name = word.casefold()
    return (
        name in secrets
        or names_credential(word)
        or _is_near(word)
        or _PLAIN_NAME.fullmatch(word) is not None
        or any(is_within_distance(name, each, max(1, len(name) // 3)) for each in secrets)
    )


def _is_hidden_in_pipeline(value: NamedValue, raw: str, secrets: frozenset[str]) -> bool:
    is_text = raw[:1] in ('"', "'")
    if value.word == "secret":
        return True
    if _SUBSTITUTION.fullmatch(raw.strip("\"'")):
        return False
    if value.word in _COMPARED:
        return False
    if value.word == "param" and not can_be_credential("password", raw.strip("\"'")):
        return False
    if not is_text and (value.sign == ":" or is_name_of_secret(raw, secrets)):
        return False
    return _names_credential(value.name, raw.strip("\"'"))


def _is_hidden_in_configuration(value: NamedValue, raw: str, secrets: frozenset[str]) -> bool:
    section, _, name = value.name.partition(".")
    text = raw.strip('"')
    if _SUBSTITUTION.fullmatch(raw):
        return False
    last = name.rpartition(".")[2]
    if section == _SECTION or is_within_distance(section, _SECTION, 2):
        _, is_option, option = name.partition(".")
        if not is_option:
            return True
        is_value = any(is_within_distance(option, each, 1) for each in _VALUES[:1])
        return option != "secret" and (is_value or _names_credential(option, text))
    if section == "params" and not can_be_credential("password", text):
        return False
    if section == "connections":
        name = name.partition(".")[2] or name
    elif section not in ("params", "spark"):
        name = value.name
    if last == "secret" and name != "secret" and _IDENTIFIER.fullmatch(text):
        holder = name.removesuffix(".secret")
        if _names_credential(holder, "") or is_name_of_secret(text, secrets):
            return False
    return _names_credential(name, text)


def _names_credential(name: str, text: str) -> bool:
    """Whether the text under a name is a credential, even if the name is misspelt."""
    if not _may_name_credential(name):
        return False
    if is_credential(name, text) or is_credential_parameter(name, text):
        return True
    can_be = can_be_credential("password", text) and not _NUMBER_OR_SWITCH.fullmatch(text.strip())
    return can_be and _is_near(name.rpartition(".")[2])


@lru_cache(maxsize=4_096)
def _may_name_credential(name: str) -> bool:
    return is_credential(name) or is_credential_parameter(name, "x") or _is_near(name)


def _is_near(name: str) -> bool:
    """Whether words of a name that is none for a credential are near to one that is."""
    last = name.rpartition(".")[2]
    if len(last) > 100 or is_credential(last) or is_about_credentials(last):
        return False
    words = split_words(last).split("_")
    joined = {"".join(words[i:j]) for i in range(len(words)) for j in range(i + 2, i + 4)}
    return any(
        is_within_distance(group, meant, 2 if group in words and len(meant) >= 8 else 1)
        for group in joined.union(words) - _NEAR_AND_INNOCENT
        if len(group) >= 4
        for meant in _MEANT
    )

"""Java's property files."""

import re

_PROPERTY = re.compile(r"\s*((?:\\.|[^\\=:\s])*)\s*[=:]?\s*(.*)")


def parse_properties(text: str) -> list[tuple[str, str]]:
    """The keys and values, in order."""
    text = re.sub(r"(?m)^[ \t\f]*[#!].*$", "", text)
    text = re.sub(r"(?<!\\)((?:\\\\)*)\\\n\s*", r"\1", text)
    pairs = [_PROPERTY.findall(line)[0] for line in text.split("\n") if line.strip()]
    return [(_unescape(key), _unescape(value)) for key, value in pairs]


def _unescape(text: str) -> str:
    letters = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}

    def character(match: re.Match[str]) -> str:
        return chr(int(match[1], 16)) if match[1] else letters.get(match[2], match[2])

    return re.sub(r"\\(?:u([0-9a-fA-F]{4})|(.))", character, text)

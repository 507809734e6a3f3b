"""Documents of HOCON at random: everything that the format has, in one file or several.

Each is a mapping of files, of which `main.conf` is read. One in eight is broken somewhere.
"""

from __future__ import annotations

from collections.abc import Callable
import json
import random

_NAMES = (
    *("a", "b", "c", "host", "port", "url", "db", "a-b", "a_b", "x1", "10", "größe", "名前"),
    *('"a"', '"a.b"', '"x y"', '"$"', '"\\u0062"', '"#"', "true", "null", "a b", "include-x"),
)
_PLAIN = ("a", "b", "c", "host", "port", "url", "db")
_NUMBERS = (
    *("0", "1", "-1", "42", "007", "-0", "1.0", "1.50", "-2.25", ".5", "5.", "1e3", "1E-2", "1e+2"),
    *("9223372036854775807", "-9223372036854775808", "9223372036854775808", "0.1", "1e10", "1e15"),
    *("123456789012", "1.5e300", "1-2", "1.2.3", "-", "--1", "1e", "2026-01-31", "10.0.0.1"),
)
_WORDS = (
    *("x", "true", "false", "null", "yes", "no", "on", "hello world", "10 minutes", "64 mb", "5s"),
    *("a/b", "/tmp/x", "s3a", "a-b", "a_b", "x.y", "it's", "a;b", "(x)", "<x>", "50%", "a|b", "~"),
    *("größe", "日本", "😀", "true x", "null x", "nullx", "1 x", "x 1", "1.0 x", "a . b", "-x"),
    *("include x", "\u2028", "a\u00a0b", "no\u3000", "e5", "E", "+", "1+1", "a=b", "a:b", "a*b"),
)
_TEXTS = (
    *('""', '"x"', '"x y"', '" x "', '"${a}"', '"#"', '"//"', '"a\\nb"', '"\\t"', '"\\u00e9"'),
    *('"\\ud83d\\ude00"', '"größe"', '"😀"', '"\\/"', '"\\\\"', '"\\""', '"1"', '"true"', '"null"'),
    *('"""x"""', '"""a "b" c"""', '"""a\nb"""', '"""\\n"""', '""""""', '"""a"" """', '"""x""""'),
)
_COMMENTS = ("# x", "// x", "#", "//", '# "', "# }", "// ${a}", "# größe", "# a = 1")
_BROKEN = (
    *("{", "}", "[", "]", ",", ",,", "=", ":", '"', "${", "${}", "${?}", "$", "+=", "\\", "`", "@"),
    *('"\\x"', '"a\nb"', "${a", "${a.}", "${.a}", '"""', "a =", "= 1", "a b", "include", "&", "!"),
    *("include x", "include file(", 'include "a" "b"', 'include required("no.conf")', "?", "^"),
)
_PROPERTIES = (
    "a = 1",
    "b.c: x y",
    "a.b = 2",
    "# c = 1",
    "! x",
    "k\\ y = \\u00e9",
    "db = ",
    "url z",
)


class Document:
    """A document of one seed; what is included stands in files of its own."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._files: dict[str, str] = {}
        self._known: list[str] = []

    def files(self) -> dict[str, str]:
        """The files, `main.conf` the last."""
        text = self._root()
        if self._chance(0.12):
            place = self._random.randrange(len(text) + 1)
            text = f"{text[:place]}{self._pick(_BROKEN)}{text[place:]}"
        return {**self._files, "main.conf": text}

    def _chance(self, part: float) -> bool:
        return self._random.random() < part

    def _pick(self, values: tuple[str, ...] | list[str]) -> str:
        return self._random.choice(values)

    def _root(self) -> str:
        fields = self._fields(0, self._random.randrange(1, 8))
        if self._chance(0.03):
            fields = f"\ufeff{fields}"
        if self._chance(0.15):
            return f"{self._gap()}{{{fields}}}{self._gap()}"
        return fields

    def _gap(self) -> str:
        """Nothing, spaces, or a comment with its line end."""
        return self._random.choices(
            ["", " ", "\n", "  \t", f" {self._pick(_COMMENTS)}\n", "\n\n", "\r\n", "\u00a0"],
            [60, 15, 8, 3, 6, 3, 2, 1],
        )[0]

    def _space(self) -> str:
        return self._random.choices(["", " ", "  ", "\t"], [30, 60, 5, 5])[0]

    def _between(self) -> str:
        """What separates two fields or items."""
        return self._random.choices(
            ["\n", ", ", ",\n", f" {self._pick(_COMMENTS)}\n", "\n\n", " , ", "\n, "],
            [50, 20, 10, 8, 4, 4, 2],
        )[0]

    def _fields(self, depth: int, count: int) -> str:
        text = self._gap()
        for number in range(count):
            text += (self._between() if number else "") + self._field(depth)
        return text + self._random.choices(["", "\n", ",", ",\n"], [60, 30, 5, 5])[0]

    def _key(self) -> str:
        keys = [self._pick(_PLAIN if self._chance(0.8) else _NAMES)]
        while self._chance(0.25):
            keys.append(self._pick(_PLAIN if self._chance(0.8) else _NAMES))
        path = self._random.choices([".", " . "], [97, 3])[0].join(keys)
        self._known.append(path)
        return path

    def _field(self, depth: int) -> str:
        if self._chance(0.06):
            return self._include()
        key = self._key()
        if depth < 4 and self._chance(0.25):
            inner = self._fields(depth + 1, self._random.randrange(0, 4))
            sign = self._random.choices([" ", "", " = ", ": "], [60, 15, 15, 10])[0]
            more = f" {self._object(depth + 1)}" if self._chance(0.05) else ""
            return f"{key}{sign}{{{inner}}}{more}"
        sign = self._random.choices(["=", ":", "+="], [70, 20, 10])[0]
        return f"{key}{self._space()}{sign}{self._space()}{self._value(depth)}"

    def _include(self) -> str:
        number = len(self._files)
        kinds: tuple[tuple[str, str], ...] = (
            (f"other{number}.conf", f'"other{number}.conf"'),
            (f"other{number}.conf", f'"other{number}"'),
            (f"other{number}.conf", f'required("other{number}.conf")'),
            (f"other{number}.json", f'"other{number}"'),
            (f"other{number}.properties", f'"other{number}"'),
            ("", f'"nothing{number}.conf"'),
        )
        file, name = self._random.choice(kinds)
        self._files[file or "unused.conf"] = ""
        if file.endswith(".conf") and len(self._files) < 4:
            self._files[file] = self._fields(1, self._random.randrange(0, 4))
        elif file.endswith(".json"):
            self._files[file] = json.dumps({"a": {"b": [1, None, "x"]}, "c": number})
        elif file.endswith(".properties"):
            self._files[file] = "\n".join(self._random.sample(_PROPERTIES, 4))
        return f"include {name}"

    def _reference(self) -> str:
        usual = self._known and self._chance(0.7)
        path = self._pick(self._known) if usual else self._pick(_PLAIN)
        if self._chance(0.2):
            path += f".{self._pick(_PLAIN)}"
        mark = self._random.choices(["", "?"], [25, 75])[0]
        return f"${{{mark}{path}}}" if self._chance(0.95) else f"${{{mark} {path} }}"

    def _value(self, depth: int) -> str:
        makers: tuple[Callable[[int], str], ...] = (
            *(self._scalar,) * 8,
            *(self._object, self._list, self._joined, self._joined),
            *(lambda _: self._reference(),) * 3,
        )
        return self._random.choice(makers if depth < 4 else makers[:8])(depth)

    def _scalar(self, _: int) -> str:
        return self._pick(self._random.choice((_NUMBERS, _WORDS, _TEXTS)))

    def _object(self, depth: int) -> str:
        return f"{{{self._fields(depth + 1, self._random.randrange(0, 4))}}}"

    def _list(self, depth: int) -> str:
        items = [self._value(depth + 1) for _ in range(self._random.randrange(0, 4))]
        text = self._gap()
        for number, item in enumerate(items):
            text += (self._between() if number else "") + item
        return f"[{text}{self._gap()}]"

    def _joined(self, depth: int) -> str:
        """Texts, objects or lists side by side, with references among them."""
        kind = self._random.choice((self._scalar, self._scalar, self._object, self._list))
        pieces = [
            kind(depth) if self._chance(0.5) else self._reference()
            for _ in range(self._random.randrange(2, 4))
        ]
        return self._random.choice(("", " ", "  ")).join(pieces)

"""Configurations that mean harm, or are merely large: a clear answer, and nothing read or run."""

from __future__ import annotations

import time

import pytest

from ssbt.compiler.hocon.problems import ConfigurationError
from tests.unit.hocon.reading_files import plain, read


@pytest.mark.parametrize(
    "text",
    [
        'include "/etc/passwd"',
        'include "../outside.conf"',
        'include "a/../../outside.conf"',
        'include file("/etc/passwd")',
        'include required(file("../outside.conf"))',
        'include "..\\\\outside.conf"',
        'include "C:/outside.conf"',
        'include "http://localhost/x.conf"',
        'include url("http://localhost/x.conf")',
        'include classpath("x.conf")',
        'include package("os", "x.conf")',
        'include "a\\u0000b"',
    ],
)
def test_nothing_outside_is_read(text: str) -> None:
    names: list[str] = []

    class Files(dict[str, str]):
        def __contains__(self, name: object) -> bool:
            names.append(str(name))
            return super().__contains__(name)

    with pytest.raises(ConfigurationError) as error:
        read(Files({"conf/main.conf": text}), "conf/main.conf", "conf")
    assert error.value.finding.code.number == "SSBT1212"
    assert names == ["conf/main.conf"]


def test_cycles_of_includes() -> None:
    files = {f"{i}.conf": f'include "{(i + 1) % 7}.conf"' for i in range(7)}
    with pytest.raises(ConfigurationError, match=r"0\.conf → 1\.conf → 2\.conf → 3") as error:
        read(files, "0.conf")
    assert error.value.finding.primary.span.path == "6.conf"


def test_ten_thousand_keys() -> None:
    text = "\n".join(f"a.k{i} = ${{?b.k{i}}} {i}" for i in range(10_000))
    started = time.process_time()
    result = plain(read({"main.conf": text}))
    assert isinstance(result, dict)
    assert len(result["a"]) == 10_000
    assert time.process_time() - started < 10


GROWING = {
    "objects": ("a{} {{ x = ${{a{}}}, y = ${{a{}}} }}", "a40 = 1"),
    "lists": ("a{} = ${{a{}}} ${{a{}}}", "a40 = [1]"),
    "texts": ("a{} = ${{a{}}}${{a{}}}", "a40 = 0123456789"),
}


@pytest.mark.parametrize("kind", GROWING)
def test_references_that_grow(kind: str) -> None:
    line, last = GROWING[kind]
    text = "\n".join([*(line.format(i, i + 1, i + 1) for i in range(40)), last])
    started = time.process_time()
    with pytest.raises(ConfigurationError) as error:
        read({"main.conf": text})
    assert error.value.finding.code.number == "SSBT1213"
    assert time.process_time() - started < 20


@pytest.mark.parametrize("text", ["[" * 5_000, "{a=" * 5_000, "a = " + "[" * 200, '"x'])
def test_deep_nesting(text: str) -> None:
    with pytest.raises(ConfigurationError):
        read({"main.conf": f"a = {text}"})


def test_an_enormous_value() -> None:
    value = "x" * 300_000
    assert plain(read({"main.conf": f'a = "{value}"'})) == {"a": value}
    with pytest.raises(ConfigurationError, match="the limit is 4,000,000"):
        read({"main.conf": f'a = "{value * 14}"'})


@pytest.mark.parametrize("data", [b"a = \xff\xfe", "a = ä".encode("utf-16"), b"a = \x00", b"\x80"])
def test_invalid_encodings(data: bytes) -> None:
    with pytest.raises(ConfigurationError):
        read({"main.conf": data})


@pytest.mark.parametrize("name", ["HOME", "PATH", "SSBT_SECRET_LOGIN", "a=b", "env"])
def test_the_environment_is_not_read(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if "=" not in name:
        monkeypatch.setenv(name, "leaked")
    assert plain(read({"main.conf": f'a = [${{?"{name}"}}]'})) == {"a": []}

"""The parser of our own agrees with Lark, which makes its tables."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
import json
import logging
from pathlib import Path

from lark import Lark, UnexpectedInput, logger
import pytest

from ssbt.compiler.syntax import tables as tables_module
from ssbt.compiler.syntax.building.declarations import DeclarationBuilder
from ssbt.compiler.syntax.engine import Engine, UnexpectedTokenError
from ssbt.compiler.syntax.tables import STARTS, Tables, load_tables
from tests.unit.syntax.generation import Generator
from tests.unit.syntax.mutation import mutated

GRAMMAR = (files("ssbt.grammar") / "ssbt.lark").read_text("utf-8")


@cache
def lark(debug: bool = False) -> Lark:
    return Lark(GRAMMAR, parser="lalr", start=list(STARTS), maybe_placeholders=True, debug=debug)


def place_in_lark(text: str) -> int | None:
    """Where Lark refuses the text, or None where it does not."""
    try:
        lark().parse(text, start="file")
    except UnexpectedInput as error:
        at_end = getattr(getattr(error, "token", None), "type", "") == "$END"
        return len(text) if at_end else error.pos_in_stream
    return None


def place_here(text: str) -> int | None:
    try:
        Engine(load_tables(), text, "a.ssbt", 0).parse(
            "file", DeclarationBuilder("a.ssbt", 0, text)
        )
    except UnexpectedTokenError as error:
        at_end = error.lexeme is not None and error.lexeme.type == "$END"
        return len(text) if at_end else error.offset
    return None


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_both_take_the_same_texts(seed: int):
    text = Generator(seed).file(2)
    assert place_here(text) is None
    assert place_in_lark(text) is None
    for number in range(5):
        damaged = mutated(text, 1000 * seed + number)
        assert place_here(damaged) == place_in_lark(damaged), damaged


def test_each_rule_has_its_method():
    methods = {
        method for origin, _, method, _ in load_tables().rules if origin[0] != "_" and method
    }
    assert {name for name in methods if not hasattr(DeclarationBuilder, name)} == set()
    result = {name for name in vars(DeclarationBuilder) if not name.startswith("_")}
    assert "file" in methods & result


@pytest.mark.slow
def test_conflicts_are_known(caplog: pytest.LogCaptureFixture):
    """No reduce/reduce conflicts (Lark refuses them), and of the others only these.

    `x::string collate A` collates the type; `f(g(x) ignore nulls)` and `f(x) ignore nulls` belong
    to the nearest call; `interval '1' day` has the word after the string as its unit. A text in
    double quotes is a part of the text that a condition of a block ends with, no name of an entry.
    """
    logger.setLevel(logging.DEBUG)
    logger.addHandler(caplog.handler)
    try:
        lark(debug=True)
    finally:
        logger.removeHandler(caplog.handler)
        logger.setLevel(logging.CRITICAL)
    results = [r.getMessage() for r in caplog.records if "conflict" in r.getMessage()]
    terminals = {message.split("terminal ")[1].split(":")[0] for message in results}
    assert terminals == {"COLLATE", "CALL_NULLS", "NAME", "QUOTED_NAME", "DOUBLE_QUOTED"}


def test_tables_are_saved_and_read_without_lark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    result: list[Tables] = []

    def make(grammar: str) -> Tables:
        result.append(load_tables())
        return result[-1]

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(tables_module, "SHIPPED_NAME", "none.tables")
    monkeypatch.setattr(tables_module, "_build_tables", make)
    read = tables_module.load_tables.__wrapped__
    first = fields_of(read())
    (saved,) = (tmp_path / "ssbt").iterdir()
    assert fields_of(read()) == first
    assert len(result) == 1
    saved.write_bytes(saved.read_bytes()[:1000])
    assert fields_of(read()) == first
    assert len(result) == 2, "a damaged file is made anew"
    assert fields_of(read()) == first
    assert len(result) == 2


def fields_of(value: Tables) -> object:
    return json.loads(tables_module._serialize_tables(value))


def test_a_folder_that_cannot_be_written_is_no_mistake(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_CACHE_HOME", "/proc/none")
    monkeypatch.setattr(tables_module, "SHIPPED_NAME", "none.tables")
    monkeypatch.setattr(tables_module, "_build_tables", lambda grammar: load_tables())
    assert tables_module.load_tables.__wrapped__() is load_tables()


def test_shipped_tables_are_used_for_their_own_grammar_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    grammar = GRAMMAR.encode()
    key = tables_module._compute_key(grammar)
    path = tmp_path / tables_module.SHIPPED_NAME
    monkeypatch.setattr(tables_module, "_build_tables", lambda grammar: load_tables())
    shipped = tables_module.build_shipped_file(grammar)
    path.write_bytes(shipped)
    read = tables_module._read_shipped(str(path), key)
    assert read is not None
    assert fields_of(read) == fields_of(load_tables())
    assert (
        tables_module._read_shipped(str(path), tables_module._compute_key(grammar + b"\n")) is None
    )
    for damaged in (b"", shipped[:1000], key.encode(), key.encode() + b"\n[]"):
        path.write_bytes(damaged)
        assert tables_module._read_shipped(str(path), key) is None
    assert tables_module._read_shipped(str(tmp_path / "none"), key) is None

"""Positions, buffers and their changes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
import pytest

from ssbt.compiler.lsp.documents import Documents, path_of, uri_of
from ssbt.compiler.lsp.positions import Units, offset, position
from ssbt.compiler.source import Source

TEXTS = st.text(st.sampled_from("aé€𠮷\r\n\u2028\x0c"), max_size=30)
URI = "file:///w/a.ssbt"


@pytest.mark.parametrize(
    ("units", "place"), [(Units.UTF8, (1, 5)), (Units.UTF16, (1, 3)), (Units.UTF32, (1, 2))]
)
def test_a_character_outside_the_basic_plane(units: Units, place: tuple[int, int]):
    source = Source("a", "x\n𠮷ab")
    assert position(source, 4, units) == place
    assert offset(source, *place, units) == 4


@given(TEXTS, st.sampled_from(Units))
def test_every_offset_comes_back(text, units):
    source = Source("a", text)
    for place in range(len(text) + 1):
        # Editors have no place between a CR and its LF.
        if text[place - 1 : place + 1] != "\r\n":
            assert offset(source, *position(source, place, units), units) == place


@given(TEXTS, st.integers(-2, 20), st.integers(-2, 40), st.sampled_from(Units))
def test_places_that_do_not_exist_are_moved_into_the_text(text, line, character, units):
    assert 0 <= offset(Source("a", text), line, character, units) <= len(text)


def test_changes_are_applied_one_after_the_other():
    documents = Documents()
    documents.open(URI, "one\ntwo 𠮷 x\r\nthree")
    changes = [((1, 4), (1, 6), "S"), ((0, 0), (1, 0), ""), ((1, 5), (9, 9), "!")]
    path = documents.change(URI, changes, Units.UTF16)
    source = documents.source(path)
    assert source is not None
    assert source.text == "two S x\r\nthree!"
    documents.change(URI, ["new"], Units.UTF16)
    assert documents.read(path, path) == b"new"


def test_only_line_ends_end_lines():
    documents = Documents()
    path = documents.open(URI, "a\u2028b\x0cc\nd")
    documents.change(URI, [((1, 0), (1, 1), "D")], Units.UTF16)
    assert documents.read(path, path).decode() == "a\u2028b\x0cc\nD"


def test_a_closed_buffer_is_read_from_the_disk(tmp_path):
    file = tmp_path / "ä b.ssbt"
    file.write_text("saved")
    documents = Documents()
    path = documents.open(uri_of(file.as_posix()), "typed")
    assert path == file.as_posix()
    assert documents.read(path, path) == b"typed"
    documents.close(documents.uri(path))
    assert documents.read(path, path) == b"saved"
    with pytest.raises(FileNotFoundError):
        documents.read("a\0b", path)


def test_uris():
    assert path_of("file:///w/a%20b%23.ssbt") == "/w/a b#.ssbt"
    assert uri_of("/w/a b#.ssbt") == "file:///w/a%20b%23.ssbt"
    assert path_of("untitled:Untitled-1") == "untitled:Untitled-1"
    assert uri_of("untitled:Untitled-1") == "untitled:Untitled-1"
    documents = Documents()
    assert documents.uri(documents.open("file:///w/a%2Db.ssbt", "")) == "file:///w/a%2Db.ssbt"

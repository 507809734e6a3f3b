"""What is offered inside strings: paths, and the names of Spark's settings."""

from __future__ import annotations

from lsprotocol import types as lsp
import pytest

from ssbt.compiler.lsp.documents import uri_of
from ssbt.compiler.lsp.editor import Editor
from ssbt.compiler.sparkconf.settings import known_settings


def offered(result) -> list[lsp.CompletionItem]:
    editor = Editor()
    text = result.workspace.text(result.path)
    editor.workspace.documents.open(uri_of(result.path), text)
    before = text[: result.offset]
    at = lsp.Position(before.count("\n"), len(before) - before.rfind("\n") - 1)
    return list(editor.completion(uri_of(result.path), at).items)


def labels(result) -> list[str]:
    return [each.label for each in offered(result)]


@pytest.fixture
def files(project):
    """The project, with a folder of what can be named."""

    def make(replaced, **texts):
        result = project(replaced, other="schema A { id: int }", main_test="", **texts)
        (result.folder / "shared").mkdir()
        for name in ("one.ssbt", "two.avsc", "rows.csv", "module.py", ".hidden.ssbt"):
            (result.folder / "shared" / name).write_text("")
        (result.folder / "outside.ssbt").symlink_to("/etc/hostname")
        return result

    return make


@pytest.mark.parametrize(
    ("replaced", "expected"),
    [
        ({'import "library.ssbt"': 'import "§'}, ["library.ssbt", "other.ssbt", "shared/"]),
        ({'import "library.ssbt"': 'import "shared/§"'}, ["one.ssbt"]),
        ({'import "library.ssbt"': 'import "../../§"'}, []),
        ({"# What": 'schema X from "shared/§"\n# What'}, ["two.avsc"]),
        ({"|> paid()": '|> apply "shared/§" returns Order'}, ["module.py"]),
        ({"# What": 'test "t" {\n  given orders from "shared/§"\n}\n# What'}, ["rows.csv"]),
    ],
)
def test_paths(files, replaced, expected):
    assert labels(files(replaced)) == expected


def test_a_file_with_a_pipeline_is_not_offered_for_an_import(files):
    result = files({'import "library.ssbt"': 'import "§'}, second="pipeline second { }")
    assert "second.ssbt" not in labels(result)


SPARK = '"A shop"\n  spark {\n    %s\n  }'


@pytest.mark.parametrize("written", ['"§"', '"spark.sql.shuf§"', '"a" = 1, "§'])
def test_names_of_settings(project, written):
    result = labels(project({'"A shop"': SPARK % written}))
    assert "spark.sql.shuffle.partitions" in result
    # What a pipeline may not give is not offered.
    assert "spark.sql.caseSensitive" not in result


def test_names_without_quotes_bring_them(project):
    result = labels(project({'"A shop"': SPARK % "§"}))
    assert '"spark.sql.shuffle.partitions"' in result


def test_settings_are_those_of_the_target(project):
    later = [each.name for each in known_settings().values() if each.since == "4.1"]
    assert later
    old = labels(project({'"A shop"': f'"A shop"\n  target = "3.5"{SPARK[8:]}' % '"§"'}))
    new = labels(project({'"A shop"': SPARK % '"§"'}))
    assert set(later[:5]) <= set(new)
    assert not [each for each in later if each in old and known_settings()[each].kind != "text"]


def test_a_setting_has_a_page(project):
    (item,) = [
        each
        for each in offered(project({'"A shop"': SPARK % '"§"'}))
        if each.label == "spark.sql.shuffle.partitions"
    ]
    assert isinstance(item.documentation, lsp.MarkupContent)
    assert "whole number" in item.documentation.value


def test_values_of_settings(project):
    result = labels(project({'"A shop"': SPARK % '"spark.sql.adaptive.enabled" = §'}))
    assert result == ["true", "false"]
    result = labels(project({'"A shop"': SPARK % '"spark.sql.sources.partitionOverwriteMode" = §'}))
    assert {'"static"', '"dynamic"'} == {each.lower() for each in result}


@pytest.mark.parametrize("text", ['"A sh§op"', '"spark.§"'])
def test_other_strings_have_no_settings(project, text):
    assert labels(project({'"A shop"': text})) == []

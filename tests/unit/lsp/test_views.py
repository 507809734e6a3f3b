"""What an editor draws beside the text, and what can be run or laid out from there."""

from __future__ import annotations

from pathlib import Path

import pytest

from ssbt.compiler.diagnostics.fixes import apply_edits
from ssbt.compiler.driver import format_source
from ssbt.compiler.lsp.code_lenses import code_lenses
from ssbt.compiler.lsp.commands import command_of_test, compile_command, script_path
from ssbt.compiler.lsp.folding import find_folds
from ssbt.compiler.lsp.highlights import highlights
from ssbt.compiler.lsp.inlay_hints import inlay_hints
from ssbt.compiler.lsp.range_formatting import range_edits
from ssbt.compiler.lsp.semantic_tokens import semantic_tokens
from ssbt.compiler.lsp.signature_help import find_signature_help
from ssbt.compiler.lsp.step_forms import STEP_FORMS
from ssbt.compiler.lsp.workspace_symbols import find_workspace_symbols, match_rank
from ssbt.compiler.source import Source
from ssbt.compiler.syntax.parsing import parse_file
from ssbt.compiler.testing.selection import parse_expression
from ssbt.grammar.words import STEPS

ROOT = Path(__file__).parents[3]
EXAMPLES = sorted((ROOT / "examples").rglob("*.ssbt"))


def analysed(project):
    return project.workspace.best_analysis(project.path)


# ---- signature help


def signature_help(project) -> tuple[str, str | None] | None:
    result = find_signature_help(analysed(project), project.path, project.offset)
    if result is None:
        return None
    part = result.parts[result.active] if result.active is not None else None
    return result.label, result.label[part.start : part.end] if part is not None else None


ROUND = "round(expr, [d])"
STEP = "|> where amount >= ${minimum}"
JOIN = "join DATASET [as ALIAS] on CONDITION | using (COLUMNS)"


@pytest.mark.parametrize(
    ("replaced", "expected"),
    [
        ({STEP: "|> where round(§"}, (ROUND, "expr")),
        ({STEP: "|> where round(amount, §"}, (ROUND, "[d]")),
        # Brackets, strings and comments hold no arguments of the call around them.
        ({STEP: "|> where round(abs(1, 2), §)"}, (ROUND, "[d]")),
        ({STEP: "|> where round('a,b', §)"}, (ROUND, "[d]")),
        ({STEP: "|> where round(amount, 1, §"}, (ROUND, None)),
        ({STEP: "|> where coalesce(1, 2, 3, §"}, ("coalesce(expr, more, …)", "more, …")),
        # A bracket that belongs to no call shows the call around it.
        ({STEP: "|> where round((amount§"}, (ROUND, "expr")),
        ({"|> paid()": "|> paid(§)"}, ("paid(input: Order)", None)),
        ({"from orders as o": "from paid(§orders)"}, ("paid(input: Order)", "input: Order")),
        ({"|> join customers": "|> join §customers"}, (JOIN, "join DATASET")),
        ({"using (id)": "using (§id)"}, (JOIN, "| using (COLUMNS)")),
        ({"amount * 2 as doubled": "amount * 2 as §"}, ("extend EXPRESSION as NAME, …",) * 2),
        ({"# What": "# round(§ What"}, None),
        ({"let large": "let §large"}, None),
    ],
)
def test_signature_help(project, replaced, expected):
    result = signature_help(project(replaced))
    if expected is not None and expected[0] == expected[1]:
        expected = (expected[0], "as NAME, …")
    assert result == expected


def test_every_step_has_a_form():
    assert {"as", *(form.word for form in STEP_FORMS)} == set(STEPS)


# ---- semantic tokens


def coloured(project, path: str | None = None) -> list[tuple[str, str, tuple[str, ...]]]:
    analysis, path = analysed(project), path or project.path
    text = analysis.sources[path].text
    return [(text[t.start : t.end], t.type, t.modifiers) for t in semantic_tokens(analysis, path)]


def test_semantic_tokens(project):
    tokens = coloured(project())
    for expected in (
        ("pipeline", "keyword", ()),
        ("shop", "namespace", ("declaration",)),
        ("description", "property", ()),
        ('"A shop"', "string", ()),
        ("minimum", "parameter", ("declaration", "readonly")),
        ("minimum", "parameter", ("readonly",)),
        ("decimal", "type", ()),
        ("12", "number", ()),
        ("# What the shop sold.", "comment", ()),
        ("orders", "class", ("declaration",)),
        ("csv", "namespace", ()),
        ("Order", "struct", ()),
        ("paid", "function", ()),
        ("doubled", "variable", ("declaration",)),
        ("amount", "variable", ()),
        ("c", "class", ()),
        ("upper", "function", ("defaultLibrary",)),
        ("city", "property", ()),
        ("overwrite", "enumMember", ()),
        ("using", "keyword", ()),
    ):
        assert expected in tokens


def test_a_parameter_in_a_string_is_one(project):
    tokens = coloured(project({'"data/orders"': '"data/${minimum}/orders"'}))
    at = tokens.index(('"data/${', "string", ()))
    assert tokens[at + 1 : at + 3] == [
        ("minimum", "parameter", ("readonly",)),
        ('}/orders"', "string", ()),
    ]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_semantic_tokens_are_in_order_and_on_one_line(path):
    from ssbt.compiler.lsp.workspace import Workspace

    analysis = Workspace().analyze(path.as_posix())
    text = analysis.sources[path.as_posix()].text
    end = 0
    results = list(semantic_tokens(analysis, path.as_posix()))
    for token in results:
        assert end <= token.start < token.end
        assert "\n" not in text[token.start : token.end]
        end = token.end
    # Every word is something.
    assert sum(token.type == "keyword" for token in results) < len(results) / 2
    part = list(semantic_tokens(analysis, path.as_posix(), len(text) // 3, len(text) // 2))
    assert [each for each in results if each in part] == part


def test_words_of_what_does_not_parse_are_no_keywords(project):
    tokens = coloured(project({STEP: "|> frobnicate amount"}))
    assert not [each for each in tokens if each[0] == "frobnicate"]


# ---- folding


def test_folding():
    text = '''\
# One.
# Two.
import "a.ssbt"
import "b.ssbt"

pipeline shop {
  description = """
    long
  """
  spark {
    "a" = 1
  }
}

let one =
  from orders
  |> where a
  |> extend
       1 as b,
       2 as c

sink one to noop { }
'''
    assert [(f.first, f.last, f.kind) for f in find_folds(Source("p", text))] == [
        (0, 1, "comment"),
        (2, 3, "imports"),
        (5, 11, "region"),
        (6, 8, "region"),
        (9, 10, "region"),
        (14, 19, "region"),
        (17, 19, "region"),
    ]


def test_folding_where_brackets_do_not_match():
    assert find_folds(Source("p", "pipeline a {\n  b = (\n}\n\nlet c =\n  from ]\n")) == tuple(
        fold for fold in find_folds(Source("p", "pipeline a {\n  b =  \n}\n\nlet c =\n  from  \n"))
    )


# ---- symbols, highlights, hints, lenses


def test_workspace_symbols(project):
    workspace = project(other="schema Orderly { id: int }\nbroken {").workspace
    names = [(each.word, each.name) for each in find_workspace_symbols(workspace, "ord")]
    assert names == [("schema", "Order"), ("source", "orders"), ("schema", "Orderly")]
    assert [each.name for each in find_workspace_symbols(workspace, "cstmr")] == [
        "Customer",
        "customers",
    ]
    assert len(find_workspace_symbols(workspace, "")) >= 9
    assert find_workspace_symbols(workspace, "zzz") == ()


def test_how_well_names_fit():
    names = ["paid_orders", "order", "orders", "reorder", "rows"]
    assert [match_rank("order", name) for name in names] == [2, 0, 1, 3, None]
    assert match_rank("pdo", "paid_orders") == 4


def test_highlights(project):
    result = project({"as doubled": "as dou§bled"})
    results = [*highlights(analysed(result), result.path, result.offset)]
    text = analysed(result).sources[result.path].text
    assert [(text[n.span.start : n.span.end], n.defines) for n in results] == [
        ("doubled", True),
        ("doubled", False),
    ]
    nothing = project({"# What": "# §What"})
    assert not [*highlights(analysed(nothing), nothing.path, nothing.offset)]


def test_inlay_hints(project):
    result = project({"# What": "§# What"})
    text = analysed(result).sources[result.path].text
    results = [*inlay_hints(analysed(result), result.path, 0, len(text))]
    assert [(text[: h.offset].rsplit(None, 1)[-1], h.text) for h in results] == [
        ("doubled", ": decimal(14,2)"),
        ("city", ": string"),
    ]
    assert not [*inlay_hints(analysed(result), result.path, 0, text.index("let large"))]


def test_code_lenses(project):
    test = 'test "twice" {\n  given orders (id) { (1) }\n  then large (id) { (1) }\n}\n'
    result = project(main_test=test)
    beside = (result.folder / "main_test.ssbt").as_posix()
    analysis = analysed(result)
    assert [each.title for each in code_lenses(analysis, result.path)] == [
        "Compile",
        "Open script",
        "Run all tests",
    ]
    assert [(each.command, each.test) for each in code_lenses(analysis, beside)] == [
        ("ssbt.runTest", "twice")
    ]
    assert not [*code_lenses(analysis, (result.folder / "library.ssbt").as_posix())]


@pytest.mark.parametrize("name", ["late and not early", 'a "quoted" one', "it's", 'a "b" it\'s'])
def test_the_command_of_a_test_chooses_it(name):
    arguments = command_of_test("/w/a/b.ssbt", name, ["/w"]).arguments
    assert parse_expression(arguments[arguments.index("-k") + 1])(name)


def test_commands_run_in_the_folder_that_is_open(project):
    result = project({"# What": "§# What"})
    assert compile_command("/w/a/b.ssbt", ["/", "/w", "/w/a", "/x"]).folder == "/w/a"
    assert compile_command("/w/a/b.ssbt", ["/wx"]).folder == "/w/a"
    folder = result.folder.as_posix()
    assert script_path(analysed(result), [folder]) == f"{folder}/build/shop.py"


# ---- range formatting

UNTIDY = """\
pipeline   shop { owner="a"
}
# Above.
let   one = from orders |>where a>1   # kept
  |>   extend 1   as b
       # between
  |> select   b

sink  one  to noop { }
"""


def range_formatted(text: str, first: str, last: str | None = None) -> str:
    start = text.index(first)
    end = text.index(last or first) + len(last or first)
    return apply_edits(text, range_edits(Source("p.ssbt", text), start, end))


def test_a_declaration_is_formatted_alone():
    assert range_formatted(UNTIDY, "sink") == UNTIDY.replace(
        "sink  one  to noop { }", "sink one to noop {}"
    )


def test_a_step_is_formatted_alone():
    assert range_formatted(UNTIDY, "select") == UNTIDY.replace("select   b", "select b")
    assert range_formatted(UNTIDY, "extend") == UNTIDY.replace(
        "|>   extend 1   as", "|> extend 1 as"
    )


def test_what_does_not_parse_is_left_alone():
    broken = UNTIDY.replace("owner=", "owner==")
    assert range_formatted(broken, "owner") == broken
    assert range_formatted(broken, "sink") != broken


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_ranges_of_a_formatted_file_change_nothing_and_all_of_it_is_the_whole_layout(path):
    text = path.read_text()
    layout, _ = format_source(Source("p.ssbt", text))
    assert layout is not None
    whole = Source("p.ssbt", layout)
    for node in parse_file(whole).file.declarations:
        assert not [*range_edits(whole, node.span.start, node.span.end)]
    untidy = layout.replace(" = ", "  =   ").replace("|> ", "|>   ")
    source = Source("p.ssbt", untidy)
    for node in parse_file(source).file.declarations:
        once = apply_edits(untidy, range_edits(source, node.span.start, node.span.end))
        assert once[: node.span.start] == untidy[: node.span.start]
        assert once[len(once) - (len(untidy) - node.span.end) :] == untidy[node.span.end :]
        assert format_source(Source("p.ssbt", once))[0] == format_source(source)[0]

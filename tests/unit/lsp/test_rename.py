"""Names: where they are declared, where they are used, and other names for them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from lsprotocol import types as lsp
import pytest

from ssbt.compiler.diagnostics.fixes import apply_edits
from ssbt.compiler.lsp.configured import configured_name
from ssbt.compiler.lsp.conversion import Converter
from ssbt.compiler.lsp.documents import uri_of
from ssbt.compiler.lsp.editor import Editor
from ssbt.compiler.lsp.positions import Units, position
from ssbt.compiler.lsp.renaming import RenameRefusedError, rename_symbol
from ssbt.compiler.lsp.symbol_index import SymbolIndex
from ssbt.compiler.source import Source


def counts(project, name: str) -> dict[str, int]:
    """How many edits each file gets, after seeing that the result is as good as before."""
    names = rename_symbol(project.workspace, project.path, project.offset, name)
    before = project.workspace.analyze(f"{project.folder.as_posix()}/main.ssbt").findings
    for path, source in names.sources.items():
        text = apply_edits(source.text, [e for e in names.edits if e.span.path == path])
        project.workspace.documents.open(path, text)
    after = project.workspace.analyze(f"{project.folder.as_posix()}/main.ssbt").findings
    assert [f.code for f in after] == [f.code for f in before]
    return dict(Counter(edit.span.path.rsplit("/", 1)[1] for edit in names.edits))


@pytest.mark.parametrize(
    ("replaced", "expected"),
    [
        ({"from orders as": "from §orders as"}, {"main.ssbt": 2}),
        ({"sink large": "sink §large"}, {"main.ssbt": 2}),
        ({"sink large to": "maintain §large { compact = true }\nsink large to"}, {"main.ssbt": 3}),
        (
            {
                "sink large to parquet {": "maintain §big { compact = true }\n"
                "sink large to parquet as big {"
            },
            {"main.ssbt": 2},
        ),
        ({"${minimum}": "${§minimum}"}, {"main.ssbt": 2}),
        ({"schema = Order": "schema = §Order"}, {"main.ssbt": 1, "library.ssbt": 2}),
        ({"|> paid()": "|> §paid()"}, {"main.ssbt": 1, "library.ssbt": 1}),
        ({"where amount >=": "where §amount >="}, {"main.ssbt": 2, "library.ssbt": 2}),
        ({"using (id)": "using (§id)"}, {"main.ssbt": 2, "library.ssbt": 2}),
        ({"c.country": "c.§country"}, {"main.ssbt": 2, "library.ssbt": 1}),
        ({"c.country": "§c.country"}, {"main.ssbt": 2}),
        ({"as doubled": "as §doubled"}, {"main.ssbt": 2}),
        ({"from input": "from §input"}, {"library.ssbt": 2}),
        ({"pipeline shop": "pipeline §shop"}, {"main.ssbt": 1}),
        ({"upper(address.city)": "exists(array(1), §x -> x > 0)"}, {"main.ssbt": 2}),
    ],
)
@pytest.mark.parametrize("name", ["fresh", "not plain", "𠮷", "source"])
def test_rename(project, replaced, expected, name):
    result = project(replaced)
    if "pipeline" in str(replaced) and not name.isidentifier():
        return
    assert counts(result, name) == expected


SQL = """\
let joined =
  from orders
  |> sql "select {{ {input} ${minimum} {customers}" returns Order

sink joined to noop { }

let large"""


@pytest.mark.parametrize("name", ["fresh", "𠮷"])
def test_rename_in_the_text_of_sql(project, name):
    replaced = {"let large": SQL, "join customers": "join §customers"}
    assert counts(project(replaced), name) == {"main.ssbt": 3}
    with pytest.raises(RenameRefusedError, match="names no dataset"):
        counts(project(replaced), "not plain")


def test_rename_from_a_library_reaches_all_who_import_it(project):
    other = 'import "library.ssbt"\npipeline other { }\nsource a from csv {\n  path = "x"\n'
    other += "  schema = Order\n}\nsink a to noop { }\n"
    result = project({"schema Order": "schema §Order"}, other=other)
    assert counts(result, "Sale") == {"main.ssbt": 1, "library.ssbt": 2, "other.ssbt": 1}


OTHER = """\
import "library.ssbt"
pipeline other { }
source a from csv {
  path = "x"
  schema = Order
}
let dear = from a |> where amount > 2
sink dear to noop { }
"""


@pytest.mark.parametrize(
    ("replaced", "expected"),
    [
        ({"schema = Order": "schema = §Order"}, {"library.ssbt": 2, "other.ssbt": 1}),
        ({"where amount >=": "where §amount >="}, {"library.ssbt": 2, "other.ssbt": 1}),
    ],
)
def test_rename_from_a_use_reaches_all_who_share_the_declaration(project, replaced, expected):
    result = counts(project(replaced, other=OTHER), "fresh")
    assert {name: result[name] for name in expected} == expected
    assert result["main.ssbt"] > 0


PROJECT = "environments = [dev, prod]\n"
DEFAULTS = """\
params.minimum = 5
connections.shop.bootstrap_servers = "localhost"
connections { "shop" { sasl_jaas_config = { secret = Login } } }
secrets.login { provider = env, variable = X }
"""
PROD = """\
params { other = ${params.minimum}, "minimum" = ${?params.minimum} }
secrets { login { provider = file } }
"""
BROKER = """\
secret login

connection shop: kafka {
  bootstrap_servers = "localhost:9092"
  sasl_jaas_config  = login
}

source events from kafka {
  connection = shop
  subscribe  = "events"
}

sink events to noop { }

# What"""


def configure(folder: Path, **files: str) -> None:
    (folder / "ssbt.conf").write_text(PROJECT)
    (folder / "conf").mkdir()
    for name, text in files.items():
        (folder / "conf" / f"{name}.conf").write_text(text)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("${minimum}", "${§minimum}", {"main.ssbt": 2, "defaults.conf": 1, "prod.conf": 3}),
        ("= login", "= §login", {"main.ssbt": 2, "defaults.conf": 2, "prod.conf": 1}),
        ("connection = shop", "connection = §shop", {"main.ssbt": 2, "defaults.conf": 2}),
    ],
)
@pytest.mark.parametrize("name", ["fresh", "not plain"])
def test_rename_reaches_the_configuration(project, old, new, expected, name):
    replaced = {"# What": BROKER.replace(old, new)} if old in BROKER else {old: new}
    if old == "${minimum}":
        replaced["# What"] = BROKER
    result = project(replaced)
    configure(result.folder, defaults=DEFAULTS, prod=PROD)
    names = rename_symbol(result.workspace, result.path, result.offset, name)
    by_file = Counter(edit.span.path.rsplit("/", 1)[1] for edit in names.edits)
    assert by_file == expected
    for path, source in names.sources.items():
        text = apply_edits(source.text, [e for e in names.edits if e.span.path == path])
        written = name if name.isidentifier() else f'"{name}"'
        if path.endswith("prod.conf") and old == "${minimum}":
            assert text.startswith(f'params {{ other = ${{params.{written}}}, "{name}" = $')


FROM_CONFIGURATION = [
    ("defaults", "params.minimum", {"main.ssbt": 2, "defaults.conf": 1, "prod.conf": 3}),
    ("prod", "${params.minimum}", {"main.ssbt": 2, "defaults.conf": 1, "prod.conf": 3}),
    ("prod", '"minimum" =', {"main.ssbt": 2, "defaults.conf": 1, "prod.conf": 3}),
    ("prod", "${?params.minimum}", {"main.ssbt": 2, "defaults.conf": 1, "prod.conf": 3}),
    ("defaults", "secret = Login", {"main.ssbt": 2, "defaults.conf": 2, "prod.conf": 1}),
    ("prod", "login {", {"main.ssbt": 2, "defaults.conf": 2, "prod.conf": 1}),
    ("defaults", "connections.shop", {"main.ssbt": 2, "defaults.conf": 2}),
    ("defaults", '"shop"', {"main.ssbt": 2, "defaults.conf": 2}),
]


@pytest.mark.parametrize(("file", "text", "expected"), FROM_CONFIGURATION)
@pytest.mark.parametrize("place", [0, 2, -1])
def test_rename_begins_in_the_configuration(project, file, text, expected, place):
    """At each mention, and wherever in it: the same edits as from the pipeline."""
    result = project({"# What": BROKER})
    configure(result.folder, defaults=DEFAULTS, prod=PROD)
    path = f"{result.folder.as_posix()}/conf/{file}.conf"
    content = {"defaults": DEFAULTS, "prod": PROD}[file]
    word = next(w for w in ("minimum", "Login", "login", "shop") if w in text)
    offset = content.index(text) + text.index(word) + (place if place >= 0 else len(word))
    editor = Editor()
    editor.workspace = result.workspace
    editor.converter = Converter(result.workspace.documents, Units.UTF16)
    line, character = position(Source(path, content), offset, Units.UTF16)
    at = lsp.Position(line, character)
    _, named = editor.prepare_rename(uri_of(path), at)
    assert named.strip('"') == word
    edits = editor.rename_edits(uri_of(path), at, "fresh").changes or {}
    by_file = {uri.rsplit("/", 1)[1]: len(each) for uri, each in edits.items()}
    assert by_file == expected


@pytest.mark.parametrize("text", ["provider = env", "params {", "bootstrap_servers", "localhost"])
def test_what_no_pipeline_declares_is_not_renamed(project, text):
    result = project({"# What": BROKER})
    configure(result.folder, defaults=DEFAULTS, prod=PROD)
    file = "defaults" if text in DEFAULTS else "prod"
    path = f"{result.folder.as_posix()}/conf/{file}.conf"
    content = {"defaults": DEFAULTS, "prod": PROD}[file]
    assert configured_name(result.workspace, path, content.index(text) + 1) is None


def test_rename_is_refused_where_a_configuration_means_two_things(project):
    other = (
        'pipeline other { }\nparam minimum: int = 1\nsource a from csv {\n  path = "x${minimum}"'
    )
    other += "\n  infer_schema = true\n}\nsink a to noop { }\n"
    result = project({"${minimum}": "${§minimum}"}, other=other)
    configure(result.folder, defaults="params.minimum = 5\n")
    with pytest.raises(RenameRefusedError, match=r"defaults.conf` speaks of another `minimum`"):
        rename_symbol(result.workspace, result.path, result.offset, "least")
    (result.folder / "conf" / "defaults.conf").write_text("params = {\n")
    with pytest.raises(RenameRefusedError, match="cannot be read: a `}` is missing"):
        rename_symbol(result.workspace, result.path, result.offset, "least")


def test_unsaved_buffers_are_renamed(project):
    result = project({"schema = Order": "schema = §Order"})
    main = result.workspace.documents.read(result.path, result.path).decode()
    result.workspace.documents.open(result.path, main + "\n# typed\nschema Mine { a: Order }\n")
    assert counts(result, "Sale") == {"main.ssbt": 1, "library.ssbt": 2}


@pytest.mark.parametrize(
    ("replaced", "name", "why"),
    [
        ({"# What": "# §What"}, "fresh", "no name"),
        ({"upper(": "§upper("}, "fresh", "no name"),
        ({"as doubled": "as §doubled"}, "amount", "cannot be its name"),
        ({"as doubled": "as §doubled"}, "", "this is no name"),
        ({"as doubled": "as §doubled"}, "a\nb", "this is no name"),
        ({"let large": "let §large"}, "orders", "cannot be its name"),
        ({"address.city": "address.§city"}, "town", "no name"),
    ],
)
def test_refused(project, replaced, name, why):
    result = project(replaced)
    with pytest.raises(RenameRefusedError, match=why):
        rename_symbol(result.workspace, result.path, result.offset, name)


@pytest.mark.parametrize(
    ("replaced", "expected"),
    [
        ({"doubled, c.": "§doubled, c."}, ["doubled, c.country"]),
        ({"where amount >=": "where §amount >="}, ["amount:  decimal"]),
        (
            {"using (id)": "using (§id)"},
            ["id:      bigint not null comm", "id:      bigint not nu"],
        ),
        ({"sink large": "sink §large"}, ["large =\n"]),
        ({"[country]": "[§country]"}, ["country: string"]),
    ],
)
def test_definitions(project, replaced, expected):
    result = project(replaced)
    of = result.workspace.best_analysis(result.path)
    names = SymbolIndex(of)
    mention = names.find_at(result.path, result.offset)
    assert mention is not None
    spans = names.definitions(mention)
    texts = [of.sources[span.path].text[span.start :] for span in spans]
    if replaced == {"doubled, c.": "§doubled, c."}:
        expected = ["doubled\n"]
    assert len(texts) == len(expected)
    assert all(text.startswith(part) for text, part in zip(texts, expected, strict=True))


SHARED = """\
secret shop_login

connection shop: kafka {
  bootstrap_servers = "localhost:9092"
  sasl_jaas_config  = shop_login
}

source events from kafka {
  connection = shop
  subscribe  = "events"
}

sink events to noop { }

# What"""


@pytest.mark.parametrize(("old", "new"), [("= shop_l", "= §shop_l"), ("= shop\n", "= §shop\n")])
def test_connections_and_secrets(project, old, new):
    result = project({"# What": SHARED.replace(old, new)})
    assert counts(result, "not plain") == {"main.ssbt": 2}

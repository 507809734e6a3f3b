"""The tags of columns follow their lineage, whatever way values take."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from ssbt.compiler.driver import check_pipeline, emit_files
from ssbt.compiler.ir.pipeline import Let, Pipeline
from ssbt.compiler.ir.provenance import Origin
from ssbt.compiler.lineage import views
from ssbt.compiler.lineage.graph import build_lineage
from tests.memory_files import read_files

MODULE = """
def plain(df): return df
def masked(df): return df
class Plain: pass
class Masked: pass
"""
HEAD = """
pipeline sample {{
  checkpoint = "state"
  masking = [sha2, "mask.py:masked", "mask.py:Masked"]{more}
}}
schema Person {{
  id: bigint not null, email: string @pii @contact, name: string, born: timestamp @pii, n: int,
  mails: array<string> @pii, words: array<string>, props: map<string, string> @pii,
  lives: struct<city: string, zip: struct<code: string>> @pii, home: struct<city: string>,
  at: timestamp,
}}
schema Key {{ id: bigint, email: string @pii }}
schema Two {{ id: bigint, text: string }}
source people from parquet {{ path = "p", schema = Person }}
stream source visits from parquet {{ path = "v", schema = Person }}
connection k: kafka {{ bootstrap_servers = "h:1" }}
source orders from kafka {{
  connection = k, subscribe = "o", value = json, schema = Person, key = json, key_schema = Key
  metadata = [topic, headers], on_error = dead_letter
}}
source kept from csv {{
  path = "c", schema = Key, header = true, mode = permissive
  column_name_of_corrupt_record = "_bad"
}}
sink orders.dead_letter to parquet as letters {{ path = "d", allow = [pii] }}
"""


def resolved(query: str, more: str = "", sink: str = "") -> Pipeline:
    text = (
        f"{HEAD.format(more=more)}let r = {query}\n{sink or 'sink r to noop { allow = [pii] }'}\n"
    )
    files = {"a.ssbt": text, "mask.py": MODULE}
    result = check_pipeline("a.ssbt", read_files(files))
    errors = [f for f in result.findings if f.severity.value == "error"]
    assert result.pipeline is not None, [(f.code.number, f.message) for f in errors]
    return result.pipeline


def tagged(query: str) -> set[str]:
    """The columns that have `@pii`; the lineage must say the same of where they come from."""
    pipeline = resolved(query)
    (let,) = (each for each in pipeline.datasets if isinstance(each, Let) and each.name == "r")
    existing = build_lineage(pipeline)
    behind = existing.source_dependencies().unmasked
    for column in let.query.output.columns:
        origins: Iterable[Origin] = behind[Origin("r", column.name)]
        first = frozenset[str]().union(*(existing.tags.tags_at(each) for each in origins))
        assert column.tags == first == existing.tags.tags_at(Origin("r", column.name))
    return {column.name for column in let.query.output.columns if "pii" in column.tags}


FLOWS = {
    # Renames, within one step too.
    "from people |> extend email as a, a as b |> select id, a, b": {"a", "b"},
    "from people |> rename email as e |> select id, e": {"e"},
    "from people |> set name = email |> select id, name": {"name"},
    "from people |> set email = 'x', name = email |> select email, name": set(),
    "from people as p |> select p.email as e, p.id": {"e"},
    # Fields.
    "from people |> select lives.zip as z, home.city as c": {"z"},
    "from people |> select struct(id, email) as s |> select s.email as e, s.id as i, s": {"e", "s"},
    "from people |> select named_struct('a', id, 'b', email) as s |> select s['b'] as e": {"e"},
    "from people |> select struct(struct(email) as t) as s |> select s.t.email as e": {"e"},
    "from people |> select array(struct(id, email)) as s |> select s.email as e, s.id as i": {"e"},
    "from people |> select struct(id, email) as s |> extend s.id as i |> drop s": set(),
    "from people |> select coalesce(struct(email as a), struct(name as a)) as s |> select s.a": {
        "a"
    },
    "from people |> select (id, email) as s |> select s.col2 as e": None,
    # Arrays, maps, lambdas.
    "from people |> select mails[0] as a, words[0] as b": {"a"},
    "from people |> select map(email, 1) as m |> select map_keys(m) as k": {"k"},
    "from people |> select map('a', email) as m |> select m['a'] as v": {"v"},
    "from people |> select transform(mails, x -> upper(x)) as t": {"t"},
    "from people |> select transform(words, x -> x || email) as t": {"t"},
    "from people |> select transform(mails, x -> sha2(x, 256)) as t": set(),
    "from people |> select transform(mails, x -> struct(sha2(x, 256) as h, x as p)) as t"
    " |> select t.h as h, t.p as p": {"p"},
    "from people |> select filter(words, x -> x = email) as f": {"f"},
    "from people |> select aggregate(mails, '', (a, x) -> a || x) as t": {"t"},
    "from people |> select aggregate(words, email, (a, x) -> a) as t": {"t"},
    "from people |> select zip_with(mails, words, (a, b) -> struct(a, b)) as z"
    " |> select z.a as a, z.b as b": {"a"},
    "from people |> select exists(mails, x -> x = 'a') as e": {"e"},
    "from people |> select transform_keys(props, (k, v) -> k) as t": {"t"},
    "from people |> select array_max(transform(mails, x -> sha2(x, 256))) as t": set(),
    # Conditions and masks.
    "from people |> select case when email = 'x' then 1 else 2 end as c": {"c"},
    "from people |> select if(n > 1, email, name) as c, email is null as d": {"c", "d"},
    "from people |> select sha2(email, 256) as h, sha2(email, 256) || name as i": set(),
    "from people |> select sha2(email, 256) || email as h": {"h"},
    "from people |> select upper(sha2(lower(email), 256)) as h": set(),
    "from people |> select struct(sha2(email, 256) as h, email) as s |> select s.h as h": set(),
    # Generators, windows.
    "from people |> explode mails as m |> select id, m": {"m"},
    "from people |> explode mails as m with position as p |> select p, n": set(),
    "from people |> select id, explode(props) as (k, v)": {"k", "v"},
    "from people |> select posexplode(mails) as (p, m)": {"m"},
    "from people |> select inline(array(struct(id, email))) as (a, b)": {"b"},
    "from people |> extend lag(email) over (order by id) as l |> select l": {"l"},
    "from people |> select first_value(id) over (partition by email order by id) as f": {"f"},
    "from people |> aggregate count(*) as c group by window(born, '1 day') as w"
    " |> select w.start as s, c": {"s"},
    "from people |> aggregate count(*) as c group by window(at, '1 day') as w"
    " |> select w.start as s, c": set(),
    # Aggregates, keys, pivots.
    "from people |> aggregate count(*) as c group by email": {"email"},
    "from people |> aggregate count(*) as c group by lower(email) as k": {"k"},
    "from people |> aggregate collect_list(struct(id, email)) as l group by n"
    " |> select l.email as e, l.id as i": {"e"},
    "from people |> aggregate max(email) as m, count(*) as c": {"m"},
    "from people |> aggregate max_by(name, email) as m": {"m"},
    "from people |> aggregate count(*) filter (where email is null) as c": {"c"},
    "from people |> pivot max(email) as m for n in (1 as a, 2 as b) group by id": {"a", "b"},
    "from people |> pivot max(name) as m for email in ('x' as a) group by id": set(),
    "from people |> select id, email, name |> unpivot v for k in (email, name)": {"v"},
    # Joins and sets.
    "from people as a |> join people as b using (email) |> select a.id, email": {"email"},
    "from people as a |> left join people as b on a.id = b.id |> select b.email, a.id as i": {
        "email"
    },
    "from people as a |> semi join people as b on a.id = b.id |> select name": set(),
    "from people |> where email = 'x' |> order by email |> select name": set(),
    "from people |> select name as t, id |> union all named": {"t"},
    "from people |> select name as t, id |> intersect named": {"t"},
    "from people |> select name as t, id |> except named": set(),
    # Code of the user's.
    'from people |> sql "select id, email as text from {input}" returns Two': {"text"},
    'from people |> sql "select id, sha2(email, 256) as text from {input}" returns Two': set(),
    'from people |> sql "select id, name as text from {input} where email = 1" returns Two': set(),
    'from people |> sql "select id, col as text from {input} lateral view explode(mails) t as col"'
    " returns Two": {"id", "text"},
    'from people |> apply "mask.py:plain" returns Two': {"id", "text"},
    'from people |> apply "mask.py:masked" returns Two': set(),
    # What records hold.
    "from orders |> select _key.email as e, _key.id as i, _key, _topic, _headers": {"e", "_key"},
    "from kept |> select id, _bad, email": {"_bad", "email"},
}


@pytest.mark.parametrize(
    "query", [query for query, expected in FLOWS.items() if expected is not None]
)
def test_flows(query: str) -> None:
    named = "\nlet named = from people |> select email as t, id"
    assert tagged(query + (named if "named" in query.split() else "")) == FLOWS[query]


@pytest.mark.parametrize(("name", "expected"), [("Plain", {"id", "text"}), ("Masked", set())])
def test_a_processor_that_masks(name: str, expected: set[str]) -> None:
    assert tagged(f'from visits |> stateful "mask.py:{name}" by id returns Two {{ }}') == expected


def test_dead_letters() -> None:
    pipeline = resolved("from people")
    (letters,) = (each for each in pipeline.datasets if each.name == "orders.dead_letter")
    assert not isinstance(letters, Let)
    columns = {column.name for column in letters.output.columns if "pii" in column.tags}
    assert columns == {"key", "value", "headers", "error"}


def test_views_and_manifest() -> None:
    pipeline = resolved("from people |> select email as e, sha2(email, 256) as h, id")
    existing = build_lineage(pipeline)
    tree = views.render_tree(existing, Origin("r", "e")) + views.render_tree(
        existing, Origin("r", "h")
    )
    assert "r.e (STRING) @contact @pii" in tree
    assert "people.email (STRING, source) @contact @pii, masked" in tree
    assert "r.h (STRING)\n" in tree
    columns = [Origin("r", "e"), Origin("r", "h")]
    assert '"masked": true' in views.as_json(existing, columns)
    assert '-- "masked" -->' in views.render_mermaid(existing, columns)
    (manifest,) = (f for f in emit_files(checked_again(pipeline)) if f.path.endswith("sample.json"))
    assert '"masking": true' in manifest.content.decode()


def checked_again(pipeline: Pipeline):
    from ssbt.compiler.driver import CheckResult
    from ssbt.compiler.source import Source

    return CheckResult(pipeline, (), {"a.ssbt": Source("a.ssbt", "x" * 10_000)})


REFUSED = {
    "from people |> where email = 'x' |> select id": "chosen by `people.email`",
    "from people |> order by email |> select id": "sorted by `people.email`",
    "from people |> aggregate count(*) as c group by email |> select c": "grouped by",
    "from people as a |> join people as b on a.email = b.email |> select a.id": "joined on",
    "from people |> select id, email |> distinct |> select id": "grouped by",
    "from people |> explode mails as m |> select id": "chosen by `people.mails`",
    "from people |> where sha2(email, 256) = 'x' |> select id": "",
    "from people |> where id > 1 |> select id": "",
    'from people |> apply "mask.py:masked" returns Two |> where text = 1': "",
}


@pytest.mark.parametrize("query", REFUSED)
def test_implicit_flows(query: str) -> None:
    more, sink = "\n  implicit_flows = refuse", "sink r to noop { }"
    text = f"{HEAD.format(more=more)}let r = {query}\n{sink}\n"
    files = {"a.ssbt": text, "mask.py": MODULE}
    findings = check_pipeline("a.ssbt", read_files(files)).findings
    reported = [f.message for f in findings if f.code.number == "SSBT1305"]
    assert bool(reported) == bool(REFUSED[query])
    assert all(REFUSED[query] in message for message in reported)
    quiet = check_pipeline("a.ssbt", lambda path: files[path].replace(more, "").encode()).findings
    assert not [f for f in quiet if f.code.number == "SSBT1305"]

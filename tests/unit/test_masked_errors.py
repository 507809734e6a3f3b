"""Values of tagged fields stay out of the errors of malformed records."""

from __future__ import annotations

from ssbt.compiler.driver import check_pipeline, emit_files

TEXT = """
pipeline masked { }
schema Key { user: string @pii, shop: string }
schema Order { id: bigint, email: string @pii }
source orders from kafka {
  bootstrap_servers = "localhost:9092"
  subscribe         = "orders"
  value             = FORMAT
  schema            = Order
  key               = json
  key_schema        = Key
  metadata          = [value, offset]
}
sink orders to noop { allow = [pii] }
"""


def script(format_: str) -> str:
    result = check_pipeline("masked.ssbt", lambda path: TEXT.replace("FORMAT", format_).encode())
    assert not result.has_errors, [each.message for each in result.findings]
    files = {file.path: file.content for file in emit_files(result)}
    return " ".join(files["masked.py"].decode().split())


def test_masked_fields() -> None:
    for format_ in ("json", "csv"):
        text = script(format_)
        assert f'value={format_}_decoding(F.col("value"), ORDER, masked=["email"])' in text
        assert 'key=json_decoding(F.col("key"), KEY, masked=["user"])' in text


def test_the_bytes_of_a_value_have_the_tags_of_its_fields() -> None:
    text = TEXT.replace("FORMAT", "json").replace("{ allow = [pii] }", "{ }")
    text = text.replace("sink orders", "let a = from orders |> select _value\nsink a")
    findings = check_pipeline("masked.ssbt", lambda path: text.encode()).findings
    assert [(each.code.number, "_value" in each.message) for each in findings] == [
        ("SSBT1304", True)
    ]

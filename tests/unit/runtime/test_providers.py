"""Providers of secrets: each with what it gives, what it refuses and what it tries again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
import os
from pathlib import Path
import sys
import time
import traceback
from types import ModuleType, SimpleNamespace
from typing import Any, cast

import pytest

from ssbt.runtime.providers import NoValueError, find_provider, require_text
from ssbt.runtime.providers.secrets import SecretError, Secrets, find_rotated_secrets
from tests.unit.runtime.vault_double import TOKEN, Vault, vault


def value(name: str, **reference: Any) -> str:
    """The value as a job gets it, without waiting between tries."""
    return Secrets({name: reference}, wait=lambda seconds: None).value(name)


def test_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTHER", "one")
    assert value("login", provider="env", variable="OTHER") == "one"
    with pytest.raises(SecretError, match=r"`login` \(provider env\): the variable SSBT_SECRET_LO"):
        value("login", provider="env")


@pytest.mark.parametrize("name", ["a=b", "${x}", "ä", "a b", "a\nb"])
def test_variables_with_strange_names(name: str) -> None:
    with pytest.raises(SecretError, match="is not set"):
        value(name, provider="env")


def test_files(tmp_path: Path) -> None:
    (tmp_path / "login").write_bytes(b"p\xc3\xa4ss\r\n")
    (tmp_path / "two").write_bytes(b"\xef\xbb\xbfone\ntwo\n\n")
    (tmp_path / "latin").write_bytes(b"p\xe4ss")
    (tmp_path / "huge").write_bytes(b"x" * 2_000_000)
    (tmp_path / "empty").write_bytes(b"\n")
    folder = str(tmp_path)
    assert value("login", provider="file", folder=folder) == "päss"
    assert value("other", provider="file", file=f"{folder}/two") == "one\ntwo\n"
    for name, why in {
        "latin": "is not UTF-8",
        "huge": "more than 1,000,000 bytes",
        "empty": "the value is empty",
        "nothing": "No such file",
        "../secrets": "its name is not that of a file",
        "..": "its name is not that of a file",
    }.items():
        with pytest.raises(SecretError, match=why):
            value(name, provider="file", folder=folder)


def test_links_devices_and_pipes(tmp_path: Path) -> None:
    """Kubernetes mounts secrets as links, so links are followed; what has no end is left."""
    (tmp_path / "..data").mkdir()
    (tmp_path / "..data" / "login").write_text("one")
    (tmp_path / "login").symlink_to("..data/login")
    (tmp_path / "zero").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pipe")
    folder = str(tmp_path)
    assert value("login", provider="file", folder=folder) == "one"
    for kind in ("file", "properties"):
        with pytest.raises(SecretError, match="more than 1,000,000 bytes"):
            value("x", provider=kind, file=f"{folder}/zero")
    with pytest.raises(SecretError, match=r"0\.2 seconds"):
        value("pipe", provider="file", folder=folder, timeout=0.2, retries=0)


def test_property_files(tmp_path: Path) -> None:
    file = tmp_path / "x.properties"
    file.write_text("# ours\nlogin = p\\u00e4ss=word\nother.key: two\n", encoding="utf-8")
    assert value("login", provider="properties", file=str(file)) == "päss=word"
    assert value("x", provider="properties", file=str(file), key="other.key") == "two"
    with pytest.raises(SecretError, match="has no `x`"):
        value("x", provider="properties", file=str(file))


def test_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {("ssbt", "login"): "one", ("shop", "etl"): "two"}
    library = SimpleNamespace(get_password=lambda service, user: kept.get((service, user)))
    monkeypatch.setitem(sys.modules, "keyring", library)
    assert value("login", provider="keyring") == "one"
    assert value("login", provider="keyring", service="shop", username="etl") == "two"
    with pytest.raises(SecretError, match="no password of nobody for ssbt"):
        value("nobody", provider="keyring")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vault]:
    monkeypatch.setenv("VAULT_TOKEN", TOKEN)
    with vault() as running:
        running.secrets["secret/data/shop"] = {"login": "one", "other": "two"}
        running.secrets["kv/old"] = {"value": "three"}
        yield running


class TestVault:
    def test_both_versions_of_key_value(self, server: Vault) -> None:
        shop = {"provider": "vault", "url": server.url, "path": "secret/data/shop"}
        assert value("x", **shop, field="login") == "one"
        assert value("x", provider="vault", url=f"{server.url}/", path="/kv/old") == "three"
        assert value("x", **shop, field="other", namespace="team") == "two"
        assert server.requests[-1] == ("GET", "secret/data/shop", "team")

    def test_tokens(self, server: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("VAULT_TOKEN")
        old = {"provider": "vault", "url": server.url, "path": "kv/old"}
        with pytest.raises(SecretError, match="there is no token"):
            value("x", **old)
        (tmp_path / "token").write_text(f"{TOKEN}\n")
        assert value("x", **old, token_file=str(tmp_path / "token")) == "three"
        (tmp_path / "jwt").write_text("the.account.token")
        jwt = str(tmp_path / "jwt")
        assert value("x", **old, role="etl", jwt_file=jwt, mount="k8s") == "three"
        assert ("POST", "auth/k8s/login", "") in server.requests
        with pytest.raises(SecretError, match="answers 400"):
            value("x", **old, role="nobody", jwt_file=jwt)

    def test_refusals_are_not_tried_again(self, server: Vault) -> None:
        for path, why in {
            "kv/missing": "answers 404",
            "secret/data/shop": "no field `x`, but lo",
        }.items():
            server.requests.clear()
            with pytest.raises(SecretError, match=why) as error:
                value("x", provider="vault", url=server.url, path=path)
            assert len(server.requests) == 1
            assert "one" not in str(error.value)

    @pytest.mark.parametrize("held", [["p4ss", "two"], {"a": "p4ss"}, True, None, 1.5], ids=repr)
    def test_a_field_that_is_no_text(self, held: object, server: Vault) -> None:
        server.secrets["kv/odd"] = {"value": held}
        with pytest.raises(SecretError, match="the field `value` is no text, but of") as error:
            value("x", provider="vault", url=server.url, path="kv/odd")
        assert "p4ss" not in str(error.value)

    def test_what_may_pass_is_tried_again(self, server: Vault) -> None:
        old = {"provider": "vault", "url": server.url, "path": "kv/old"}
        server.failures = 2
        assert value("x", **old) == "three"
        server.failures = 2
        with pytest.raises(SecretError, match="answers 503"):
            value("x", **old, retries=1)

    def test_nobody_there(self) -> None:
        with pytest.raises(SecretError, match="cannot be reached"):
            value("x", provider="vault", url="http://127.0.0.1:9", path="a", token_file=__file__)
        with pytest.raises(SecretError, match="begins with http"):
            value("x", provider="vault", url="file:///etc", path="passwd", token_file=__file__)


def module(name: str, **members: Any) -> ModuleType:
    result = ModuleType(name)
    vars(result).update(members)
    return result


def test_azure(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library is a stand-in: there is no Key Vault here."""

    class AzureError(Exception): ...

    class HttpResponseError(AzureError):
        status_code = 503

    class ResourceNotFoundError(HttpResponseError):
        status_code = 404

    class ClientAuthenticationError(HttpResponseError): ...

    class SecretClient:
        def __init__(self, vault_url: str, credential: object, **settings: Any) -> None:
            assert (vault_url, settings) == ("https://shop", {"retry_total": 0})

        def get_secret(self, name: str, version: str | None, **limits: float) -> Any:
            assert limits == {"connection_timeout": 10, "read_timeout": 10}
            if name == "busy":
                raise HttpResponseError("p4ssword")
            if name != "shop-login":
                raise ResourceNotFoundError("p4ssword")
            return SimpleNamespace(value=f"one {version}")

    errors = (AzureError, ClientAuthenticationError)
    library = {each.__name__: each for each in errors}
    parts: dict[str, dict[str, Any]] = {
        "azure.core.exceptions": library,
        "azure.identity": {"DefaultAzureCredential": object},
        "azure.keyvault.secrets": {"SecretClient": SecretClient},
    }
    for name, members in parts.items():
        monkeypatch.setitem(sys.modules, name, module(name, **members))
    vault = {"provider": "azure_key_vault", "vault": "https://shop"}
    assert value("shop_login", **vault) == "one None"
    assert value("x", **vault, secret="shop-login", version="2") == "one 2"
    reasons = {"busy": "503: HttpResponseError", "none": "404: ResourceNotFoundError"}
    for name, why in reasons.items():
        with pytest.raises(SecretError, match=f"https://shop, which answers {why}$"):
            value(name, **vault)


def test_gcp(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library is a stand-in: there is no Secret Manager here."""

    class GoogleAPICallError(Exception): ...

    class ClientError(GoogleAPICallError):
        code = 404

    class GoogleAuthError(Exception):
        retryable = False

    class SecretManagerServiceClient:
        def access_secret_version(self, name: str, timeout: float, retry: None) -> Any:
            if "none" in name:
                raise ClientError("p4ssword")
            if "stranger" in name:
                raise GoogleAuthError("p4ssword")
            if "busy" in name:
                raise GoogleAPICallError("p4ssword")
            assert timeout == 10
            return SimpleNamespace(payload=SimpleNamespace(data=name.encode()))

    errors = {"ClientError": ClientError, "GoogleAPICallError": GoogleAPICallError}
    library = {"SecretManagerServiceClient": SecretManagerServiceClient}
    parts: dict[str, dict[str, Any]] = {
        "google.api_core.exceptions": errors,
        "google.auth.exceptions": {"GoogleAuthError": GoogleAuthError},
        "google.cloud.secretmanager": library,
    }
    for name, members in parts.items():
        monkeypatch.setitem(sys.modules, name, module(name, **members))
    shop = {"provider": "gcp_secret_manager", "project": "shop"}
    assert value("login", **shop) == "projects/shop/secrets/login/versions/latest"
    with pytest.raises(SecretError, match=r"versions/2: ClientError$"):
        value("none", **shop, version="2")
    with pytest.raises(SecretError, match=r"latest: GoogleAuthError$"):
        value("stranger", **shop)
    with pytest.raises(SecretError, match=r"busy/versions/latest: GoogleAPICallError$"):
        value("x", **shop, secret="busy")


def failing(error: Exception) -> Callable[[str, Any], str]:
    def ask(name: str, options: Any) -> str:
        raise error

    return ask


class Own:
    """A third party's provider, as a class."""

    def __init__(self, options: Any) -> None:
        self.options = options

    def value(self, name: str) -> str:
        return f"{name} of {self.options['place']}"


def test_somebody_elses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        sys.modules, "acme", module("acme", Own=Own, bad=failing(NoValueError("no")))
    )
    assert value("x", provider="acme:Own", place="safe") == "x of safe"
    with pytest.raises(SecretError, match="no"):
        value("x", provider="acme:bad")
    for kind in ("acme:none", "nowhere:x", "unknown", "acme"):
        with pytest.raises(SecretError, match=r"cannot be imported|there is no provider"):
            value("x", provider=kind)


def test_entry_points(monkeypatch: pytest.MonkeyPatch) -> None:
    result = SimpleNamespace(load=lambda: Own)
    monkeypatch.setattr("ssbt.runtime.providers.entry_points", lambda **expected: [result])
    assert find_provider("acme")("x", {"place": "safe"}) == "x of safe"


class TellingError(LookupError):
    """An error whose every text is the value."""

    def __init__(self) -> None:
        super().__init__(VALUE, {"answer": VALUE})
        self.__cause__ = ValueError(VALUE)
        self.add_note(VALUE)

    def __str__(self) -> str:
        return VALUE


VALUE = "p4ssword"
TELLING = (
    *(kind(f"the value is {VALUE}") for kind in (LookupError, KeyError, ValueError, RuntimeError)),
    *(kind(f"the value is {VALUE}") for kind in (OSError, ConnectionError, TimeoutError)),
    *(kind(13, f"the value is {VALUE}", VALUE) for kind in (OSError, FileNotFoundError)),
    *(
        ImportError(f"the value is {VALUE}"),
        SecretError(VALUE),
        KeyboardInterrupt(VALUE),
        TellingError(),
    ),
    *(
        UnicodeDecodeError("utf-8", VALUE.encode(), 0, 1, VALUE),
        SystemExit(VALUE),
    ),
)


@pytest.mark.parametrize("error", TELLING, ids=lambda error: type(error).__name__)
def test_an_error_of_somebody_elses_keeps_its_text_to_itself(
    error: BaseException, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "acme", module("acme", bad=failing(cast(Exception, error))))
    with pytest.raises(SecretError) as reported:
        value("x", provider="acme:bad", retries=0)
    told_all = "".join(traceback.format_exception(reported.value)) + repr(reported.value.args)
    assert VALUE not in told_all + str(reported.value) + caplog.text


TYPES = (["p4ssword"], {"p4ssword": "p4ssword"}, True, None, b"p4ssword", 1.5, ("p4ssword",), 7, "")


@pytest.mark.parametrize("result", TYPES, ids=repr)
def test_a_value_is_text(result: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a provider of one's own, and of Vault and AWS, whose fields may be numbers."""
    own = module("acme", own=lambda name, options: result)
    monkeypatch.setitem(sys.modules, "acme", own)
    with pytest.raises(SecretError, match=r"is no text|is empty") as reported:
        value("x", provider="acme:own")
    assert VALUE not in str(reported.value)
    if type(result) is int:
        assert require_text(result, "it") == "7"
    elif result != "":
        with pytest.raises(NoValueError, match="it is no text") as error:
            require_text(result, "it")
        assert VALUE not in str(error.value)


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(SecretError, match="`boto3` is not installed"):
        value("x", provider="aws_ssm")


def test_a_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = module("acme", slow=lambda name, options: time.sleep(5))
    monkeypatch.setitem(sys.modules, "acme", slow)
    started = time.monotonic()
    with pytest.raises(SecretError, match=r"no answer within 0\.05 seconds"):
        value("x", provider="acme:slow", timeout="0.05", retries="1")
    assert time.monotonic() - started < 2


def test_a_cache_with_expiry(monkeypatch: pytest.MonkeyPatch) -> None:
    values = iter(["first", "second", "third", "third"])
    acme = module("acme", ask=lambda name, options: next(values))
    monkeypatch.setitem(sys.modules, "acme", acme)
    monkeypatch.setattr("ssbt.runtime.providers.secrets._in_use", [])
    now = [0.0]
    secrets = Secrets({"X": {"provider": "acme:ask", "cache": "60"}}, clock=lambda: now[0])
    assert [secrets.value("x"), secrets.value("X")] == ["first", "first"]
    now[0] = 61
    assert secrets.value("x") == "second"
    assert find_rotated_secrets() == ["x"]
    assert find_rotated_secrets() == []

"""A registry behind TLS that asks who a client is: by certificate and by token."""

from __future__ import annotations

from collections.abc import Iterator
import json
from uuid import uuid4

import pytest

from ssbt.compiler.cli.failures import Failure
from ssbt.compiler.cli.registry import Registry as AskedByCommands
from ssbt.runtime.registries import registry as asking
from ssbt.runtime.registries.registry import Registry, RegistryError, Schema
from tests.fronts import KEY_WORD, TOKEN, Certificates, certificates, running_front
from tests.registries import Registry as Running

# A registry needs Java, as Spark does.
pytestmark = pytest.mark.spark

ORDER = {"type": "record", "name": "Order", "fields": [{"name": "id", "type": "long"}]}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def front(registry: Running, files: Certificates) -> Iterator[str]:
    with running_front(registry.url, files) as url:
        yield url


def options(files: Certificates, url: str, **others: str) -> dict[str, str]:
    inputs = {"url": url, "token": TOKEN, "ca_location": str(files.ca)}
    inputs |= {"certificate_location": str(files.client), "key_location": str(files.key)}
    return {key: value for key, value in {**inputs, **others}.items() if value}


@pytest.mark.parametrize("is_locked", [False, True])
def test_registered_and_read(
    files: Certificates, front: str, registry: Running, is_locked: bool
) -> None:
    locked = {"key_location": str(files.locked_key), "key_password": KEY_WORD}
    inputs = options(files, front, **(locked if is_locked else {}))
    subject, text = f"orders-{uuid4().hex[:8]}", json.dumps(ORDER)
    result = Registry.of(inputs).register_schema(subject, Schema(text), register=True)
    assert Registry.of(inputs).ids(subject, "AVRO") == {
        result.id: registry.request("GET", f"/schemas/ids/{result.id}")["schema"]
    }
    version = AskedByCommands(inputs).find_version(subject, 0)
    assert version is not None
    assert version.id == result.id


@pytest.mark.parametrize(
    ("others", "reason"),
    [
        ({"ca_location": ""}, "its certificate is not trusted .*; see `ca_location`"),
        ({"certificate_location": "", "key_location": ""}, "refuses the client's certificate"),
        ({"certificate_location": "STRANGER", "key_location": ""}, "refuses the client's certif"),
        ({"token": "wrong"}, "refuses GET /subjects/x/versions: 401 who are you?"),
        ({"ca_location": "/no/such/file"}, "in /no/such/file, .* cannot be read"),
        ({"key_location": "LOCKED", "key_password": "wrong"}, "cannot be read"),
    ],
)
def test_refused(
    files: Certificates,
    front: str,
    monkeypatch: pytest.MonkeyPatch,
    others: dict[str, str],
    reason: str,
) -> None:
    """At once: neither of these passes."""
    monkeypatch.setattr(asking, "_FIRST_SECONDS", 100.0)
    places = {"STRANGER": str(files.stranger), "LOCKED": str(files.locked_key)}
    inputs = options(files, front, **{k: places.get(v, v) for k, v in others.items()})
    with pytest.raises(RegistryError, match=reason) as refused:
        Registry.of(inputs).ids("x", "AVRO")
    assert not isinstance(refused.value, asking.UnreachableError)
    assert TOKEN not in repr(Registry.of(inputs))


def test_commands_say_which_files(files: Certificates, front: str) -> None:
    with pytest.raises(Failure, match="cannot be read"):
        AskedByCommands(options(files, front, ca_location="/no/such/file"))

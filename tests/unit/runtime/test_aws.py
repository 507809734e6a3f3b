"""AWS Secrets Manager and the Parameter Store, against moto's server."""

from __future__ import annotations

from collections.abc import Iterator
import json
from typing import Any

import boto3
from moto import server as moto
import pytest

from ssbt.runtime.providers.secrets import SecretError, Secrets

pytestmark = pytest.mark.slow
PLACES = {"region": "eu-central-1"}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = moto.ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")


def value(name: str, **reference: Any) -> str:
    return Secrets({name: PLACES | reference}, wait=lambda seconds: None).value(name)


def client(service: str, endpoint: str) -> Any:
    return boto3.client(service, region_name="eu-central-1", endpoint_url=endpoint)


def test_secrets_manager(endpoint: str) -> None:
    manager = client("secretsmanager", endpoint)
    manager.create_secret(Name="login", SecretString="one")
    text = json.dumps({"user": "etl", "password": "two"})
    manager.create_secret(Name="prod/shop", SecretString=text)
    ours = {"provider": "aws_secrets_manager", "endpoint": endpoint}
    assert value("login", **ours) == "one"
    assert value("x", **ours, secret_id="prod/shop", field="password") == "two"
    with pytest.raises(SecretError, match="no field `host`"):
        value("x", **ours, secret_id="prod/shop", field="host")
    with pytest.raises(SecretError, match="secretsmanager answers ResourceNotFoundException"):
        value("nothing", **ours)


def test_a_rotated_secret(endpoint: str) -> None:
    manager = client("secretsmanager", endpoint)
    manager.create_secret(Name="rotating", SecretString="old value")
    ours = {"provider": "aws_secrets_manager", "endpoint": endpoint, **PLACES}
    secrets = Secrets({"rotating": ours})
    assert secrets.value("rotating") == "old value"
    manager.put_secret_value(SecretId="rotating", SecretString="new value")
    assert secrets.value("rotating") == "old value"
    assert secrets.rotated() == ["rotating"]
    assert secrets.value("rotating") == "new value"


def test_parameter_store(endpoint: str) -> None:
    store = client("ssm", endpoint)
    store.put_parameter(Name="/prod/login", Value="one", Type="SecureString")
    ours = {"provider": "aws_ssm", "endpoint": endpoint}
    assert value("x", **ours, parameter="/prod/login") == "one"
    with pytest.raises(SecretError, match="ssm answers ParameterNotFound"):
        value("x", **ours)


def test_nobody_there() -> None:
    ours = {"provider": "aws_ssm", "endpoint": "http://127.0.0.1:9", "timeout": "1"}
    with pytest.raises(SecretError, match="ssm: EndpointConnectionError"):
        value("x", **ours)

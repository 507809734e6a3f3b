"""AWS: Secrets Manager and the Parameter Store of Systems Manager."""

from collections.abc import Mapping
import json
from typing import Any

from ssbt.runtime.providers import require_text


def secrets_manager(name: str, options: Mapping[str, Any]) -> str:
    """The secret `secret_id`, or that called like the secret; its `field`, where it is JSON."""
    id_ = str(options.get("secret_id") or name)
    answer = _call_service("secretsmanager", options, "get_secret_value", SecretId=id_)
    text = require_text(answer.get("SecretString") or "", id_)
    field = options.get("field")
    if not field:
        return text
    try:
        fields = json.loads(text)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        raise LookupError(f"{id_} is no JSON object, so it has no field `{field}`")
    if field not in fields:
        raise LookupError(f"{id_} has no field `{field}`")
    return require_text(fields[field], f"{id_}: the field `{field}`")


def parameter_store(name: str, options: Mapping[str, Any]) -> str:
    """The parameter `parameter`, or that called like the secret, decrypted."""
    request = {"Name": str(options.get("parameter") or name), "WithDecryption": True}
    value = _call_service("ssm", options, "get_parameter", **request)["Parameter"]["Value"]
    return require_text(value, str(request["Name"]))


def _call_service(service: str, options: Mapping[str, Any], action: str, **arguments: Any) -> Any:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    limit = float(options["timeout"])
    config = Config(connect_timeout=limit, read_timeout=limit, retries={"max_attempts": 0})
    endpoints = {"region_name": options.get("region"), "endpoint_url": options.get("endpoint")}
    client = boto3.client(service, config=config, **endpoints)
    try:
        return getattr(client, action)(**arguments)
    except ClientError as error:
        code, status = error.response["Error"]["Code"], error.response["ResponseMetadata"]
        if status["HTTPStatusCode"] >= 500 or code in ("ThrottlingException", "TooManyRequests"):
            raise ConnectionError(f"{service} answers {code}") from None
        raise LookupError(f"{service} answers {code}") from None
    except BotoCoreError as error:
        raise ConnectionError(f"{service}: {type(error).__name__}") from None

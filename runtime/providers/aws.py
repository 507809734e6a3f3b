"""AWS: Secrets Manager and the Parameter Store of Systems Manager."""

from collections.abc import Mapping
import json
from typing import Any

from ssbt.runtime.providers import text_of


def secrets_manager(name: str, options: Mapping[str, Any]) -> str:
    """The secret `secret_id`, or that called like the secret; its `field`, where it is JSON."""
    id_ = str(options.get("secret_id") or name)
    answer = _asked("secretsmanager", options, "get_secret_value", SecretId=id_)
    text = text_of(answer.get("SecretString") or "", id_)
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
    return text_of(fields[field], f"{id_}: the field `{field}`")


def parameter_store(name: str, options: Mapping[str, Any]) -> str:
    """The parameter `parameter`, or that called like the secret, decrypted."""
    wanted = {"Name": str(options.get("parameter") or name), "WithDecryption": True}
    found = _asked("ssm", options, "get_parameter", **wanted)["Parameter"]["Value"]
    return text_of(found, str(wanted["Name"]))


def _asked(service: str, options: Mapping[str, Any], action: str, **wanted: Any) -> Any:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    limit = float(options["timeout"])
    config = Config(connect_timeout=limit, read_timeout=limit, retries={"max_attempts": 0})
    places = {"region_name": options.get("region"), "endpoint_url": options.get("endpoint")}
    client = boto3.client(service, config=config, **places)
    try:
        return getattr(client, action)(**wanted)
    except ClientError as error:
        code, status = error.response["Error"]["Code"], error.response["ResponseMetadata"]
        if status["HTTPStatusCode"] >= 500 or code in ("ThrottlingException", "TooManyRequests"):
            raise ConnectionError(f"{service} answers {code}") from None
        raise LookupError(f"{service} answers {code}") from None
    except BotoCoreError as error:
        raise ConnectionError(f"{service}: {type(error).__name__}") from None

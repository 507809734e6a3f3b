"""AWS: Secrets Manager and the Parameter Store of Systems Manager."""

from collections.abc import Mapping
import json
from typing import Any


def secrets_manager(name: str, options: Mapping[str, Any]) -> str:
    """The secret `secret_id`, or that called like the secret; its `field`, where it is JSON."""
    id_ = str(options.get("secret_id") or name)
    answer = _asked("secretsmanager", options, "get_secret_value", SecretId=id_)
    text = str(answer.get("SecretString") or "")
    if not options.get("field"):
        return text
    fields = json.loads(text)
    if options["field"] not in fields:
        raise LookupError(f"{id_} has no field `{options['field']}`")
    return str(fields[options["field"]])


def parameter_store(name: str, options: Mapping[str, Any]) -> str:
    """The parameter `parameter`, or that called like the secret, decrypted."""
    wanted = {"Name": str(options.get("parameter") or name), "WithDecryption": True}
    return str(_asked("ssm", options, "get_parameter", **wanted)["Parameter"]["Value"])


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

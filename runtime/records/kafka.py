"""What Kafka's clients are told, where that is more than one option for each of a connection."""

from collections.abc import Mapping

_SASL = "kafka.sasl."
_MODULES = {
    "PLAIN": "org.apache.kafka.common.security.plain.PlainLoginModule",
    "SCRAM-SHA-256": "org.apache.kafka.common.security.scram.ScramLoginModule",
    "SCRAM-SHA-512": "org.apache.kafka.common.security.scram.ScramLoginModule",
    "OAUTHBEARER": "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule",
    "GSSAPI": "com.sun.security.auth.module.Krb5LoginModule",
    "AWS_MSK_IAM": "software.amazon.msk.auth.iam.IAMLoginModule",
}
# What a module is always told: that the keys are in a file, and are kept for new tickets.
_ALWAYS = {"GSSAPI": " useKeyTab=true storeKey=true"}
_ENDPOINT = f"{_SASL}oauthbearer.token.endpoint.url"
_IAM, _IAM_HANDLER = "AWS_MSK_IAM", "software.amazon.msk.auth.iam.IAMClientCallbackHandler"
_HANDLER = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler"
# What a connection says for the login module, which writes `clientId` for `client.id`.
_LOGIN: tuple[str, ...] = (
    *("username", "password", "client.id", "client.secret", "scope", "principal", "key.tab"),
    *("aws.role.arn", "aws.role.session.name", "aws.sts.region", "aws.profile.name"),
)


def kafka_options(options: Mapping[str, str]) -> dict[str, str]:
    """Spark's options for a connection: user and password become what a login module takes."""
    login = {key: options[_SASL + key] for key in _LOGIN if _SASL + key in options}
    client_options = {
        key: value for key, value in options.items() if key.removeprefix(_SASL) not in _LOGIN
    }
    mechanism = options.get(f"{_SASL}mechanism", "")
    if (login or mechanism == _IAM) and f"{_SASL}jaas.config" not in client_options:
        items = "".join(f' {_camel_case(key)}="{_escape(value)}"' for key, value in login.items())
        login_config = f"required{_ALWAYS.get(mechanism, '')}{items};"
        client_options[f"{_SASL}jaas.config"] = f"{_MODULES[mechanism]} {login_config}"
    if mechanism == _IAM:
        client_options[f"{_SASL}client.callback.handler.class"] = _IAM_HANDLER
    if _ENDPOINT in client_options:
        client_options[f"{_SASL}login.callback.handler.class"] = _HANDLER
    return client_options


def _camel_case(key: str) -> str:
    first, *rest = key.split(".")
    return first + "".join(map(str.capitalize, rest))


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')

"""What a configuration may say of connections and secrets, as the compiler's specifications do.

A test compares this module with them: the runtime cannot read them.
"""

# Options as `.ssbt` files and HOCON spell them, and as Spark does.
_KAFKA = """\
bootstrap_servers kafka.bootstrap.servers  security_protocol kafka.security.protocol
sasl_mechanism kafka.sasl.mechanism  username kafka.sasl.username  password kafka.sasl.password
token_endpoint kafka.sasl.oauthbearer.token.endpoint.url  client_id kafka.sasl.client.id
client_secret kafka.sasl.client.secret  scope kafka.sasl.scope
kerberos_service kafka.sasl.kerberos.service.name  principal kafka.sasl.principal
keytab kafka.sasl.key.tab  aws_role kafka.sasl.aws.role.arn
aws_session kafka.sasl.aws.role.session.name  aws_region kafka.sasl.aws.sts.region
aws_profile kafka.sasl.aws.profile.name  sasl_jaas_config kafka.sasl.jaas.config
ssl_truststore_location kafka.ssl.truststore.location
ssl_truststore_password kafka.ssl.truststore.password
ssl_truststore_type kafka.ssl.truststore.type  ssl_keystore_location kafka.ssl.keystore.location
ssl_keystore_password kafka.ssl.keystore.password  ssl_keystore_type kafka.ssl.keystore.type
ssl_key_password kafka.ssl.key.password
"""
_ICEBERG = """\
catalog type  uri uri  warehouse warehouse  token token  credential credential
token_endpoint oauth2-server-uri  scope scope  username jdbc.user  password jdbc.password
driver driver  io io-impl  cache cache-enabled
"""
_REGISTRY = """\
url username password token ca_location certificate_location key_location key_password
"""
# By the kind of a connection.
CONNECTION_OPTIONS: dict[str, dict[str, str]] = {
    "kafka": dict(zip(_KAFKA.split()[::2], _KAFKA.split()[1::2], strict=True)),
    "iceberg": dict(zip(_ICEBERG.split()[::2], _ICEBERG.split()[1::2], strict=True)),
    "schema_registry": {name: name for name in _REGISTRY.split()},
}
# What `raw` passes on begins with these.
OPEN_BEGINNINGS = {"kafka": "kafka."}

# What Spark itself decides, or breaks.
_DECIDED = "leave it out: Spark itself keeps where it has come to, in the checkpoint"
_BYTES = (
    "to Spark keys and values are bytes; `key` and `value` of a source or sink say what is in them"
)
_CATALOG = "`catalog = …` says which kind of catalog it is"
REFUSED_OPTIONS = {
    "iceberg": {"catalog-impl": _CATALOG, "type": _CATALOG},
    "kafka": {
        "kafka.auto.offset.reset": _DECIDED,
        "kafka.enable.auto.commit": _DECIDED,
        "kafka.interceptor.classes": _DECIDED,
        "kafka.key.deserializer": _BYTES,
        "kafka.value.deserializer": _BYTES,
        "kafka.key.serializer": _BYTES,
        "kafka.value.serializer": _BYTES,
    },
}

COMMON_PROVIDER_OPTIONS = ("provider", "timeout", "retries", "cache")
PROVIDER_OPTIONS: dict[str, tuple[str, ...]] = {
    "env": ("variable",),
    "file": ("folder", "file"),
    "properties": ("file", "key"),
    "keyring": ("service", "username"),
    "vault": ("url", "path", "field", "namespace", "token_file", "role", "jwt_file", "mount"),
    "aws_secrets_manager": ("secret_id", "field", "region", "endpoint"),
    "aws_ssm": ("parameter", "region", "endpoint"),
    "azure_key_vault": ("vault", "secret", "version"),
    "gcp_secret_manager": ("project", "secret", "version"),
}

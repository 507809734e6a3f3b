"""130x: secrets."""

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code


def _registry_example(
    password: str, *, url: str = '"http://localhost:8081"', preamble: str = ""
) -> str:
    """A pipeline whose only interest is a connection."""
    lines = (f"url      = {url}", 'username = "etl"', f"password = {password}")
    block = "\n".join(("connection registry: schema_registry {", *(f"  {x}" for x in lines), "}"))
    return example(preamble=f"{preamble}secret registry_password\n\n{block}\n")


_RIGHT = example()

SECRET_NEEDED = Code(
    "SSBT1301",
    "A credential that is written down",
    """\
Only a `secret` can go here, because this is a credential. A password in a pipeline stays in the
history of its repository, and one in a `param` appears in logs and command lines.

Declare `secret NAME` and write the name, without quotes; in a configuration, write
`{ secret = NAME }`. The value comes at run time, from the environment variable `SSBT_SECRET_NAME`
or from another provider.

- *Options* that the reference of a connector marks as secret.
- *Settings of Spark and of `raw { … }`* whose names Hadoop, Kafka or Spark list as credentials
  (`spark.hadoop.fs.s3a.secret.key`, `fs.azure.account.key.…`, anything with `password` or `token`
  in it), and names with a word for a credential: `api_key`, `api-key`, `apiKey`, `….credentials`,
  `….authorization`, `auth.pass`, `passphrase`, `basic.auth.user.info`. Not included are names that
  say where a credential is, or which kind it is (`….provider`, `….file`, `token_endpoint`,
  `password_policy`), switches and numbers.
- *Parameters* with such a name, if a text is written down for them: as a default, in `conf/`, or as
  a value of a map under such a key. Words may be glued together (`pgpassword`, `clientsecret`). A
  placeholder like `changeme` counts, because people have broken into many systems with it. An empty
  text does not count, nor does one that only says where the credential is (`{{secrets/…}}`,
  `vault:…`, `arn:aws:…`, `projects/…/secrets/…`, `/run/secrets/…`). A `/` in front does not make a
  text a path: Base64 may begin so. If the parameter does not hold a credential, rename it.
- *Addresses, connection strings and command lines* with a credential in them:
  `http://user:password@host`, `s3a://KEY:SECRET@bucket`, `jdbc:…?password=…`,
  `jdbc:…;trustStorePassword=…`, `…?X-Amz-Signature=…`, `…AccountKey=…;`, `host=… password='…'`,
  `{"password": "…"}`, `--password=…`. Pass the credential in a separate option or setting, such as
  those of `fs.s3a` for a bucket.
- *Texts that can be nothing else*, under any name and in expressions too: keys and tokens of
  Amazon, GitHub, GitLab, Slack, Google, Vault, Databricks and Stripe, JSON Web Tokens, private keys
  in PEM, headers such as `Basic …`, `Bearer …` and
  `Authorization: …`.
- *The key of `aes_encrypt` and `aes_decrypt`*, also in a `sql` step: Spark shows it in plans and
  logs. Read it from a table that only the job may read, and join that table.

Reports, `--diff` and editors show stars in the place of a credential, whatever the finding is about
and also where a name is misspelt.
""",
    wrong=_registry_example('"hunter2"'),
    right=_RIGHT,
    way_out="name the place of the secret, and not what it is: `secrets.NAME { provider = env }`",
)

SECRET_FLOWS = Code(
    "SSBT1302",
    "A secret where it would be visible",
    """\
You can use a secret only in options that the reference of their connector marks as secret, and in
settings of Spark and `raw` options that hold credentials (SSBT1301). In a path, an expression or
any other setting, its value would appear in logs, plans, Spark's UI and the event log.
""",
    wrong=_registry_example("registry_password", url="registry_password"),
    right=_RIGHT,
)

UNKNOWN_SECRET = Code(
    "SSBT1303",
    "An unknown secret",
    """\
An option names a secret, but neither this file nor its imports declare it with `secret NAME`.
""",
    wrong=_registry_example("registry_pasword"),
    right=_RIGHT,
)

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
This takes a credential, so it takes a `secret` and nothing else. A password in a pipeline stays in
the history of its repository, and one in a `param` is printed in logs and command lines.

Declare `secret NAME` and write the name, without quotes; in a configuration, `{ secret = NAME }`.
Its value is given at run time, by the environment variable `SSBT_SECRET_NAME` or by another
provider.

- *Options* that the reference of a connector marks secret.
- *Settings of Spark and of `raw { … }`* whose names Hadoop, Kafka or Spark hold for those of
  credentials, by the lists that they keep themselves: `spark.hadoop.fs.s3a.secret.key`,
  `fs.azure.account.key.…`, whatever has `password` or `token` in it. Names that say where a
  credential is, or of which kind (`….provider`, `….file`, `….type`), switches and numbers are
  none.
- *Addresses* have no user with a password, and no parameter that is one: not
  `http://user:password@host`, `s3a://KEY:SECRET@bucket` or `jdbc:…?password=…`, in no option,
  setting or parameter. Give it as an option or a setting of its own, such as those of `fs.s3a` for
  a bucket.
""",
    wrong=_registry_example('"hunter2"'),
    right=_RIGHT,
)

SECRET_FLOWS = Code(
    "SSBT1302",
    "A secret where it would be seen",
    """\
A secret flows only into options that are marked secret in the reference of their connector, and
into settings of Spark and `raw` options that hold credentials (SSBT1301). In a path, an expression
or any other setting its value would stand in logs, plans, Spark's UI and the event log.
""",
    wrong=_registry_example("registry_password", url="registry_password"),
    right=_RIGHT,
)

UNKNOWN_SECRET = Code(
    "SSBT1303",
    "An unknown secret",
    "An option names a secret that neither this file nor its imports declare with `secret NAME`.\n",
    wrong=_registry_example("registry_pasword"),
    right=_RIGHT,
)

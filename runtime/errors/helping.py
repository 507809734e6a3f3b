"""Ways out of failures whose cause is typical, and which Spark tells without one."""

import re

_HELP = {
    r"No space left on device|Disk quota exceeded|quota of .* is exceeded": (
        "a disk is full: that of an output, of a checkpoint, or of `spark.local.dir`, where Spark "
        "keeps what it sorts and shuffles. Make room there, or choose a place that has it"
    ),
    r"Partition \d+ of topic \S+ with partition count \d+ is not present": (
        "the topic has no partition of this number: they begin with 0, so compare the values of "
        "`partition_column` with what the topic has, or leave the choice to the key"
    ),
    r"not present in metadata after [\s\S]*UnknownTopicOrPartitionException": (
        "Kafka has no such topic, and this broker makes none by itself: create it, or compare its "
        "name with those that the brokers have"
    ),
    r"not present in metadata after": (
        "Kafka did not say in time whether there is such a topic: see whether `bootstrap_servers` "
        "can be reached from here; `max_block` says how long to wait"
    ),
    r"RecordTooLargeException": (
        "a record is larger than Kafka takes: raise `max_request_size` of the sink, which is 1 mb "
        "if it says nothing, and `max.message.bytes` of the topic. Dead letters with headers are "
        "larger than the records they tell of; `value_columns` and `header_columns` say what is in "
        "them"
    ),
    r"no message .* (?:is|holds) .*no name of the enum": (
        "write a name that the enum has, or null, in a step before the sink: `case … when … end`; "
        "or add the name to the schema"
    ),
    r"no message .* (?:is|holds) .*no STRING": (
        "Protobuf's texts are UTF-8: `try_validate_utf8(…)` in a step before the sink makes null "
        "of others, and a field of type `bytes` takes any"
    ),
    r"UnknownTopicOrPartitionException": (
        "Kafka has no such topic or partition, or has it no more: create it, or compare the names "
        "with those that the brokers have"
    ),
    r"SaslAuthenticationException|Authentication failed": (
        "the brokers do not know the user or the password, or the token is not good: compare "
        "`username`, the value of the secret and `sasl_mechanism` with what was set up there"
    ),
    r"Unable to obtain password from user|javax\.security\.auth\.login|LoginException": (
        "the keys do not let the client in: see whether `keytab` is there on every machine and has "
        "the `principal`, and whether `java.security.krb5.conf` names the realm's servers"
    ),
    r"SslAuthenticationException|SSL handshake failed|PKIX path building failed": (
        "client and server do not trust each other's certificates: see `ssl_truststore_location`, "
        "and `ssl_keystore_location` where brokers ask for a client's own"
    ),
    r"AuthorizationException|Not authorized to access": (
        "the user has no right to what the error names: a source needs READ and DESCRIBE on topics "
        "and READ on groups (`group_id_prefix`), a sink WRITE and DESCRIBE on topics"
    ),
    r"Timed out waiting for a node assignment|No resolvable bootstrap urls"
    r"|Timeout (?:of \d+ms )?expired before|Failed to create new KafkaAdminClient": (
        "no broker answers: see whether `bootstrap_servers` can be reached from here, and whether "
        "`security_protocol` is theirs"
    ),
    r"PARQUET_COLUMN_DATA_TYPE_MISMATCH|CSV header (is not equal|does not conform)": (
        "the file has other columns than the `schema` of the source. If that is so from now on, "
        "change the schema; files of two kinds need a source each, with a path of its own"
    ),
    r"DELTA_SOURCE_TABLE_IGNORE_CHANGES|DELTA_SOURCE_IGNORE_DELETE": (
        "rows of the table were updated, deleted or overwritten, which a stream of its rows cannot "
        "follow: with `changes = true` and a checkpoint of its own it reads what has changed; with "
        "`on_change = skip` it goes on behind such versions, without any of their rows"
    ),
    r"DIFFERENT_DELTA_TABLE_READ_BY_STREAMING_SOURCE": (
        "somebody has deleted the table and created another one in its place: restore the old one, "
        "or read the new one from its beginning with an empty checkpoint"
    ),
    r"DELTA_MISSING_CHANGE_DATA": (
        "the table keeps no changes, or did not keep them then: set its property "
        "`delta.enableChangeDataFeed`, and begin with a version from then on"
    ),
    r"DELTA_REPLACE_WHERE_MISMATCH": (
        "a row does not meet the condition of `replace`, so nothing was written: leave such rows "
        "out by a `where` step, or widen the condition"
    ),
    r"DELTA_METADATA_MISMATCH": (
        "the table has other columns: `evolve = add_columns` adds those that it lacks, and "
        "`overwrite_schema = true` replaces all, with the rows; a column keeps its type otherwise"
    ),
    r"DELTA_CONFIGURE_SPARK_SESSION_WITH_EXTENSION_AND_CATALOG": (
        "the session was there before the script, which can no longer set these two: set them "
        "where the session is created"
    ),
    r"Cannot process (overwrite|delete) snapshot": (
        "rows of the table were updated, deleted, merged or overwritten, which a stream of rows "
        "cannot follow: a batch job with `changes = true` reads what has changed; with "
        "`on_change = skip` the stream goes on behind such versions, without any of their rows"
    ),
    r"Delete files are currently not supported in changelog scans": (
        "a version was written with `merge-on-read`, of which Iceberg knows no changes: set the "
        "table's `write.merge.mode`, `write.update.mode` and `write.delete.mode` to "
        "`copy-on-write`, and read changes after that version"
    ),
    r"some, but not all, rows match filter|Cannot convert Spark predicate to Iceberg": (
        "Iceberg replaces whole files, nothing was written: let the condition of `replace` compare "
        "what the table is partitioned by with values, such as `day = ${day}`"
    ),
    r"INSERT_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS": (
        "the table lacks columns that the dataset has: leave them out in a step, or let the table "
        "get them, which Iceberg and Delta Lake do with `evolve = add_columns`"
    ),
    r"ExecutorLostFailure|OutOfMemoryError": (
        "a process that has used too much memory is ended like this: give it more "
        "(`spark.executor.memory`, `spark.executor.memoryOverhead` for Python, "
        "`spark.driver.memory`), or let each task do less (`spark.sql.shuffle.partitions`)"
    ),
}


def find_help(message: str) -> str | None:
    """What to do about a failure of this message; None where the message has to be enough."""
    return next((text for cause, text in _HELP.items() if re.search(cause, message)), None)

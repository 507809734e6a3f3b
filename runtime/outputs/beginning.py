"""The log of a file sink that does not begin with batch 0."""

from ssbt.runtime.files.stores import Files
from ssbt.runtime.outputs.folders import LOG


def begin_log(files: Files, folder: str, number: int, interval: int) -> None:
    """Let the log of a sink whose first batch has this number be one that Spark can read.

    Readers want an entry for each batch since the last one that sums up those before it, which is
    each of `interval` batches. A sink that joins a stream of others has none of them.
    """
    log, new_log = f"{folder.rstrip('/')}/{LOG}", f"{folder.rstrip('/')}/_ssbt/first{LOG}"
    if number == 0 or files.names(log):
        return
    files.delete(new_log, whole=True)
    first = max(number // interval * interval - 1, 0)
    for batch in range(first, number):
        is_sum = (batch + 1) % interval == 0
        files.write(f"{new_log}/{batch}{'.compact' if is_sum else ''}", "v1")
    files.rename(new_log, log)

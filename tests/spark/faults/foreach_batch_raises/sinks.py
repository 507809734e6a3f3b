"""Where batches go."""


def kept(rows, batch):
    raise ConnectionError(f"no room for batch {batch} of {rows.count()} rows")

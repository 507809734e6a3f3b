def masked(rows):
    return rows


def plain(rows):
    return rows

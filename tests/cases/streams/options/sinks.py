def send(rows, batch):
    pass


def sent(rows):
    pass

def send(rows, batch):
    pass

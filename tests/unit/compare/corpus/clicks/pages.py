def put(rows, batch):
    pass

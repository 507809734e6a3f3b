def upsert(rows, batch):
    rows.write.mode("overwrite").parquet(f"lake/upserted/batch={batch}")

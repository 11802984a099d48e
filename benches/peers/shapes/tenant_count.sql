SELECT count(*) FROM events WHERE {rows}

SELECT {bucket}, min(value), max(value), avg(value) FROM events
WHERE {rows} GROUP BY 1

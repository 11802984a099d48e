SELECT {bucket}, count(*), sum(value) FROM events
WHERE {rows} GROUP BY 1

SELECT {bucket}, label, sum(value) FROM events
WHERE {rows} GROUP BY 1, 2

SELECT {bucket}, category, count(*) FROM events
WHERE {rows} GROUP BY 1, 2

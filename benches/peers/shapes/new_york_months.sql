SELECT {bucket}, dim2, dim4, count(*), sum(value) FROM events
WHERE {rows} GROUP BY 1, 2, 3

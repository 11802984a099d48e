SELECT {bucket}, count(DISTINCT visitor_id), count(DISTINCT session_id) FROM events
WHERE {rows} GROUP BY 1
-- phrasing: pairs
SELECT bucket, visitors, sessions
FROM (SELECT bucket, count(*) AS visitors FROM
        (SELECT DISTINCT {bucket} AS bucket, visitor_id FROM events WHERE {rows}) AS pairs GROUP BY bucket) AS v
JOIN (SELECT bucket, count(*) AS sessions FROM
        (SELECT DISTINCT {bucket} AS bucket, session_id FROM events WHERE {rows}) AS pairs GROUP BY bucket) AS s
USING (bucket)

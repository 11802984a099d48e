SELECT visitor_id, count(*) FROM events
WHERE {rows} GROUP BY 1 ORDER BY 2 DESC LIMIT 100

SELECT category, action, count(*), sum(value) FROM events
WHERE {rows} AND session_id = '{session}' GROUP BY 1, 2

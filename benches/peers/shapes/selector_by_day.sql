SELECT {bucket}, count(*), sum(value), avg(value) FROM events
WHERE {rows} AND device_type = 'mobile' GROUP BY 1

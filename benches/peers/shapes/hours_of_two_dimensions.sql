SELECT {bucket}, category, geo_city, count(*) FROM events
WHERE {rows} GROUP BY 1, 2, 3

SELECT {bucket}, category, device_type, geo_country, sum(value) FROM events
WHERE {rows} GROUP BY 1, 2, 3, 4

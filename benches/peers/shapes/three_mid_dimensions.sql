SELECT browser_version, ip_organization, geo_city, count(*), avg(value) FROM events
WHERE {rows} GROUP BY 1, 2, 3

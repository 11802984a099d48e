SELECT {bucket}, count(*) FROM events
WHERE {rows} AND (device_type = 'mobile' OR geo_country IN ('SE', 'NO', 'DK')) AND action <> 'view'
  AND {regex label '-(campaign|blog)-[0-9]+$'} GROUP BY 1

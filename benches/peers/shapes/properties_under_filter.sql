SELECT property, count(*) FROM
  (SELECT {unnest} AS property FROM events
   WHERE {rows} AND {any 'campaign:spring', 'customer:new'}) AS matching
GROUP BY 1

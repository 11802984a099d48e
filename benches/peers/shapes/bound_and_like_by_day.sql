SELECT {bucket}, count(*), sum(value) FROM events
WHERE {rows} AND {between device_screen_width 400 1500} AND {like label '%-campaign-%'} GROUP BY 1

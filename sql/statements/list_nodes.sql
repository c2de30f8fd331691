SELECT worker, host, state, EXTRACT(EPOCH FROM now() - seen_at)::double precision AS seconds_since_seen, code_version
FROM nodes ORDER BY worker;

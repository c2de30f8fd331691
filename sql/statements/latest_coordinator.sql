SELECT epoch, host, process_id, address, EXTRACT(EPOCH FROM now() - heartbeat_at)::double precision AS seconds_since_heartbeat
FROM coordinators ORDER BY epoch DESC LIMIT 1;

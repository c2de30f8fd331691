-- Not while another coordinator is heard: one that a cut network keeps from the others, but not from the database, goes on until it ends itself.
-- A process at the same address is a successor, not another.
INSERT INTO coordinators (host, process_id, address)
SELECT @host, @processId, @address
WHERE NOT EXISTS (
    SELECT FROM coordinators k
    WHERE k.epoch = (SELECT max(epoch) FROM coordinators) AND k.ended_at IS NULL AND k.address <> @address
      AND k.heartbeat_at > now() - make_interval(secs => @quietSeconds))
RETURNING epoch;

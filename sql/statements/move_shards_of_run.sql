UPDATE shards SET state = @state, worker = NULL, incarnation = NULL, device_id = NULL, epoch = NULL, lease_until = NULL,
                  working_cell_id = NULL, share = NULL
WHERE run_id = @runId AND state IN ('queued', 'leased', 'paused');

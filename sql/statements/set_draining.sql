UPDATE nodes SET draining = @draining WHERE worker = @worker AND state = 'present' RETURNING draining;

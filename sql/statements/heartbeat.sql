UPDATE coordinators SET heartbeat_at = now() WHERE epoch = @epoch;

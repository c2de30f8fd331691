UPDATE coordinators SET ended_at = now() WHERE epoch = @epoch;

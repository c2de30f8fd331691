INSERT INTO coordinators (host, process_id, address) VALUES (@host, @processId, @address) RETURNING epoch;

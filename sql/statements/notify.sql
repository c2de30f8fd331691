-- Delivered when the transaction commits, never for one that did not.
SELECT pg_notify('attnsweep', @payload);

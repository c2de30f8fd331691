-- A foreign key costs each row a query of its own and a lock on the row that it points to. These three point from every grant to the very few
-- rows of all of them (the coordinator, the machine), which every transaction then locks; what they hold is read from those tables in the same
-- statement that writes it, and nothing is ever deleted there.
ALTER TABLE shards DROP CONSTRAINT shards_epoch_fkey;
ALTER TABLE attempts DROP CONSTRAINT attempts_epoch_fkey, DROP CONSTRAINT attempts_fingerprint_fkey;

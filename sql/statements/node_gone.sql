-- A newer process of the same name is not gone with the old one.
UPDATE nodes SET state = 'gone', gone_at = now() WHERE worker = @worker AND incarnation = @incarnation AND state = 'present';

UPDATE nodes SET seen_at = now() WHERE worker = ANY (@workers) AND state = 'present';

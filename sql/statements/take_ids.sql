-- Reserves a block of ids. The row stays locked until the submission ends: a rolled-back one gives its numbers back.
UPDATE id_blocks SET next = next + @count WHERE name = @name RETURNING next - @count;

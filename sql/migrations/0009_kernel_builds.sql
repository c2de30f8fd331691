-- Which build of a user's own kernel a cell was planned with: builds are never mixed within a run.
ALTER TABLE cells ADD COLUMN kernel_build text CHECK (kernel_build <> '');
COMMENT ON COLUMN cells.kernel_build IS 'Assembly, version and hash of an own kernel; null for built-in kernels, which the code version names.';

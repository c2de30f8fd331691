-- Input models beside 'independent', their options, and the type that tensors are stored in. Inputs from before were independent, plain and float32.

ALTER TABLE inputs
    ADD COLUMN norm double precision CHECK (norm > 0),
    ADD COLUMN layer_norm boolean NOT NULL DEFAULT false,
    ADD COLUMN mean_v double precision NOT NULL DEFAULT 0,
    ADD COLUMN rho double precision NOT NULL DEFAULT 0 CHECK (rho > -1 AND rho < 1),
    ADD COLUMN rho_d double precision NOT NULL DEFAULT 0 CHECK (rho_d > -1 AND rho_d < 1),
    ADD COLUMN nu double precision CHECK (nu > 2),
    ADD COLUMN outliers integer NOT NULL DEFAULT 0 CHECK (outliers >= 0),
    ADD COLUMN outlier_scale double precision NOT NULL DEFAULT 1 CHECK (outlier_scale > 0),
    ADD COLUMN dtype text NOT NULL DEFAULT 'float32' CHECK (dtype IN ('float32', 'float16', 'bfloat16')),
    ADD COLUMN file_path text CHECK (file_path <> ''),
    ADD COLUMN file_sha256 text CHECK (file_sha256 ~ '^[0-9a-f]{64}$'),
    ADD CONSTRAINT inputs_known_model CHECK (model IN ('independent', 'shared', 'xwx', 'file')),
    ADD CONSTRAINT inputs_xwx_has_a_norm CHECK ((norm IS NOT NULL) = (model = 'xwx')),
    ADD CONSTRAINT inputs_file_has_a_file CHECK (num_nonnulls(file_path, file_sha256) = CASE WHEN model = 'file' THEN 2 ELSE 0 END),
    ADD CONSTRAINT inputs_file_is_not_drawn CHECK (
        model <> 'file' OR (NOT layer_norm AND mean_v = 0 AND rho = 0 AND rho_d = 0 AND nu IS NULL AND outliers = 0)),
    ADD CONSTRAINT inputs_outliers_are_channels CHECK (outliers <= d AND (outliers > 0 OR outlier_scale = 1));

COMMENT ON COLUMN inputs.model IS 'How Q, K and V are made: independent, shared (Q = K = X), xwx (Q = X W, K = X) or file.';
COMMENT ON COLUMN inputs.sigma IS 'Standard deviation of the drawn entries of Q and K (of X); for a file, a factor of its Q and K.';
COMMENT ON COLUMN inputs.norm IS 'Frobenius norm of each head''s W; null unless the model is xwx.';
COMMENT ON COLUMN inputs.layer_norm IS 'Rows of Q and K (of X) are brought to mean 0 and variance 1 before sigma.';
COMMENT ON COLUMN inputs.mean_v IS 'Mean of the entries of V.';
COMMENT ON COLUMN inputs.rho IS 'Correlation of neighbouring rows: AR(1) along the sequence.';
COMMENT ON COLUMN inputs.rho_d IS 'Correlation of neighbouring entries of a row: AR(1) across the dimensions.';
COMMENT ON COLUMN inputs.nu IS 'Degrees of freedom of Student''s t that entries are drawn from, scaled to the same variance; null: normal.';
COMMENT ON COLUMN inputs.outliers IS 'How many channels of Q and K (of X), the first ones, are multiplied by outlier_scale.';
COMMENT ON COLUMN inputs.outlier_scale IS 'Factor of the outlier channels.';
COMMENT ON COLUMN inputs.dtype IS 'Type that Q, K and V are rounded to before anything sees them; kernels compute in float32.';
COMMENT ON COLUMN inputs.file_path IS 'The safetensors file as workers find it; null unless the model is file.';
COMMENT ON COLUMN inputs.file_sha256 IS 'SHA-256 of that file; a worker with another one refuses the cell.';

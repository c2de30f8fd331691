namespace AttnSweep.Results;

/// <summary>Other distances of an output from dense attention in double precision, the verified rows taken as one vector.</summary>
/// <param name="RelativeL1">Sum of absolute errors over the sum of absolute values.</param>
/// <param name="Cosine">1 where the two point the same way, 0 where one of them is zero.</param>
public sealed record OutputDistance(double RelativeL1, double Cosine, double RootMeanSquare);

/// <summary>Of a kernel that estimates with sampled keys, on the verified rows.</summary>
/// <param name="LogSum">Root mean square error of ln sum exp(score).</param>
/// <param name="RowSumRatio">kappa: the largest over the smallest of the rows' sums of exp(score) over the keys that are not computed exactly.</param>
/// <param name="BucketGain">Softmax mass of the keys in the query's own hash bucket over their share of the keys; null where nothing is hashed or no bucket holds a key.</param>
public sealed record EstimateError(double LogSum, double RowSumRatio, double? BucketGain);

/// <summary>What storing Q, K and V in a narrow type does before any kernel computes, in double precision, on the verified rows.</summary>
/// <param name="RelativeFrobenius">||O' - O||_F / ||O||_F of dense attention on the rounded and on the float32 tensors.</param>
/// <param name="MaxAbsolute">max |O' - O| of the same.</param>
/// <param name="SelectionChanged">Share of the keys that the kernel keeps and would not keep on the float32 tensors; null for dense kernels.</param>
public sealed record StorageError(double RelativeFrobenius, double MaxAbsolute, double? SelectionChanged);

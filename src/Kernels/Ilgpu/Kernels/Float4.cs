namespace AttnSweep.Kernels.Ilgpu.Kernels;

/// <summary>Four floats that one 128-bit instruction loads or stores.</summary>
public readonly record struct Float4(float X, float Y, float Z, float W)
{
    public Float4 Times(float factor) => new(X * factor, Y * factor, Z * factor, W * factor);

    /// <summary><paramref name="sum"/> plus the dot product.</summary>
    public float Dot(Float4 other, float sum) => sum + X * other.X + Y * other.Y + Z * other.Z + W * other.W;

    /// <summary><paramref name="sum"/> plus the four vectors, weighted by these four floats.</summary>
    public Float4 Combine(Float4 v0, Float4 v1, Float4 v2, Float4 v3, Float4 sum) => new(
        sum.X + X * v0.X + Y * v1.X + Z * v2.X + W * v3.X,
        sum.Y + X * v0.Y + Y * v1.Y + Z * v2.Y + W * v3.Y,
        sum.Z + X * v0.Z + Y * v1.Z + Z * v2.Z + W * v3.Z,
        sum.W + X * v0.W + Y * v1.W + Z * v2.W + W * v3.W);
}

using ILGPU.Algorithms;

namespace AttnSweep.Kernels.Ilgpu.Kernels;

/// <summary>Four floats that one 128-bit instruction loads or stores.</summary>
public readonly record struct Float4(float X, float Y, float Z, float W)
{
    public Float4 Times(float factor) => new(X * factor, Y * factor, Z * factor, W * factor);

    public Float4 Plus(Float4 other) => new(X + other.X, Y + other.Y, Z + other.Z, W + other.W);

    /// <summary><paramref name="sum"/> plus this times <paramref name="factor"/>.</summary>
    public Float4 TimesPlus(float factor, Float4 sum) =>
        new(sum.X + X * factor, sum.Y + Y * factor, sum.Z + Z * factor, sum.W + W * factor);

    public Float4 Max(Float4 other) =>
        new(XMath.Max(X, other.X), XMath.Max(Y, other.Y), XMath.Max(Z, other.Z), XMath.Max(W, other.W));

    /// <summary>exp of each, less <paramref name="anchor"/>.</summary>
    public Float4 ExpLess(float anchor) =>
        new(XMath.Exp(X - anchor), XMath.Exp(Y - anchor), XMath.Exp(Z - anchor), XMath.Exp(W - anchor));

    public float LargestElement() => XMath.Max(XMath.Max(X, Y), XMath.Max(Z, W));

    public float SumOfElements() => X + Y + (Z + W);
}

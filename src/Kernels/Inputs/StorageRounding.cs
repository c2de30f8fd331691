using System.Globalization;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Inputs;

/// <summary>
/// Rounds tensors to the type that they are stored in, to nearest and ties to even, before anything sees them. The numbers stay float32, so
/// every kernel and the reference compute with what a narrow tensor would hold, and accumulate in float32.
/// </summary>
internal static class StorageRounding
{
    /// <exception cref="InputProblemException">A number is beyond the type's largest.</exception>
    public static void Apply(InputSpec spec, string tensor, float[] values)
    {
        var dtype = spec.Options.DType;
        for (var i = 0; i < values.Length; i++)
        {
            var rounded = dtype switch
            {
                StorageTypes.Half => (float)(Half)values[i],
                StorageTypes.Brain => ToBrain(values[i]),
                _ => values[i],
            };
            if (!float.IsFinite(rounded))
            {
                throw new InputProblemException(WhyNot(spec, tensor, i, values[i]));
            }

            values[i] = rounded;
        }
    }

    /// <summary>The upper 16 bits of a float32, rounded to nearest, ties to even.</summary>
    internal static float ToBrain(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        var rounded = bits + 0x7FFFu + ((bits >> 16) & 1);
        return float.IsFinite(value) ? BitConverter.UInt32BitsToSingle(rounded & 0xFFFF0000u) : value;
    }

    private static string WhyNot(InputSpec spec, string tensor, int index, float value)
    {
        var (row, channel) = (index / spec.D, index % spec.D);
        var where = string.Create(CultureInfo.InvariantCulture, $"{tensor} of head {row / spec.N}, row {row % spec.N}, channel {channel} is {value:G9}");
        if (!float.IsFinite(value))
        {
            return $"{where}; would be a finite number";
        }

        var largest = spec.Options.DType == StorageTypes.Half ? "65504" : "3.3895314e38";
        return $"{spec.Options.DType} overflows: {where}, and its largest number is {largest}; a smaller sigma, norm or outlier_scale, or a wider dtype, would fit";
    }
}

using AttnSweep.Kernels.Devices;
using AttnSweep.Kernels.Inputs;
using AttnSweep.Kernels.Reference;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Tests.Inputs;

/// <summary>Tensors are rounded to what a narrow type would hold, to nearest and ties to even, before anything sees them.</summary>
public sealed class StorageRoundingTests
{
    [Theory]
    [InlineData("bfloat16", 1.00390625f, 1f)]                // halfway between 1 and 1 + 2^-7: to even
    [InlineData("bfloat16", 1.01171875f, 1.015625f)]         // halfway between 1 + 2^-7 and 1 + 2^-6: to even, upwards
    [InlineData("bfloat16", 1.00390637f, 1.0078125f)]        // just above halfway
    [InlineData("bfloat16", -3.14159274f, -3.140625f)]
    [InlineData("bfloat16", 1e-40f, 9.18354962e-41f)]        // subnormal numbers are multiples of 2^-133
    [InlineData("bfloat16", 70123.4f, 70144f)]               // beyond float16, not beyond bfloat16
    [InlineData("float16", 1.00048828125f, 1f)]              // halfway between 1 and 1 + 2^-10
    [InlineData("float16", 1.00146484375f, 1.001953125f)]
    [InlineData("float16", 65519f, 65504f)]                  // rounds to the largest number, not beyond it
    [InlineData("float16", 8.9e-8f, 5.96046448e-8f)]         // the smallest subnormal number
    [InlineData("float16", 2e-8f, 0f)]
    [InlineData("float32", 0.1f, 0.1f)]
    public void A_number_becomes_its_nearest(string dtype, float value, float expected)
    {
        var values = new[] { value, 0f };
        StorageRounding.Apply(Spec(dtype), "Q", values);
        Assert.Equal(BitConverter.SingleToUInt32Bits(expected), BitConverter.SingleToUInt32Bits(values[0]));
        var again = values.ToArray();
        StorageRounding.Apply(Spec(dtype), "Q", again);
        Assert.Equal(values, again);
    }

    [Theory]
    [InlineData("float16", 65520f, "float16 overflows: K of head 0, row 1, channel 0 is 65520, and its largest number is 65504; a smaller sigma, norm or outlier_scale, or a wider dtype, would fit")]
    [InlineData("bfloat16", 3.4e38f, "bfloat16 overflows: K of head 0, row 1, channel 0 is 3.39999995E+38")]
    [InlineData("float32", float.PositiveInfinity, "K of head 0, row 1, channel 0 is Infinity; would be a finite number")]
    public void An_overflow_is_told_with_its_place(string dtype, float value, string told)
    {
        var problem = Assert.Throws<InputProblemException>(() => StorageRounding.Apply(Spec(dtype), "K", [1, 2, value, 3]));
        Assert.StartsWith(told, problem.Message, StringComparison.Ordinal);
        Assert.False(problem.IsOfThisMachine);
    }

    [Fact]
    public void An_input_that_overflows_is_not_made()
    {
        var spec = new InputSpec(InputModels.Independent, 1, 64, 16, 1, 1, false) { Options = new() { Outliers = 1, OutlierScale = 1e5, DType = "float16" } };
        Assert.StartsWith("float16 overflows: Q of head 0, row ", Assert.Throws<InputProblemException>(() => AttentionInput.Create(spec)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("float16", 0.0005)]
    [InlineData("bfloat16", 0.004)]
    public void Kernels_and_reference_see_the_rounded_numbers(string dtype, double relative)
    {
        var spec = new InputSpec(InputModels.Independent, 1, 96, 32, 1, 5, false);
        var (full, narrow) = (AttentionInput.Create(spec), AttentionInput.Create(spec with { Options = new() { DType = dtype } }));
        foreach (var (exact, rounded) in new[] { (full.Q, narrow.Q), (full.K, narrow.K), (full.V, narrow.V) })
        {
            Assert.NotEqual(exact, rounded);
            Assert.All(exact.Zip(rounded), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, (relative * Math.Abs(pair.First)) + 1e-7));
        }

        using var device = DeviceCatalogue.Open("cpu-simd", new DeviceOptions(1));
        using var kernel = device.Prepare(KernelSpec.Plain("flash"), narrow);
        kernel.Launch(1);
        var output = new float[narrow.Q.Length];
        kernel.ReadOutput(output);
        // Right for the rounded input, and not for the exact one: the verifier tells the two apart.
        Assert.True(new KernelVerifier(narrow, 96).Check(KernelSpec.Plain("flash"), output).IsRight);
        Assert.False(new KernelVerifier(full, 96).Check(KernelSpec.Plain("flash"), output).IsRight);
    }

    private static InputSpec Spec(string dtype) => new(InputModels.Independent, 1, 2, 2, 1, 1, false) { Options = new() { DType = dtype } };
}

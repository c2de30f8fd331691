using System.Reflection;
using AttnSweep.Kernels.Ilgpu.Kernels;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime.Cuda;

namespace AttnSweep.Kernels.Tests.Ptx;

/// <summary>Every device function as the text that a CUDA driver would get. None of it runs here.</summary>
[Trait("Backend", "ilgpu"), Collection("ilgpu")]
public sealed class DeviceFunctionTests
{
    /// <summary>
    /// Device functions that may keep variables in local memory (slow: it is device memory), each with the reason. The others are hot:
    /// they run over every score, or over every key of a row.
    /// </summary>
    private static readonly Dictionary<string, string> LocalMemoryAllowed = [];

    /// <summary>Every public static void method beside the kernels is an entry point: a new one is linted without being listed.</summary>
    internal static readonly Dictionary<string, MethodInfo> Functions = typeof(TiledAttention).Assembly.GetTypes()
        .Where(t => t.Namespace == typeof(TiledAttention).Namespace && t is { IsPublic: true, IsAbstract: true, IsSealed: true })
        .SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly))
        .Where(m => m.ReturnType == typeof(void))
        .SelectMany(Instances)
        .ToDictionary(m => $"{m.DeclaringType!.Name}.{m.Name}{string.Concat(m.GetGenericArguments().Select(t => $"<{t.Name}>"))}");

    public static TheoryData<string, CudaArchitecture> Cases
    {
        get
        {
            var cases = new TheoryData<string, CudaArchitecture>();
            foreach (var name in Functions.Keys)
            {
                cases.Add(name, CudaArchitecture.SM_80);
                cases.Add(name, CudaArchitecture.SM_90);
            }

            return cases;
        }
    }

    private static IEnumerable<MethodInfo> Instances(MethodInfo method) => method.IsGenericMethodDefinition
        ? typeof(TiledAttention).Assembly.GetTypes().Where(t => t.IsValueType && t.IsAssignableTo(typeof(ITileShape))).Select(t => method.MakeGenericMethod(t))
        : [method];

    [Theory, MemberData(nameof(Cases))]
    public void The_text_is_clean(string function, CudaArchitecture architecture)
    {
        var ptx = PtxCompiler.Compile(Functions[function], architecture);
        Assert.Empty(PtxLint.Check(ptx, LocalMemoryAllowed.ContainsKey(function)));
    }

    [Fact]
    public void Every_step_of_the_kernels_is_among_them() => Assert.Superset(
        new HashSet<string>
        {
            "MaterialisedScores.Score", "MaterialisedScores.Weigh", "MaterialisedScores.WeighTopK", "MaterialisedScores.Combine",
            "MaterialisedScores.WeighWithin", "TopPWeights.Weigh", "SampleTopKWeights.Weigh", "HyperSort.Hash", "HyperSort.Merge", "HyperSort.Invert",
            "HyperAttention.Run<Narrow>", "HyperAttention.Run<Medium>", "HyperAttention.Run<Wide>", "HyperAttention.Normalise",
            "BlockSelection.Mean", "BlockSelection.Select", "TiledAttention.Run<Narrow>", "TiledAttention.Run<Medium>", "TiledAttention.Run<Wide>",
        },
        new HashSet<string>(Functions.Keys));

    [Fact]
    public void Allowances_are_for_functions_that_exist_and_need_them() => Assert.All(LocalMemoryAllowed, allowance =>
    {
        Assert.NotEmpty(allowance.Value);
        Assert.NotEmpty(PtxLint.Check(PtxCompiler.Compile(Functions[allowance.Key], CudaArchitecture.SM_80)));
    });

    [Theory]
    [InlineData("TiledAttention", "Narrow", 32, 64, 64)]
    [InlineData("TiledAttention", "Medium", 32, 16, 128)]
    [InlineData("TiledAttention", "Wide", 16, 8, 256)]
    [InlineData("HyperAttention", "Narrow", 32, 64, 64)]
    [InlineData("HyperAttention", "Medium", 32, 16, 128)]
    [InlineData("HyperAttention", "Wide", 16, 8, 256)]
    public void Tiled_attention_moves_vectors_and_uses_the_fast_exponential(string kernel, string shape, int rows, int keys, int d)
    {
        var ptx = PtxCompiler.Compile(Functions[$"{kernel}.Run<{shape}>"], CudaArchitecture.SM_80);
        // Q and keys in columns, accumulators and scores in rows, padded by a vector all but Q; and three values a row; all in floats.
        Assert.Equal(4 * ((rows * d) + (d * (keys + 4)) + (rows * (d + 4)) + (rows * (keys + 4)) + (3 * rows)), PtxLint.SharedBytes(ptx));
        Assert.Contains("ex2.approx", ptx, StringComparison.Ordinal);
        foreach (var access in new[] { "ld.global.v4", "ld.shared.v4", "st.shared.v4" })
            Assert.Contains(access, ptx, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(BadDeviceCode.CallsAMathFunctionThatPtxLacks), "external function FusedMultiplyAdd")]
    [InlineData(nameof(BadDeviceCode.IndexesLocalMemoryByALoop), "local memory")]
    [InlineData(nameof(BadDeviceCode.SharesWithoutABarrier), "shared memory without a barrier")]
    [InlineData(nameof(BadDeviceCode.SharesTooMuch), "65536 bytes of shared memory, more than 49152")]
    public void Bad_device_code_is_found_through_the_same_compiler(string function, string finding) => Assert.Contains(
        PtxLint.Check(PtxCompiler.Compile(typeof(BadDeviceCode).GetMethod(function)!, CudaArchitecture.SM_80)),
        found => found.Contains(finding, StringComparison.Ordinal));
}

/// <summary>One fault each.</summary>
public static class BadDeviceCode
{
    public static void CallsAMathFunctionThatPtxLacks(Index1D index, ArrayView<float> view) =>
        view[index] = MathF.FusedMultiplyAdd(view[index], view[index], 1f);

    public static void IndexesLocalMemoryByALoop(Index1D index, int count, ArrayView<float> view)
    {
        var sums = LocalMemory.Allocate<float>(8);
        for (var i = 0; i < count; i++)
            sums[i & 7] = XMath.Max(sums[(i + 3) & 7], view[i]);
        view[index] = sums[count & 7];
    }

    public static void SharesWithoutABarrier(int unused, ArrayView<float> view)
    {
        var tile = SharedMemory.Allocate<float>(64);
        tile[Group.IdxX] = view[Group.IdxX];
        view[Group.IdxX] = tile[unused];
    }

    public static void SharesTooMuch(int unused, ArrayView<float> view)
    {
        var tile = SharedMemory.Allocate<float>(16384);
        tile[Group.IdxX] = view[Group.IdxX];
        Group.Barrier();
        view[Group.IdxX] = tile[unused];
    }
}

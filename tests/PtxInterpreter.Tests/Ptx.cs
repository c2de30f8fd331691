using System.Globalization;
using AttnSweep.PtxInterpreter.Execution;
using AttnSweep.PtxInterpreter.Memory;
using AttnSweep.PtxInterpreter.Reports;

namespace AttnSweep.PtxInterpreter.Tests;

/// <summary>Small kernels written by hand: a body between a fixed head and tail.</summary>
internal static class Ptx
{
    /// <summary>
    /// A kernel <c>k</c> with the addresses of two buffers in %rd1 (in) and %rd2 (out), the thread's number in %r0, and %rd3 = out +
    /// 8 * thread. Registers of every type are declared.
    /// </summary>
    public static string Kernel(string body, string module = "") => $$"""
        .version 8.0
        .target sm_80
        .address_size 64
        {{module}}
        .visible .entry k(.param .b64 in, .param .b64 out)
        {
            .reg .pred %p<10>;
            .reg .b16 %h<10>;
            .reg .b32 %r<30>;
            .reg .b64 %rd<30>;
            .reg .f32 %f<20>;
            .reg .f64 %fd<10>;
            ld.param.b64 %rd1, [in];
            ld.param.b64 %rd2, [out];
            mov.b32 %r0, %tid.x;
            mul.wide.u32 %rd3, %r0, 8;
            add.u64 %rd3, %rd2, %rd3;
            {{body}}
        }
        """;

    /// <summary>Line of the text where something stands, from 1.</summary>
    public static int LineOf(string text, string part) => text.AsSpan(0, text.IndexOf(part, StringComparison.Ordinal)).Count('\n') + 1;

    public static LaunchReport Run(string text, int threads = 1, int blocks = 1, int inBytes = 1024, int outBytes = 8192, bool isWritten = true, PtxOptions? options = null) =>
        Run(text, out _, threads, blocks, inBytes, outBytes, isWritten, options);

    public static LaunchReport Run(
        string text, out ulong[] output, int threads = 1, int blocks = 1, int inBytes = 1024, int outBytes = 8192, bool isWritten = true, PtxOptions? options = null)
    {
        var memory = new GlobalMemory();
        var (from, to) = (memory.Allocate(inBytes, "in"), memory.Allocate(outBytes, "out"));
        if (isWritten)
        {
            from.Fill(0);
            to.Fill(0);
        }

        var report = PtxModule.Load(text, memory).Launch("k", new Dim3(blocks), new Dim3(threads), [PtxArgument.Of(from), PtxArgument.Of(to)], options: options);
        output = new ulong[outBytes / 8];
        to.Read<ulong>(output);
        return report;
    }

    /// <summary>Runs the body in one thread; it stores its result to [%rd3].</summary>
    public static ulong Result(string body)
    {
        var report = Run(Kernel(body + " ret;"), out var output);
        Assert.Empty(report.Findings);
        return output[0];
    }

    public static float Single(string body) => BitConverter.UInt32BitsToSingle((uint)Result(body));

    /// <summary>As PTX writes it.</summary>
    public static string Text(float value) => "0f" + BitConverter.SingleToUInt32Bits(value).ToString("X8", CultureInfo.InvariantCulture);

    public static string Text(double value) => "0d" + BitConverter.DoubleToUInt64Bits(value).ToString("X16", CultureInfo.InvariantCulture);
}

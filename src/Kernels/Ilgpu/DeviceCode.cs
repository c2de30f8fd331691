using System.Reflection;

namespace AttnSweep.Kernels.Ilgpu;

/// <summary>
/// Which device function runs as a step of a kernel: the product's own, or, in tests, one made wrong on purpose, so that a mutant
/// takes the whole path of a real kernel.
/// </summary>
internal sealed class DeviceCode(Func<MethodInfo, MethodInfo> replace)
{
    public static DeviceCode Own { get; } = new(method => method);

    public TFunction Of<TFunction>(TFunction own)
        where TFunction : Delegate => own.Method is var method && replace(method) is var chosen && chosen == method
            ? own
            : chosen.CreateDelegate<TFunction>();
}

using System.Reflection;
using AttnSweep.Kernels.Ilgpu;

namespace AttnSweep.Kernels.Tests.Mutants;

/// <summary>The device code made wrong on purpose, by the names of Mutants.targets.</summary>
internal static class KernelMutants
{
    /// <summary>Every class that the mutant's file holds replaces the product's class of its name.</summary>
    /// <param name="name">One of Mutants.targets.</param>
    public static DeviceCode Of(string name)
    {
        var place = $"{typeof(KernelMutants).Namespace}.{name}";
        var types = typeof(KernelMutants).Assembly.GetTypes().Where(t => t.Namespace == place).ToDictionary(t => t.Name);
        Assert.NotEmpty(types);
        return new DeviceCode(own => types.TryGetValue(own.DeclaringType!.Name, out var type) ? Counterpart(type, own) : own);
    }

    private static MethodInfo Counterpart(Type type, MethodInfo own)
    {
        var wrong = type.GetMethod(own.Name)!;
        return own.IsGenericMethod ? wrong.MakeGenericMethod(own.GetGenericArguments()) : wrong;
    }
}

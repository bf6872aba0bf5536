using Defacer.Dicom.Pixels.Sandbox;
using Wasmtime;
using Xunit;

namespace Defacer.Dicom.Tests.Pixels.Sandbox;

/// <summary>What a guest must not do, it cannot do: run for ever, take memory, reach outside, call the host at will.</summary>
public sealed class GuestTests
{
    private const string Text = """
        (module
          (import "a" "i" (func $host (result i32)))
          (memory (export "memory") 1)
          (table (export "table") 1 funcref)
          (func (export "spin") (loop br 0))
          (func (export "eat") (result i32)
            (loop (br_if 0 (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
            (memory.size))
          (func (export "reach") (result i32) (i32.load (i32.const -4)))
          (func $deep (export "deep") (call $deep))
          (func (export "ask") (result i32) (call $host))
          (func (export "answer") (result i32) (i32.const 42)))
        """;

    private static readonly CodecTable s_table = new()
    {
        Name = "test",
        Package = "none",
        Sha256 = string.Empty,
        Memory = "memory",
        Table = "table",
        Imports = new Dictionary<string, string>(StringComparer.Ordinal) { ["i"] = "host" },
        Exports = new Dictionary<string, string>(StringComparer.Ordinal),
    };

    [Fact]
    public void Call_EndlessLoop_EndsAtTheDeadline()
    {
        using var guest = Create();
        guest.Begin(new SandboxLimits { Deadline = TimeSpan.FromMilliseconds(200) }, CancellationToken.None);
        using var ticking = SandboxEngine.Shared.Tick();

        var e = Assert.ThrowsAny<WasmtimeException>(() => guest.Call("spin"));

        Assert.Equal(SandboxFault.Deadline, Inner<SandboxException>(e).Fault);
    }

    [Fact]
    public void Call_EndlessLoopCancelled_Ends()
    {
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        using var guest = Create();
        guest.Begin(new SandboxLimits(), cancellation.Token);
        using var ticking = SandboxEngine.Shared.Tick();

        var e = Assert.ThrowsAny<WasmtimeException>(() => guest.Call("spin"));

        Inner<OperationCanceledException>(e);
    }

    [Fact]
    public void Call_TakingMemory_GetsNoMoreThanItsLimit()
    {
        using var guest = Create();
        guest.Begin(new SandboxLimits { MemoryBytes = 4 << 20 }, CancellationToken.None);

        var pages = guest.Call("eat");

        Assert.InRange(pages, 1, (4 << 20) / Memory.PageSize);
    }

    [Theory]
    [InlineData("reach", TrapCode.MemoryOutOfBounds)]
    [InlineData("deep", TrapCode.StackOverflow)]
    public void Call_WhatNoProgramMay_Traps(string function, TrapCode code)
    {
        using var guest = Create();

        var e = Assert.Throws<TrapException>(() => guest.Call(function));

        Assert.Equal(code, e.Type);
        Assert.Equal(42, guest.Call("answer"));
    }

    [Fact]
    public void Call_HostFunctionThatRefuses_EndsTheCall()
    {
        using var guest = Create();

        var e = Assert.ThrowsAny<WasmtimeException>(() => guest.Call("ask"));

        Assert.Equal(SandboxFault.Refused, Inner<SandboxException>(e).Fault);
    }

    [Theory]
    [InlineData(-1, 4)]
    [InlineData(65535, 2)]
    [InlineData(0, -1)]
    public void Bytes_OutsideTheMemory_AreRefused(int address, int length)
    {
        using var guest = Create();

        var e = Assert.Throws<SandboxException>(() => guest.Bytes(address, length).ToArray());

        Assert.Equal(SandboxFault.Refused, e.Fault);
    }

    [Fact]
    public void Load_ModuleOfAnotherHash_IsNotRun()
    {
        var other = CodecTable.CharLS with { Sha256 = new string('0', 64) };

        Assert.Throws<InvalidDataException>(() => SandboxEngine.Shared.Load(other));
    }

    private static Guest Create()
    {
        using var module = Module.FromText(SandboxEngine.Shared.Engine, "test", Text);
        return new Guest(
            SandboxEngine.Shared,
            module,
            s_table,
            _ => _ => throw new SandboxException(SandboxFault.Refused, "not here"));
    }

    private static T Inner<T>(Exception e)
        where T : Exception
    {
        for (Exception? inner = e; inner is not null; inner = inner.InnerException)
        {
            if (inner is T found)
            {
                return found;
            }
        }

        throw new Xunit.Sdk.XunitException($"No {typeof(T).Name} in {e}");
    }
}

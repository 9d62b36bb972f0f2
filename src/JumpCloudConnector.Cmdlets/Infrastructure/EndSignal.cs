#if NET
using System.Runtime.InteropServices;
#endif

namespace JumpCloudConnector.Cmdlets;

/// <summary>
/// Ends work at SIGTERM, with which a service is stopped and at which PowerShell would end at once. Windows knows no such
/// signal.
/// </summary>
internal sealed class EndSignal : IDisposable
{
#if NET
    private readonly PosixSignalRegistration? _registration;

    public EndSignal(CancellationTokenSource end)
    {
        if (OperatingSystem.IsWindows()) return;
        _registration = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            try
            {
                end.Cancel();
            }
            catch (Exception e) when (e is AggregateException or ObjectDisposedException)
            {
                // It has ended already, or a callback of the work's failed; the signal's thread must not end the process.
            }
        });
    }

    public void Dispose() => _registration?.Dispose();
#else
    public EndSignal(CancellationTokenSource end) => _ = end;

    public void Dispose()
    {
    }
#endif
}

using System.Runtime.InteropServices;
using JumpCloudConnector.Scheduling;

namespace JumpCloudConnector.Cmdlets;

/// <summary>The scheduler of this machine.</summary>
internal static class Schedulers
{
    public static bool IsWindows => RuntimeInformation.IsOSPlatform(OSPlatform.Windows);

    /// <exception cref="JcException">SchedulerNotSupported.</exception>
    public static ICollectionScheduler Current() =>
        IsWindows ? new WindowsTaskScheduler()
        : RuntimeInformation.IsOSPlatform(OSPlatform.Linux) ? new SystemdScheduler()
        : throw new JcException("SchedulerNotSupported", JcErrorKind.InvalidInput,
            "Tasks can be registered with the Windows Task Scheduler and with systemd. Here, let the system's own scheduler run Start-JcCollection.ps1, which lies in the module's folder.");
}

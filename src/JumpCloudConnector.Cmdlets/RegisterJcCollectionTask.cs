using System.Management.Automation;
using JumpCloudConnector.Scheduling;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Lets the system's scheduler collect: the Windows Task Scheduler, or systemd.</summary>
[Cmdlet(VerbsLifecycle.Register, Nouns.CollectionTask, SupportsShouldProcess = true)]
[OutputType(typeof(CollectionTaskInfo))]
public sealed class RegisterJcCollectionTask : StoreCmdlet
{
    /// <summary>The task's name.</summary>
    [Parameter(Position = 0)]
    public string Name { get; set; } = CollectionTask.DefaultName;

    /// <summary>Minutes between two runs. What is not due is left alone.</summary>
    [Parameter]
    [IntTransformation(Largest = 1440)]
    public int IntervalMinutes { get; set; } = 1;

    /// <summary>One run that goes on, and is begun again when it ends, instead of one every few minutes.</summary>
    [Parameter]
    public SwitchParameter Continuous { get; set; }

    /// <summary>The account: SYSTEM (the default on Windows), a managed service account (DOMAIN\name$), or a user of Linux.</summary>
    [Parameter]
    public string? Account { get; set; }

    /// <summary>A user with a password, on Windows.</summary>
    [Parameter]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>Replaces a task of that name.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing() => Guard(Name, () =>
    {
        if (Account is not null && Credential is not null)
        {
            throw new JcException("AccountAndCredential", JcErrorKind.InvalidInput,
                "-Account and -Credential each say whom the task runs as. Give -Credential for a user with a password, -Account for SYSTEM, a managed service account or a user of Linux.", Account);
        }

        string account = Credential?.UserName ?? Account ?? (Schedulers.IsWindows ? "SYSTEM" : Environment.UserName);
        string module = MyInvocation.MyCommand.Module?.ModuleBase is { } folder ? RootOf(folder) : throw new JcException(
            "ModuleNotFound", JcErrorKind.NotFound, "The folder of the module is not known. Import the module by its manifest and try again.");
        CollectionTask task = new()
        {
            Name = Name,
            HostPath = HostPath(),
            ScriptPath = Path.Combine(module, "Start-JcCollection.ps1"),
            ModulePath = Path.Combine(module, "JumpCloudConnector.psd1"),
            StorePath = StoreFolder.Resolve(ResolveStorePath()),
            KeyRingPath = StoreFolder.ResolveKeyRing(),
            IntervalMinutes = IntervalMinutes,
            Continuous = Continuous,
            Account = account,
        };
        task.Check();
        ICollectionScheduler scheduler = Schedulers.Current();
        bool system = account.ToUpperInvariant() is "SYSTEM" or "S-1-5-18" or @"NT AUTHORITY\SYSTEM";
        StoreAccess.CheckModule(module, task.HostPath, account, isPrivileged: Schedulers.IsWindows ? Credential is null : account == "root");
        if (!ShouldProcess(
            $"Create the task '{Name}' as '{account}' with this definition, and let that account use '{task.StorePath}' and '{task.KeyRingPath}':{Environment.NewLine}{scheduler.Describe(task)}",
            $"Create the task '{Name}' as '{account}'?", "Register-JcCollectionTask"))
        {
            return;
        }

        // Elsewhere than on Windows this only looks; there it changes, and only once the scheduler has taken the task.
        if (!Schedulers.IsWindows) GrantAccess(task, system);
        CollectionTaskInfo made = scheduler.Register(task, Credential?.Password, Force);
        if (Schedulers.IsWindows) GrantAccess(task, system);
        WriteObject(made);
    });

    private static void GrantAccess(CollectionTask task, bool isSystem)
    {
        StoreAccess.Grant(task.StorePath, task.Account, isSystem);
        StoreAccess.Grant(task.KeyRingPath, task.Account, isSystem);
    }

    // The assembly's own module lies in bin/<framework> of the one that people import.
    private static string RootOf(string folder)
    {
        DirectoryInfo? level = new(folder);
        while (level is not null && !File.Exists(Path.Combine(level.FullName, "JumpCloudConnector.psd1"))) level = level.Parent;
        return level?.FullName ?? folder;
    }

    // The PowerShell that runs this, not what the path happens to find when the task starts.
    private string HostPath()
    {
        string home = (string)SessionState.PSVariable.GetValue("PSHOME", "");
        string[] names = Schedulers.IsWindows ? ["pwsh.exe", "powershell.exe"] : ["pwsh"];
        return names.Select(n => Path.Combine(home, n)).FirstOrDefault(File.Exists) ?? throw new JcException(
            "HostNotFound", JcErrorKind.NotFound, $"There is no {string.Join(" or ", names)} in '{home}'. Run this in Windows PowerShell or PowerShell 7.", home);
    }
}

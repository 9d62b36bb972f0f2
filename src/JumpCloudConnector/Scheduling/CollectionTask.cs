namespace JumpCloudConnector.Scheduling;

/// <summary>A task that is to collect: what the scheduler is told to run, when and as whom.</summary>
public sealed record CollectionTask
{
    /// <summary>Its name where none is given.</summary>
    public const string DefaultName = "JumpCloudConnector";

    /// <summary>The name in the scheduler: letters, digits, '-' and '_'.</summary>
    public required string Name { get; init; }

    /// <summary>The full path of the PowerShell that runs it.</summary>
    public required string HostPath { get; init; }

    /// <summary>The full path of the script it runs, Start-JcCollection.ps1.</summary>
    public required string ScriptPath { get; init; }

    /// <summary>The full path of the module's manifest, which the script imports.</summary>
    public required string ModulePath { get; init; }

    /// <summary>The store's folder.</summary>
    public required string StorePath { get; init; }

    /// <summary>The key ring's folder.</summary>
    public required string KeyRingPath { get; init; }

    /// <summary>Minutes between two runs.</summary>
    public int IntervalMinutes { get; init; } = 1;

    /// <summary>True for one run that goes on for ever, which the scheduler keeps alive.</summary>
    public bool Continuous { get; init; }

    /// <summary>The account that it runs as: SYSTEM, DOMAIN\\user, a managed service account (ending in $), or a user of Linux.</summary>
    public required string Account { get; init; }

    /// <summary>Checks what an administrator chose.</summary>
    /// <exception cref="JcException">InvalidTaskName, InvalidInterval or InvalidPath.</exception>
    public void Check()
    {
        bool named = Name.Length is > 0 and <= 64;
        foreach (char character in Name) named &= character is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '-' or '_';
        if (!named)
        {
            throw new JcException("InvalidTaskName", JcErrorKind.InvalidInput,
                $"'{Name}' is no name for a task. Use 1 to 64 letters, digits, '-' and '_'.", Name);
        }

        if (IntervalMinutes is < 1 or > 1440)
        {
            throw new JcException("InvalidInterval", JcErrorKind.InvalidInput,
                $"A task cannot run every {IntervalMinutes} minutes. Give 1 to 1440; 1 is the default, and a run with nothing due costs next to nothing.", Name);
        }

        foreach (string path in (string[])[HostPath, ScriptPath, ModulePath, StorePath, KeyRingPath])
        {
            // Neither schedulers nor PowerShell's command line have a way to write these that all of them read alike.
            if (path.IndexOfAny(['"', '\n', '\r', '%', '$']) >= 0)
            {
                throw new JcException("InvalidPath", JcErrorKind.InvalidInput,
                    $"The path '{path}' has a quotation mark, '%', '$' or a line break, which a task's command line cannot hold safely. Use another folder.", path);
            }
        }
    }

    // Windows clients forbid scripts by default, and what an administrator allowed for himself does not hold for SYSTEM. The
    // script and its folder were checked to be changeable by the trusted alone.
    private string[] ExecutionPolicy => HostPath.EndsWith(".exe", StringComparison.OrdinalIgnoreCase) ? ["-ExecutionPolicy", "Bypass"] : [];

    /// <summary>What PowerShell is given, one by one.</summary>
    internal IReadOnlyList<string> Arguments() =>
    [
        "-NoProfile", "-NonInteractive", .. ExecutionPolicy, "-File", ScriptPath, "-ModulePath", ModulePath, "-StorePath", StorePath, "-KeyRingPath", KeyRingPath,
        .. Continuous ? (string[])["-Continuous"] : [],
    ];
}

/// <summary>A task as the scheduler knows it.</summary>
public sealed record CollectionTaskInfo
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Which scheduler: WindowsTaskScheduler, SystemdSystem or SystemdUser.</summary>
    public required string Scheduler { get; init; }

    /// <summary>What the scheduler says of it, such as Ready, Running or active.</summary>
    public required string State { get; init; }

    /// <summary>The account that it runs as.</summary>
    public string? Account { get; init; }

    /// <summary>What it runs.</summary>
    public string? Command { get; init; }

    /// <summary>When it last ran, where the scheduler tells.</summary>
    public DateTimeOffset? LastRun { get; init; }

    /// <summary>The exit code of the last run, where the scheduler tells: 0 all good, 2 some streams failed, 3 all failed, 4 store
    /// or configuration, 5 nothing ran because another process was collecting.</summary>
    public int? LastResult { get; init; }

    /// <summary>When it runs next, where the scheduler tells.</summary>
    public DateTimeOffset? NextRun { get; init; }

    /// <summary>The refusal of a task that is not there.</summary>
    /// <param name="name">What was asked for.</param>
    /// <param name="known">The tasks there are.</param>
    public static JcException NotFound(string name, IEnumerable<string> known) => new("TaskNotFound", JcErrorKind.NotFound,
        $"There is no task '{name}'. {Likeness.Question(name, known)}Get-JcCollectionTask lists those there are.", name);
}

/// <summary>Where tasks are registered: the Windows Task Scheduler, or systemd.</summary>
public interface ICollectionScheduler
{
    /// <summary>What would be created, to the letter.</summary>
    string Describe(CollectionTask task);

    /// <summary>Creates a task.</summary>
    /// <param name="task">What it is.</param>
    /// <param name="password">The account's password, where it needs one.</param>
    /// <param name="replace">True to replace one of the same name.</param>
    /// <exception cref="JcException">TaskExists or SchedulerFailed.</exception>
    CollectionTaskInfo Register(CollectionTask task, System.Security.SecureString? password, bool replace);

    /// <summary>The tasks of this module.</summary>
    /// <exception cref="JcException">SchedulerFailed.</exception>
    IReadOnlyList<CollectionTaskInfo> Find();

    /// <summary>Removes a task.</summary>
    /// <exception cref="JcException">SchedulerFailed.</exception>
    void Unregister(string name);
}

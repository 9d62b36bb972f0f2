using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Security;

namespace JumpCloudConnector.Scheduling;

/// <summary>Tasks in systemd: the system's for root, the user's own for others.</summary>
public sealed class SystemdScheduler : ICollectionScheduler
{
    private const string Instead = "Let cron or a service manager run Start-JcCollection.ps1, which lies in the module's folder.";

    private readonly string _folder;
    private readonly bool _ofUser;
    private readonly Func<IReadOnlyList<string>, string> _systemctl;
    private readonly Func<bool> _isBooted;

    /// <summary>Uses the systemd that fits the account.</summary>
    public SystemdScheduler()
        : this(Environment.UserName != "root", null, null, null)
    {
    }

    /// <summary>Uses a folder of units, a way to call systemctl and one to know whether systemd runs this machine, for tests.</summary>
    internal SystemdScheduler(bool ofUser, string? folder, Func<IReadOnlyList<string>, string>? systemctl, Func<bool>? isBooted)
    {
        _ofUser = ofUser;
        _folder = folder ?? (ofUser
            ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify), "systemd", "user")
            : "/etc/systemd/system");
        _systemctl = systemctl ?? Systemctl;
        // What sd_booted(3) looks for.
        _isBooted = isBooted ?? (() => Directory.Exists("/run/systemd/system"));
    }

    /// <inheritdoc/>
    public string Describe(CollectionTask task) => string.Join("\n", SystemdUnits.Create(task, _ofUser)
        .Select(unit => $"# {Path.Combine(_folder, unit.Key)}\n{unit.Value}"));

    /// <inheritdoc/>
    public CollectionTaskInfo Register(CollectionTask task, SecureString? password, bool replace)
    {
        if (password is not null)
        {
            throw new JcException("PasswordNotUsed", JcErrorKind.InvalidInput,
                "systemd runs a service as any account without a password. Give the account's name with -Account.", task.Name);
        }

        if (_ofUser && task.Account != Environment.UserName)
        {
            throw new JcException("AccountNotAllowed", JcErrorKind.AccessDenied,
                $"The account '{Environment.UserName}' may register a task for itself alone, not for '{task.Account}'. Run as root (sudo pwsh).", task.Account);
        }

        string name = SystemdUnits.NameOf(task.Name);
        if (!replace && Files(name).Any(File.Exists))
        {
            throw new JcException("TaskExists", JcErrorKind.AlreadyExists,
                $"There is a task '{task.Name}' already ({Path.Combine(_folder, name)}.*). Choose another -Name, or replace it with -Force.", task.Name);
        }

        Dictionary<string, string> before = Read(name);
        try
        {
            Remove(name);
            Write(SystemdUnits.Create(task, _ofUser).ToDictionary(u => u.Key, u => u.Value, StringComparer.Ordinal));
            Start(name);
        }
        catch (JcException)
        {
            // Units that stayed would be a task that is listed and never runs; one that was to be replaced goes on.
            Quietly(() => Remove(name));
            Quietly(() => Write(before));
            Quietly(() => Start(name));
            throw;
        }

        return Find().First(t => t.Name == task.Name);
    }

    /// <inheritdoc/>
    public IReadOnlyList<CollectionTaskInfo> Find() => !Directory.Exists(_folder) ? [] :
    [
        .. Directory.EnumerateFiles(_folder, SystemdUnits.Prefix + "*.service").OrderBy(f => f, StringComparer.Ordinal).Select(Describe),
    ];

    /// <inheritdoc/>
    public void Unregister(string name)
    {
        Remove(SystemdUnits.NameOf(name));
        if (_isBooted()) _systemctl(["daemon-reload"]);
    }

    // The files go whatever systemctl says: with them there, the task could be neither replaced nor removed.
    private void Remove(string name)
    {
        JcException? failure = null;
        foreach (string file in Files(name).Where(File.Exists))
        {
            string unit = Path.GetFileName(file);
            try
            {
                _systemctl(["disable", "--now", unit]);
            }
            catch (JcException e)
            {
                // One that is not loaded, or that no systemd runs, is as it should be.
                if (MayRun(unit))
                {
                    string user = _ofUser ? "--user " : "";
                    failure ??= Failed($"The unit '{unit}' may still run: {e.Message.TrimEnd('.')}. Its file is removed; stop it with 'systemctl {user}stop {unit}', then run 'systemctl {user}daemon-reload'.", e);
                }
            }

            try
            {
                File.Delete(file);
            }
            catch (Exception e) when (e is UnauthorizedAccessException or IOException)
            {
                throw Failed($"'{file}' cannot be removed: {e.Message}", e);
            }
        }

        if (failure is not null) throw failure;
    }

    private bool MayRun(string unit) => _isBooted()
        && !(Show(unit, "ActiveState").TryGetValue("ActiveState", out string? state) && state is "inactive" or "failed");

    private Dictionary<string, string> Read(string name)
    {
        try
        {
            return Files(name).Where(File.Exists).ToDictionary(f => Path.GetFileName(f), File.ReadAllText, StringComparer.Ordinal);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw Failed($"The units of the task that is to be replaced cannot be read in '{_folder}': {e.Message}", e);
        }
    }

    private void Write(Dictionary<string, string> units)
    {
        try
        {
            Directory.CreateDirectory(_folder);
            foreach (KeyValuePair<string, string> unit in units) File.WriteAllText(Path.Combine(_folder, unit.Key), unit.Value);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw Failed($"The units cannot be written into '{_folder}': {e.Message}", e);
        }
    }

    // A timer where there is one: it starts the service.
    private void Start(string name)
    {
        _systemctl(["daemon-reload"]);
        if (Array.Find(Files(name), File.Exists) is { } file) _systemctl(["enable", "--now", Path.GetFileName(file)]);
    }

    private static void Quietly(Action action)
    {
        try
        {
            action();
        }
        catch (JcException)
        {
            // What failed first is what is told.
        }
    }

    // The timer first: it would start the service again.
    private string[] Files(string name) => [Path.Combine(_folder, name + ".timer"), Path.Combine(_folder, name + ".service")];

    private CollectionTaskInfo Describe(string serviceFile)
    {
        string unit = Path.GetFileNameWithoutExtension(serviceFile);
        bool timed = File.Exists(Path.Combine(_folder, unit + ".timer"));
        Dictionary<string, string> service = Show(unit + ".service", "ActiveState,ExecMainStatus,ExecMainExitTimestamp,ExecMainStartTimestamp");
        Dictionary<string, string> timer = timed ? Show(unit + ".timer", "ActiveState,NextElapseUSecRealtime") : service;
        string[] lines = File.ReadAllLines(serviceFile);
        return new CollectionTaskInfo
        {
            Name = unit.Substring(SystemdUnits.Prefix.Length),
            Scheduler = _ofUser ? "SystemdUser" : "SystemdSystem",
            State = timer.TryGetValue("ActiveState", out string? state) && state.Length > 0 ? state : "unknown",
            Account = Value(lines, "User=") ?? Environment.UserName,
            Command = Value(lines, "ExecStart="),
            LastRun = Time(service, "ExecMainStartTimestamp"),
            LastResult = Time(service, "ExecMainExitTimestamp") is not null && service.TryGetValue("ExecMainStatus", out string? code)
                && int.TryParse(code, NumberStyles.Integer, CultureInfo.InvariantCulture, out int result) ? result : null,
            NextRun = timed ? Time(timer, "NextElapseUSecRealtime") : null,
        };
    }

    private Dictionary<string, string> Show(string unit, string properties)
    {
        try
        {
            return _systemctl(["show", unit, "--timestamp=unix", "--property=" + properties]).Split('\n')
                .Select(l => l.Split(['='], 2)).Where(p => p.Length == 2).ToDictionary(p => p[0], p => p[1].Trim(), StringComparer.Ordinal);
        }
        catch (JcException)
        {
            // Without a running systemd (a container) the unit's files still say what there is.
            return [];
        }
    }

    private static string? Value(string[] lines, string key) =>
        Array.Find(lines, l => l.StartsWith(key, StringComparison.Ordinal))?.Substring(key.Length);

    private static DateTimeOffset? Time(Dictionary<string, string> properties, string name) =>
        properties.TryGetValue(name, out string? text) && text.Length > 1 && text[0] == '@'
        && long.TryParse(text.Substring(1), NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) && seconds > 0
            ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    private string Systemctl(IReadOnlyList<string> arguments)
    {
        string line = (_ofUser ? "--user " : "") + string.Join(" ", arguments);
        try
        {
            using Process process = Process.Start(new ProcessStartInfo("systemctl", line)
            {
                RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
            })!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode == 0) return output;
            string instead = _isBooted() ? "" : $" systemd does not run this machine (it may be a container). {Instead}";
            string why = string.Join(" ", errors.GetAwaiter().GetResult().Trim().Split('\n').Select(l => l.Trim().TrimEnd('.') + "."));
            throw Failed($"'systemctl {line}' failed: {why}{instead}", null);
        }
        catch (Win32Exception e)
        {
            throw Failed($"There is no systemctl on this machine. {Instead}", e);
        }
    }

    private static JcException Failed(string message, Exception? cause) => new("SchedulerFailed", JcErrorKind.InvalidInput, message, null, cause);
}

namespace JumpCloudConnector.Scheduling;

/// <summary>A task as systemd's units (systemd.service(5), systemd.timer(5)).</summary>
internal static class SystemdUnits
{
    /// <summary>What the units of this module are called, so that they are found again.</summary>
    public const string Prefix = "jcconnector-";

    /// <summary>The unit's name without its ending.</summary>
    public static string NameOf(string task) => Prefix + task;

    /// <summary>The units by file name: a service, and for one that is not continuous its timer.</summary>
    /// <param name="task">What it runs.</param>
    /// <param name="ofUser">True where the user's own systemd runs it, which knows no other account.</param>
    public static IReadOnlyList<KeyValuePair<string, string>> Create(CollectionTask task, bool ofUser)
    {
        string name = NameOf(task.Name);
        string account = ofUser ? "" : $"User={task.Account}\n";
        // SIGTERM goes to PowerShell alone: what it has begun it ends itself.
        string service = $"""
            [Unit]
            Description=JumpCloud collection into {task.StorePath}
            Wants=network-online.target
            After=network-online.target

            [Service]
            Type={(task.Continuous ? "exec" : "oneshot")}
            {account}ExecStart={string.Join(" ", new[] { task.HostPath }.Concat(task.Arguments()).Select(Quote))}
            {(task.Continuous ? "Restart=always\nRestartSec=30\nKillMode=mixed\nTimeoutStopSec=120" : "TimeoutStartSec=12h")}
            UMask=0077

            """.Replace("\r\n", "\n");
        if (task.Continuous)
            return [new($"{name}.service", service + $"\n[Install]\nWantedBy={(ofUser ? "default.target" : "multi-user.target")}\n")];
        string timer = $"""
            [Unit]
            Description=Runs {name}.service every {task.IntervalMinutes} min

            [Timer]
            {Times(task.IntervalMinutes)}
            AccuracySec=1s
            Persistent=true

            [Install]
            WantedBy=timers.target

            """.Replace("\r\n", "\n");
        return [new($"{name}.service", service), new($"{name}.timer", timer)];
    }

    // On the clock's grid where the interval divides it, which also catches up with what was missed; otherwise from run to run.
    private static string Times(int minutes) => minutes switch
    {
        1 => "OnCalendar=*-*-* *:*:00",
        1440 => "OnCalendar=*-*-* 00:00:00",
        _ when minutes < 60 && 60 % minutes == 0 => $"OnCalendar=*-*-* *:0/{minutes}:00",
        _ when minutes % 60 == 0 && 1440 % minutes == 0 => $"OnCalendar=*-*-* 0/{minutes / 60}:00:00",
        _ => $"OnActiveSec=1min\nOnUnitActiveSec={minutes}min",
    };

    private static string Quote(string argument) => argument.IndexOfAny([' ', '\t', '\'', '\\', ';']) < 0
        ? argument : $"\"{argument.Replace("\\", "\\\\")}\"";
}

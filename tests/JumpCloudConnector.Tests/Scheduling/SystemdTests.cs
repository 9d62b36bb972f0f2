using System.ComponentModel;
using System.Diagnostics;
using JumpCloudConnector.Scheduling;

namespace JumpCloudConnector.Tests.Scheduling;

public sealed class SystemdTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("jc units ").FullName;
    private readonly List<string> _calls = [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(false, 1, false)]
    [InlineData(false, 5, false)]
    [InlineData(false, 60, false)]
    [InlineData(false, 1440, false)]
    [InlineData(false, 90, false)]
    [InlineData(false, 7, false)]
    [InlineData(true, 1, false)]
    [InlineData(true, 1, true)]
    public async Task Systemd_accepts_the_units(bool continuous, int interval, bool ofUser)
    {
        string units = Path.Combine(_folder, "units");
        Directory.CreateDirectory(units);
        foreach ((string name, string text) in SystemdUnits.Create(Task(continuous, interval), ofUser).Select(u => (u.Key, u.Value)))
            await File.WriteAllTextAsync(Path.Combine(units, name), text, TestContext.Current.CancellationToken);

        (int code, string output) = await RunAsync("systemd-analyze", ["verify", "--man=no", .. Directory.GetFiles(units)]);

        // What is wrong elsewhere on the machine is none of ours.
        string[] ours = [.. output.Split('\n').Where(l => l.Contains(SystemdUnits.Prefix, StringComparison.Ordinal))];
        Assert.Empty(ours);
        Assert.True(code == 0 || output.Length > 0, "systemd-analyze failed and said nothing");
    }

    [Theory]
    [InlineData(1, "*-*-* *:*:00")]
    [InlineData(5, "*-*-* *:0/5:00")]
    [InlineData(120, "*-*-* 0/2:00:00")]
    [InlineData(1440, "*-*-* 00:00:00")]
    public async Task The_timer_is_a_time_that_systemd_reads(int interval, string calendar)
    {
        string timer = SystemdUnits.Create(Task(false, interval), ofUser: false)[1].Value;
        Assert.Contains($"OnCalendar={calendar}\n", timer, StringComparison.Ordinal);

        (int code, string output) = await RunAsync("systemd-analyze", ["calendar", "--iterations=2", calendar]);

        Assert.True(code == 0, output);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(90)]
    [InlineData(1000)]
    public void An_interval_that_the_clock_has_no_grid_for_counts_from_run_to_run(int interval)
    {
        string timer = SystemdUnits.Create(Task(false, interval), ofUser: false)[1].Value;
        Assert.Contains($"\nOnUnitActiveSec={interval}min\n", timer, StringComparison.Ordinal);
        Assert.DoesNotContain("OnCalendar", timer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("JumpCloudConector", "Did you mean 'JumpCloudConnector'? Get-JcCollectionTask")]
    [InlineData("backup", "There is no task 'backup'. Get-JcCollectionTask")]
    public void A_misspelt_task_is_refused_with_the_nearest(string name, string says)
    {
        JcException refusal = CollectionTaskInfo.NotFound(name, ["JumpCloudConnector", "acme"]);
        Assert.Equal("TaskNotFound", refusal.ErrorId);
        Assert.Contains(says, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_task_is_written_enabled_listed_replaced_and_removed()
    {
        SystemdScheduler scheduler = new(ofUser: false, _folder, Answer, () => true);
        CollectionTask task = Task(false, 5);

        CollectionTaskInfo made = scheduler.Register(task, null, replace: false);

        Assert.Equal(("acme", "SystemdSystem", "active", "jc"), (made.Name, made.Scheduler, made.State, made.Account));
        Assert.Contains("daemon-reload", _calls);
        Assert.Contains("enable --now jcconnector-acme.timer", _calls);
        Assert.Equal("TaskExists", Assert.Throws<JcException>(() => scheduler.Register(task, null, replace: false)).ErrorId);

        scheduler.Register(task with { Continuous = true }, null, replace: true);
        Assert.Equal(["jcconnector-acme.service"], Directory.GetFiles(_folder, "*").Select(f => Path.GetFileName(f)!));
        Assert.Contains("disable --now jcconnector-acme.timer", _calls);
        Assert.Contains("enable --now jcconnector-acme.service", _calls);

        scheduler.Unregister("acme");
        Assert.Empty(scheduler.Find());
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Theory]
    [InlineData("daemon-reload", true)]
    [InlineData("daemon-reload", false)]
    [InlineData("enable", true)]
    public void A_task_that_systemd_does_not_take_leaves_nothing_behind(string fails, bool isBooted)
    {
        bool broken = true;
        SystemdScheduler scheduler = new(ofUser: false, _folder, Failing(a => broken && a[0] == fails), () => isBooted);

        JcException error = Assert.Throws<JcException>(() => scheduler.Register(Task(false, 5), null, replace: false));

        Assert.Equal("SchedulerFailed", error.ErrorId);
        Assert.Contains(fails, error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder));
        Assert.Empty(scheduler.Find());
        broken = false;
        Assert.Equal("acme", scheduler.Register(Task(false, 5), null, replace: false).Name);
    }

    [Fact]
    public void A_task_that_cannot_be_replaced_goes_on_as_it_was()
    {
        bool broken = false;
        SystemdScheduler scheduler = new(ofUser: false, _folder, Failing(a => broken && a[0] == "enable" && a[2].EndsWith(".service", StringComparison.Ordinal)), () => true);
        scheduler.Register(Task(false, 5), null, replace: false);
        string timer = File.ReadAllText(Path.Combine(_folder, "jcconnector-acme.timer")), service = File.ReadAllText(Path.Combine(_folder, "jcconnector-acme.service"));
        _calls.Clear();
        broken = true;

        Assert.Throws<JcException>(() => scheduler.Register(Task(true, 5), null, replace: true));

        Assert.Equal(timer, File.ReadAllText(Path.Combine(_folder, "jcconnector-acme.timer")));
        Assert.Equal(service, File.ReadAllText(Path.Combine(_folder, "jcconnector-acme.service")));
        Assert.Equal("enable --now jcconnector-acme.timer", _calls.Last(c => c.StartsWith("enable", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(true, "inactive", false)]
    [InlineData(true, "failed", false)]
    [InlineData(false, "active", false)]
    [InlineData(true, "active", true)]
    [InlineData(true, null, true)]
    public void Removal_takes_the_files_and_tells_of_a_unit_that_may_still_run(bool isBooted, string? state, bool isTold)
    {
        new SystemdScheduler(ofUser: false, _folder, Answer, () => true).Register(Task(false, 5), null, replace: false);
        SystemdScheduler scheduler = new(ofUser: false, _folder,
            a => a[0] == "show" && state is not null ? $"ActiveState={state}\n" : Failing(c => c[0] is "disable" or "show" || !isBooted)(a), () => isBooted);

        JcException? error = Record.Exception(() => scheduler.Unregister("acme")) as JcException;

        Assert.Empty(Directory.GetFiles(_folder));
        Assert.Equal(isTold ? "SchedulerFailed" : null, error?.ErrorId);
        if (isTold) Assert.Contains("systemctl stop jcconnector-acme.timer", error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_user_registers_for_itself_alone()
    {
        SystemdScheduler scheduler = new(ofUser: true, _folder, Answer, () => true);
        Assert.Equal("AccountNotAllowed", Assert.Throws<JcException>(() => scheduler.Register(Task(false, 1), null, replace: false)).ErrorId);
        Assert.Equal("SystemdUser", scheduler.Register(Task(false, 1) with { Account = Environment.UserName }, null, replace: false).Scheduler);
    }

    [Theory]
    [InlineData("InvalidTaskName", "a b", "/store", 1)]
    [InlineData("InvalidTaskName", "", "/store", 1)]
    [InlineData("InvalidTaskName", "../x", "/store", 1)]
    [InlineData("InvalidInterval", "a", "/store", 0)]
    [InlineData("InvalidInterval", "a", "/store", 1441)]
    [InlineData("InvalidPath", "a", "/sto\"re", 1)]
    [InlineData("InvalidPath", "a", "/sto%hre", 1)]
    [InlineData("InvalidPath", "a", "/sto\nre", 1)]
    public void What_no_scheduler_can_hold_is_refused(string id, string name, string store, int interval) =>
        Assert.Equal(id, Assert.Throws<JcException>((Task(false, interval) with { Name = name, StorePath = store }).Check).ErrorId);

    private CollectionTask Task(bool continuous, int interval) => new()
    {
        Name = "acme", HostPath = "/bin/sh", ScriptPath = Path.Combine(_folder, "Start-JcCollection.ps1"), ModulePath = "/opt/m/JumpCloudConnector.psd1",
        StorePath = "/var/lib/jc", KeyRingPath = "/var/lib/jc-keys", Account = "jc", Continuous = continuous, IntervalMinutes = interval,
    };

    private string Answer(IReadOnlyList<string> arguments)
    {
        _calls.Add(string.Join(" ", arguments));
        return arguments[0] == "show" ? "ActiveState=active\nExecMainStatus=0\nExecMainExitTimestamp=\n" : "";
    }

    private Func<IReadOnlyList<string>, string> Failing(Func<IReadOnlyList<string>, bool> fails) => arguments =>
    {
        string answer = Answer(arguments);
        return fails(arguments)
            ? throw new JcException("SchedulerFailed", JcErrorKind.InvalidInput, $"'systemctl {string.Join(" ", arguments)}' failed: no bus.") : answer;
    };

    private static async Task<(int Code, string Output)> RunAsync(string program, string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return (process.ExitCode, output + await errors);
        }
        catch (Win32Exception)
        {
            Assert.Skip($"There is no {program} on this machine.");
            throw;
        }
    }
}

using System.Management.Automation;
using System.Management.Automation.Runspaces;
using PowerShellHost;
using Xunit;

namespace JumpCloudConnector.Cmdlets.Tests.Infrastructure;

/// <summary>Asynchronous work and its pipeline: order, back-pressure, and that work is always awaited to its end.</summary>
public sealed class JcCmdletTests
{
    // Never reached by a test that passes.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [Fact]
    public void Everything_arrives_in_the_order_it_was_written()
    {
        ScriptResult result = Run(async (pipeline, _) =>
        {
            for (int number = 0; number < 20_000; number++)
            {
                if (number % 2 == 0) await pipeline.WriteObjectAsync(number);
                else pipeline.WriteObject(number);
                if (number % 1000 == 0) pipeline.WriteVerbose($"at {number}");
            }

            await pipeline.WriteObjectAsync(new[] { 20_000, 20_001 }, enumerate: true);
        });

        Assert.Null(result.Terminating);
        Assert.Equal(Enumerable.Range(0, 20_002), result.Output.Select(item => (int)item.BaseObject));
        Assert.Equal(20, result.Verbose.Count);
    }

    [Fact]
    public void Every_stream_is_reached()
    {
        ScriptResult result = Run((pipeline, _) =>
        {
            pipeline.WriteWarning("w");
            pipeline.WriteVerbose("v");
            pipeline.WriteDebug("d");
            pipeline.WriteError(new JcException("SomeId", JcErrorKind.NotFound, "e", "target"));
            pipeline.WriteProgress(new ProgressRecord(1, "activity", "p"));
            return Task.CompletedTask;
        });

        Assert.Equal(["w"], result.Warnings);
        Assert.Contains("v", result.Verbose);
        Assert.Contains("d", result.Debug);
        Assert.Equal("p", Assert.Single(result.Progress).StatusDescription);
        ErrorRecord error = Assert.Single(result.Errors);
        Assert.Equal("SomeId", error.FullyQualifiedErrorId.Split(',')[0]);
        Assert.Equal(ErrorCategory.ObjectNotFound, error.CategoryInfo.Category);
        Assert.Equal("target", error.TargetObject);
    }

    [Fact]
    public async Task Stop_cancels_the_work_and_waits_for_its_end()
    {
        using var working = new ManualResetEventSlim();
        bool ended = false;
        using ModuleSession session = Open();
        session.SetVariable("work", Work(async (_, stop) =>
        {
            working.Set();
            try
            {
                await Task.Delay(Timeout.Infinite, stop);
            }
            finally
            {
                // A commit that cannot be cut short.
                await Task.Delay(300, CancellationToken.None);
                Volatile.Write(ref ended, true);
            }
        }));
        Task<ScriptResult> running = Task.Run(() => session.Invoke("Invoke-PumpProbe -Work $work"));
        Assert.True(working.Wait(s_patience));
        session.Stop();
        Assert.True(Volatile.Read(ref ended));

        ScriptResult result = await running.WaitAsync(s_patience, TestContext.Current.CancellationToken);
        Assert.Empty(result.AllErrors);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stop_frees_work_that_waits_at_a_full_queue(bool asynchronous)
    {
        int written = 0;
        bool ended = false;
        using ModuleSession session = Open();
        session.SetVariable("work", Work(async (pipeline, _) =>
        {
            try
            {
                for (int number = 0; ; number++)
                {
                    if (asynchronous) await pipeline.WriteObjectAsync(number);
                    else pipeline.WriteObject(number);
                    Interlocked.Increment(ref written);
                }
            }
            finally
            {
                for (int line = 0; line < 2000; line++) pipeline.WriteVerbose("dropped");
                Volatile.Write(ref ended, true);
            }
        }));
        Task<ScriptResult> running = Task.Run(() => session.Invoke("Invoke-PumpProbe -Work $work | ForEach-Object { [Threading.Thread]::Sleep(20) }"));
        SpinWait.SpinUntil(() => Volatile.Read(ref written) >= 256, s_patience);
        await Task.Delay(100, TestContext.Current.CancellationToken);
        // Bounded: the work waits for its consumer.
        Assert.InRange(Volatile.Read(ref written), 256, 400);

        session.Stop();
        Assert.True(Volatile.Read(ref ended));
        await running.WaitAsync(s_patience, TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("Stop-Upstream -First 3")]
    [InlineData("ForEach-Object { $_; if ($_ -eq 2) { throw 'enough' } }")]
    public void A_downstream_command_that_has_enough_ends_the_work(string downstream)
    {
        bool ended = false;
        bool canceled = false;
        using ModuleSession session = Open();
        session.SetVariable("work", Work(async (pipeline, stop) =>
        {
            try
            {
                for (int number = 0; ; number++) await pipeline.WriteObjectAsync(number);
            }
            finally
            {
                await Task.Delay(100, CancellationToken.None);
                canceled = stop.IsCancellationRequested;
                ended = true;
            }
        }));
        ScriptResult result = session.Invoke($"Invoke-PumpProbe -Work $work | {downstream}");
        Assert.Equal([0, 1, 2], result.Output.Select(item => (int)item.BaseObject));
        Assert.True(ended);
        Assert.True(canceled);
        Assert.Empty(session.Invoke("'usable'").AllErrors);
    }

    [Fact]
    public void A_preference_that_makes_a_message_fatal_ends_the_work()
    {
        bool ended = false;
        ScriptResult result = Run(
            async (pipeline, stop) =>
            {
                pipeline.WriteWarning("fatal");
                try
                {
                    await Task.Delay(Timeout.Infinite, stop);
                }
                finally
                {
                    ended = true;
                }
            },
            "-WarningAction Stop");
        Assert.NotNull(result.Terminating);
        Assert.True(ended);
    }

    [Fact]
    public void An_error_about_one_input_lets_the_next_go_on()
    {
        int calls = 0;
        using ModuleSession session = Open();
        session.SetVariable("work", Work((_, _) =>
        {
            calls++;
            throw new JcException("ConnectorNotFound", JcErrorKind.NotFound, "There is no such connector.", calls);
        }));
        ScriptResult result = session.Invoke("1, 2, 3 | Invoke-PumpProbe -Work $work");
        Assert.Equal(3, calls);
        Assert.Null(result.Terminating);
        Assert.Equal(["ConnectorNotFound", "ConnectorNotFound", "ConnectorNotFound"], result.ErrorIds);
    }

    [Theory]
    [InlineData(JcErrorKind.StoreFault, ErrorCategory.ResourceUnavailable)]
    [InlineData(JcErrorKind.AccessDenied, ErrorCategory.PermissionDenied)]
    public void An_error_of_the_store_ends_the_command(JcErrorKind kind, ErrorCategory category)
    {
        int calls = 0;
        using ModuleSession session = Open();
        session.SetVariable("work", Work((_, _) =>
        {
            calls++;
            throw new JcException("StoreGone", kind, "The store is gone.");
        }));
        ScriptResult result = session.Invoke("try { 1, 2, 3 | Invoke-PumpProbe -Work $work } catch { $_ }");
        Assert.Equal(1, calls);
        var error = Assert.IsType<ErrorRecord>(result.Output.Single().BaseObject);
        Assert.Equal("StoreGone", error.FullyQualifiedErrorId.Split(',')[0]);
        Assert.Equal(category, error.CategoryInfo.Category);
    }

    [Fact]
    public void Any_other_exception_ends_the_command_with_an_id_of_its_own()
    {
        using ModuleSession session = Open();
        session.SetVariable("work", Work((_, _) => throw new InvalidOperationException("bug")));
        ScriptResult result = session.Invoke("try { Invoke-PumpProbe -Work $work } catch { $_ }");
        var error = Assert.IsType<ErrorRecord>(result.Output.Single().BaseObject);
        Assert.StartsWith(ErrorRecords.UnexpectedErrorId + ",", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.IsType<InvalidOperationException>(error.Exception);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("-WhatIf", false)]
    public void Questions_are_asked_on_the_thread_of_the_pipeline(string arguments, bool expected)
    {
        bool answer = !expected;
        int? asked = null;
        int working = 0;
        using ModuleSession session = Open();
        session.SetVariable("work", Work(async (pipeline, _) =>
        {
            working = Environment.CurrentManagedThreadId;
            answer = await pipeline.ShouldProcessAsync("target", "action");
            asked = await pipeline.InvokeAsync(_ => Environment.CurrentManagedThreadId);
        }));
        ScriptResult result = session.Invoke($"[Threading.Thread]::CurrentThread.ManagedThreadId; Invoke-PumpProbe -Work $work {arguments}");
        Assert.Equal(expected, answer);
        Assert.Equal(result.Output[0].BaseObject, asked);
        Assert.NotEqual(working, asked);
    }

    [Fact]
    public void A_question_that_cannot_be_answered_any_more_is_canceled()
    {
        bool? canceled = null;
        ScriptResult result = Run(
            async (pipeline, _) =>
            {
                pipeline.WriteWarning("fatal");
                try
                {
                    await pipeline.ShouldProcessAsync("target", "action");
                    canceled = false;
                }
                catch (OperationCanceledException)
                {
                    canceled = true;
                }
            },
            "-WarningAction Stop");
        Assert.NotNull(result.Terminating);
        Assert.True(canceled);
    }

    [Fact]
    public void Progress_never_waits_and_its_last_word_is_shown()
    {
        ScriptResult result = Run((pipeline, _) =>
        {
            for (int percent = 0; percent <= 100; percent++)
            {
                for (int times = 0; times < 1000; times++)
                    pipeline.WriteProgress(new ProgressRecord(7, "activity", $"{percent}.{times}") { PercentComplete = percent });
            }

            return Task.CompletedTask;
        });
        Assert.Equal("100.999", result.Progress[^1].StatusDescription);
        Assert.InRange(result.Progress.Count, 1, 50_000);
    }

    [Fact]
    public void Messages_that_come_after_the_end_are_dropped()
    {
        IPipeline? late = null;
        ScriptResult result = Run((pipeline, _) =>
        {
            late = pipeline;
            return Task.CompletedTask;
        });
        for (int line = 0; line < 1000; line++) late!.WriteVerbose("late");
        late!.WriteProgress(new ProgressRecord(1, "late", "late"));
        Assert.Empty(result.AllErrors);
    }

    [Theory]
    [InlineData("store", "store")]
    [InlineData("./a/../store", "store")]
    public void A_store_path_is_seen_from_the_location_of_PowerShell(string given, string expected)
    {
        using var folder = new TemporaryFolder();
        using ModuleSession session = Open();
        ScriptResult result = session.Invoke(
            "param($Folder, $Path) $ExecutionContext.SessionState.Path.SetLocation($Folder) | Out-Null; Get-StorePathProbe -StorePath $Path",
            ModuleSession.Parameters(("Folder", folder.Path), ("Path", given)));
        Assert.Equal(Path.Combine(folder.Path, expected), result.Output.Single().ToString());
    }

    [Theory]
    [InlineData("Env:\\Somewhere")]
    [InlineData("NoSuchDrive:\\store")]
    [InlineData("NoSuchProvider::store")]
    public void A_store_path_outside_the_file_system_is_refused(string path)
    {
        using ModuleSession session = Open();
        ScriptResult result = session.Invoke("param($Path) Get-StorePathProbe -StorePath $Path", ModuleSession.Parameters(("Path", path)));
        Assert.Equal([ErrorRecords.InvalidStorePathId], result.ErrorIds);
    }

    [Theory]
    [InlineData("Get-StorePathProbe -StorePath ''")]
    [InlineData("Get-StorePathProbe -StorePath ' '")]
    [InlineData("Get-StorePathProbe -StorePath $null")]
    [InlineData("Get-StorePathProbe -StorePath $neverSet")]
    public void An_empty_store_path_is_not_the_default_store(string script)
    {
        using ModuleSession session = Open();
        ScriptResult result = session.Invoke(script);
        Assert.Empty(result.Output);
        Assert.Equal([ErrorRecords.InvalidStorePathId], result.ErrorIds);
        Assert.Contains("leave -StorePath out", Assert.Single(result.AllErrors).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_cell_of_a_table_gives_no_store_path()
    {
        using ModuleSession session = Open();
        ScriptResult result = session.Invoke("[pscustomobject]@{ StorePath = '' } | Get-StorePathProbe");
        Assert.Empty(result.AllErrors);
        Assert.Null(Assert.Single(result.Output));
    }

    private static Func<IPipeline, CancellationToken, Task> Work(Func<IPipeline, CancellationToken, Task> work) => work;

    private static ScriptResult Run(Func<IPipeline, CancellationToken, Task> work, string arguments = "-Verbose -Debug")
    {
        using ModuleSession session = Open();
        session.SetVariable("work", work);
        return session.Invoke($"Invoke-PumpProbe -Work $work {arguments}");
    }

    private static ModuleSession Open() => new(import: false, configure: state =>
    {
        state.Commands.Add(new SessionStateCmdletEntry("Invoke-PumpProbe", typeof(InvokePumpProbeCommand), null));
        state.Commands.Add(new SessionStateCmdletEntry("Stop-Upstream", typeof(StopUpstreamCommand), null));
        state.Commands.Add(new SessionStateCmdletEntry("Get-StorePathProbe", typeof(GetStorePathProbeCommand), null));
    });
}

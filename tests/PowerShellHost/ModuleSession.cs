using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace PowerShellHost;

/// <summary>A PowerShell session in this process with the built module imported. One script at a time.</summary>
public sealed class ModuleSession : IDisposable
{
    private readonly Lock _gate = new();
    private readonly ManualResetEventSlim _idle = new(initialState: true);
    private PowerShell? _running;

    /// <summary>Opens a session.</summary>
    /// <param name="options">How its host writes and answers.</param>
    /// <param name="module">The copy of the module to import; the process's shared one by default.</param>
    /// <param name="import">Whether the module is imported at once.</param>
    /// <param name="configure">Adds to the session before it opens: further commands, variables.</param>
    public ModuleSession(TextHostOptions? options = null, ModuleCopy? module = null, bool import = true, Action<InitialSessionState>? configure = null)
    {
        Module = module ?? ModuleCopy.Shared;
        Host = new TextHost(options ?? new TextHostOptions());
        InitialSessionState state = InitialSessionState.CreateDefault2();
        // Windows would refuse script files by default; other systems know no policy.
        if (OperatingSystem.IsWindows()) state.ExecutionPolicy = Microsoft.PowerShell.ExecutionPolicy.Bypass;
        configure?.Invoke(state);
        Runspace = RunspaceFactory.CreateRunspace(Host, state);
        Runspace.Open();
        if (!import) return;
        try
        {
            Import();
        }
        catch
        {
            Runspace.Dispose();
            throw;
        }
    }

    /// <summary>The host.</summary>
    public TextHost Host { get; }

    /// <summary>The copy of the module that is imported.</summary>
    public ModuleCopy Module { get; }

    /// <summary>The runspace.</summary>
    public Runspace Runspace { get; }

    /// <summary>Imports the module.</summary>
    /// <exception cref="RuntimeException">The import failed.</exception>
    public void Import()
    {
        ScriptResult result = Invoke("param($Manifest) Import-Module -Name $Manifest -ErrorAction Stop", Parameters(("Manifest", Module.Manifest)));
        if (result.AllErrors.FirstOrDefault() is { } error) throw new RuntimeException($"The module was not imported: {error}", error.Exception);
    }

    /// <summary>Sets a variable, such as a SecureString, that scripts in the bare engine cannot make themselves.</summary>
    public void SetVariable(string name, object? value) => Runspace.SessionStateProxy.SetVariable(name, value);

    /// <summary>Gives a variable's value.</summary>
    public object? GetVariable(string name) => Runspace.SessionStateProxy.GetVariable(name);

    /// <summary>Runs script text and gives what it wrote; nothing of it goes to the host, but progress and Write-Host do.</summary>
    /// <param name="script">The text.</param>
    /// <param name="parameters">Arguments of its param block.</param>
    /// <param name="input">What is piped into it.</param>
    public ScriptResult Invoke(string script, IDictionary? parameters = null, IEnumerable? input = null)
    {
        using PowerShell shell = Start(script, parameters);
        var output = new List<PSObject>();
        ErrorRecord? terminating = null;
        try
        {
            shell.Invoke(input, output);
        }
        catch (PipelineStoppedException)
        {
            // Stop was called; what was written until then counts.
        }
        catch (RuntimeException exception)
        {
            terminating = exception.ErrorRecord;
        }
        finally
        {
            End();
        }

        PSDataStreams streams = shell.Streams;
        return new ScriptResult(
            output,
            [.. streams.Error],
            [.. streams.Warning.Select(record => record.Message)],
            [.. streams.Verbose.Select(record => record.Message)],
            [.. streams.Debug.Select(record => record.Message)],
            [.. streams.Progress],
            [.. streams.Information.Select(record => $"{record.MessageData}")],
            terminating);
    }

    /// <summary>Runs script text as at a prompt: what it writes goes to the host, formatted.</summary>
    /// <returns>False where an error ended it.</returns>
    public bool Show(string script, IDictionary? parameters = null) => Render(Start(script, parameters));

    /// <summary>Runs a script file as at a prompt: what it writes goes to the host, formatted.</summary>
    /// <returns>False where an error ended it.</returns>
    public bool ShowFile(string path, IDictionary? parameters = null)
    {
        PowerShell shell = Create().AddCommand(Path.GetFullPath(path), useLocalScope: false);
        if (parameters is not null) shell.AddParameters(parameters);
        return Render(Begin(shell));
    }

    /// <summary>Stops the running script as Ctrl+C does, and waits until it has ended.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            if (_running is null) return;
            // PowerShell.Stop has a race with a pipeline that ends by itself (NullReferenceException), so wait here.
            _running.BeginStop(null, null);
        }

        _idle.Wait();
    }

    /// <summary>Closes the session.</summary>
    public void Dispose()
    {
        Runspace.Dispose();
        _idle.Dispose();
    }

    /// <summary>Makes arguments for a script's param block.</summary>
    public static Hashtable Parameters(params (string Name, object? Value)[] arguments)
    {
        var table = new Hashtable(StringComparer.OrdinalIgnoreCase);
        foreach ((string name, object? value) in arguments) table[name] = value;
        return table;
    }

    private bool Render(PowerShell shell)
    {
        using (shell)
        {
            // As the console does: errors go the way of the output, so that the two keep their order.
            shell.Commands.Commands[^1].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
            shell.AddCommand("Out-Default");
            try
            {
                shell.Invoke();
                return true;
            }
            catch (PipelineStoppedException)
            {
                return false;
            }
            catch (RuntimeException exception)
            {
                ShowError(exception.ErrorRecord);
                return false;
            }
            finally
            {
                End();
            }
        }
    }

    private void ShowError(ErrorRecord error)
    {
        using PowerShell shell = Create();
        var record = new PSObject(error);
        // What tells Out-Default that this is an error and not an object that is one.
        record.Properties.Add(new PSNoteProperty("writeErrorStream", true));
        shell.AddCommand("Out-Default").Invoke(new[] { record });
    }

    private PowerShell Create()
    {
        var shell = PowerShell.Create();
        shell.Runspace = Runspace;
        return shell;
    }

    private PowerShell Start(string script, IDictionary? parameters)
    {
        PowerShell shell = Create().AddScript(script, useLocalScope: false);
        if (parameters is not null) shell.AddParameters(parameters);
        return Begin(shell);
    }

    private PowerShell Begin(PowerShell shell)
    {
        lock (_gate)
        {
            _running = shell;
            _idle.Reset();
        }

        return shell;
    }

    private void End()
    {
        lock (_gate)
        {
            _running = null;
            _idle.Set();
        }
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using JumpCloudConnector.Forwarding;

namespace JumpCloudConnector.Tests.Support.Receivers;

/// <summary>
/// A syslog receiver that runs as a process of its own on loopback, with everything that it reads and writes in a temporary
/// folder. What it receives it writes through to a file before it acknowledges or closes; it keeps file and port when it is
/// stopped and started again.
/// </summary>
internal abstract class ReceiverProcess : IAsyncDisposable
{
    private const int SigTerm = 15;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30), Pause = TimeSpan.FromMilliseconds(5);
    private static readonly ConcurrentDictionary<ReceiverProcess, Process> Running = new();

    private readonly LoopbackPort _port;
    private readonly ReceivedMessages _messages;
    private readonly StringBuilder _output = new();
    private Process? _process;

    // A run of tests that is broken off leaves no receivers behind.
    static ReceiverProcess() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        foreach (Process process in Running.Values) process.Kill();
    };

    protected ReceiverProcess(ReceiverOptions options)
    {
        Options = options;
        ReceiverTls? tls = options.Transport is SyslogTransport.Tls or SyslogTransport.RelpTls ? options.RequiredTls : null;
        _port = LoopbackPort.Reserve();
        Folder = Path.Combine(Path.GetTempPath(), "jc-receiver-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(Folder);
        _messages = new ReceivedMessages(InFolder("received"));
        if (tls is null) return;
        File.WriteAllText(InFolder("ca.pem"), tls.Authority);
        File.WriteAllText(InFolder("certificate.pem"), tls.Certificate);
        File.WriteAllText(InFolder("key.pem"), tls.Key);
    }

    public ReceiverOptions Options { get; }

    /// <summary>The same for as long as the receiver is not disposed of, whether it runs or not.</summary>
    public int Port => _port.Number;

    /// <summary>Everything of this receiver, gone with it.</summary>
    public string Folder { get; }

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>What it says of itself: its output and its own log.</summary>
    public string Log
    {
        get
        {
            string said;
            lock (_output) said = _output.ToString();
            return File.Exists(InFolder("own.log")) ? said + File.ReadAllText(InFolder("own.log")) : said;
        }
    }

    /// <summary>Starts it, and comes back when it listens.</summary>
    public async Task StartAsync()
    {
        if (IsRunning) throw new InvalidOperationException("The receiver runs already.");
        _messages.CutTornEnd();
        ProcessStartInfo start = Command();
        start.RedirectStandardOutput = start.RedirectStandardError = start.RedirectStandardInput = true;
        start.WorkingDirectory = Folder;
        Process process = new() { StartInfo = start };
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _process?.Dispose();
        _process = process;
        Running[this] = process;
        bool udp = Options.Transport == SyslogTransport.Udp;
        await UntilAsync(() => process.HasExited || LoopbackPort.IsTaken(Port, udp), Limit, "did not listen");
        if (!process.HasExited) return;
        await process.WaitForExitAsync();
        throw new InvalidOperationException($"{start.FileName} ended with code {process.ExitCode} instead of listening:\n{Log}");
    }

    /// <summary>SIGTERM, and waits for the end: what was read from the sockets is in the file then.</summary>
    public async Task StopAsync()
    {
        if (_process is not { } process) return;
        if (!process.HasExited && Signal(process.Id, SigTerm) != 0) throw new InvalidOperationException($"Process {process.Id} took no signal.");
        await EndAsync(process);
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        if (_process is not { } process) return;
        process.Kill();
        await EndAsync(process);
    }

    /// <summary>SIGTERM, the end, and the start on the same port.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    /// <summary>What has arrived, in order, byte for byte.</summary>
    public IReadOnlyList<byte[]> ReadMessages() => [.. EnumerateMessages()];

    /// <summary>The same, one after the other, for more than memory should hold.</summary>
    public IEnumerable<byte[]> EnumerateMessages() => _messages.Enumerate();

    /// <summary>How many have arrived; only what is new is read for it.</summary>
    public int CountMessages() => _messages.Count();

    /// <summary>Waits until so many messages lie there, and gives their number; fails with what the receiver says when they do not come.</summary>
    public async Task<int> WaitForMessagesAsync(int count, TimeSpan? timeout = null)
    {
        await UntilAsync(() => CountMessages() >= count, timeout ?? Limit, $"did not receive {count} messages");
        return CountMessages();
    }

    public async ValueTask DisposeAsync()
    {
        if (IsRunning) await KillAsync();
        _process?.Dispose();
        _port.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Starts a new receiver; nothing is left of one that does not start.</summary>
    protected static async Task<T> StartNewAsync<T>(T receiver)
        where T : ReceiverProcess
    {
        try
        {
            await receiver.StartAsync();
            return receiver;
        }
        catch
        {
            await receiver.DisposeAsync();
            throw;
        }
    }

    /// <summary>The program and its arguments; writes the configuration.</summary>
    protected abstract ProcessStartInfo Command();

    protected string InFolder(string name) => Path.Combine(Folder, name);

    private async Task UntilAsync(Func<bool> condition, TimeSpan limit, string failure)
    {
        Stopwatch clock = Stopwatch.StartNew();
        while (!condition())
        {
            if (clock.Elapsed > limit)
                throw new TimeoutException($"{GetType().Name} ({Options.Transport}, port {Port}) {failure} within {limit}; it has {CountMessages()}. It says:\n{Log}");
            await Task.Delay(Pause);
        }
    }

    private async Task EndAsync(Process process)
    {
        using CancellationTokenSource limit = new(Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"{GetType().Name} ({Options.Transport}) did not end within {Limit}:\n{Log}");
        }

        Running.TryRemove(this, out _);
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null) return;
        lock (_output) _output.Append(line.Data).Append('\n');
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Signal(int process, int signal);
}

using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Forwarding;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;
using JumpCloudSimulator;

namespace JumpCloudConnector.Bench;

/// <summary>
/// Forwarding to rsyslog: over TCP beside syslog-ng's <c>loggen</c>, and over RELP beside rsyslog's own omrelp, all sending the
/// very same messages to the same receiver, until it has them. The others read them from a file; ours unpacks, formats and
/// confirms them.
/// </summary>
internal static class ForwardWorkload
{
    // loggen reads lines of less than 8 kB.
    private const int Window = 512, MostBytes = 8_000;

    public static async Task<int> RunAsync(string[] args)
    {
        int events = Options.Number(args, "--events", 300_000), rounds = Options.Number(args, "--rounds", 3);
        string root = Directory.CreateTempSubdirectory("jc-bench-").FullName;
        try
        {
            Environment.SetEnvironmentVariable("JCCONNECTOR_KEYRING", Path.Combine(root, "keyring"));
            using RecordStore store = await FillAsync(Path.Combine(root, "store"), events);
            string file = Path.Combine(root, "messages");
            long bytes = WriteMessages(store, file);
            Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}; {events:N0} messages of {bytes / events:N0} bytes");
            using RsyslogReceiver receiver = new(Path.Combine(root, "receiver"));
            SyslogDestinationRegistry registry = new(store, new SecretProtector());
            Console.WriteLine("                     seconds  messages/s  own CPU s");
            List<double> tcp = [], framed = [], relp = [], loggen = [], omrelp = [];
            for (int round = 0; round <= rounds; round++)
            {
                Measure(round, "ours, TCP, lines", tcp, () => Send(store, registry, receiver, SyslogTransport.Tcp, SyslogFraming.NewLine));
                Measure(round, "loggen, TCP, lines", loggen, () => Loggen(receiver.TcpPort, file, events));
                Measure(round, "ours, TCP, counted", framed, () => Send(store, registry, receiver, SyslogTransport.Tcp, SyslogFraming.OctetCounting));
                Measure(round, "ours, RELP", relp, () => Send(store, registry, receiver, SyslogTransport.Relp, SyslogFraming.OctetCounting));
                Measure(round, "omrelp", omrelp, () => Omrelp(receiver, file, Path.Combine(root, "omrelp" + round), events));
            }

            Console.WriteLine(string.Format(
                CultureInfo.InvariantCulture, "ratio of rates, median of rounds: TCP/loggen {0:0.00}, RELP/omrelp {1:0.00}", Ratio(loggen, tcp), Ratio(omrelp, relp)));
            return 0;

            void Measure(int round, string name, List<double> times, Action send)
            {
                int before = receiver.Count();
                TimeSpan cpu = CpuTime();
                Stopwatch clock = Stopwatch.StartNew();
                send();
                cpu = CpuTime() - cpu;
                receiver.WaitFor(before + events);
                double seconds = clock.Elapsed.TotalSeconds;
                if (round == 0) return;
                times.Add(seconds);
                Console.WriteLine(string.Format(CultureInfo.InvariantCulture, "{0,-20} {1,7:0.00} {2,11:N0} {3,10:0.0}", name, seconds, events / seconds, cpu.TotalSeconds));
            }
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static TimeSpan CpuTime()
    {
        using Process own = Process.GetCurrentProcess();
        return own.TotalProcessorTime;
    }

    // Pairs of a round: a machine's speed drifts.
    private static double Ratio(List<double> other, List<double> own)
    {
        double[] ratios = [.. other.Zip(own, (o, w) => o / w).Order()];
        return ratios[ratios.Length / 2];
    }

    private static void Send(RecordStore store, SyslogDestinationRegistry registry, RsyslogReceiver receiver, SyslogTransport transport, SyslogFraming framing)
    {
        registry.Add(
            new SyslogDestination
            {
                Id = Guid.Empty, Name = "bench", HostName = "127.0.0.1", Port = transport == SyslogTransport.Tcp ? receiver.TcpPort : receiver.RelpPort,
                Transport = transport, Framing = framing, MaxMessageBytes = MostBytes, Window = Window,
            },
            SyslogStart.Beginning);
        ForwardingResult result = new Forwarder(store, new SecretProtector()).SendAsync(registry.Find()).GetAwaiter().GetResult()[0];
        if (result.State != ForwardingState.UpToDate || result.Resent > 0) throw new InvalidOperationException($"{result.State}: {result.ErrorMessage}");
        registry.Remove("bench");
    }

    private static void Loggen(int port, string file, int events) => Run(
        Tool("loggen", "JC_LOGGEN"), "--inet", "--stream", "--dont-parse", "--read-file", file, "--number", Invariant(events), "--rate", "100000000", "--no-framing", "--quiet", "127.0.0.1", Invariant(port));

    private static void Omrelp(RsyslogReceiver receiver, string file, string folder, int events)
    {
        Directory.CreateDirectory(folder);
        string configuration = Path.Combine(folder, "conf");
        File.WriteAllText(configuration, $$"""
            global(workDirectory="{{folder}}" maxMessageSize="256k" processInternalMessages="on")
            module(load="imfile" mode="inotify")
            module(load="omrelp")
            template(name="raw" type="string" string="%msg%")
            ruleset(name="send" queue.type="LinkedList" queue.size="100000" queue.dequeueBatchSize="1024") {
                action(type="omrelp" target="127.0.0.1" port="{{receiver.RelpPort}}" windowSize="{{Window}}" template="raw")
            }
            input(type="imfile" File="{{file}}" Tag="bench" ruleset="send" freshStartTail="off")
            """);
        int before = receiver.Count();
        using RsyslogProcess sender = new(configuration, folder);
        receiver.WaitFor(before + events);
    }

    private static long WriteMessages(RecordStore store, string file)
    {
        SyslogDestination form = new() { Id = Guid.Empty, Name = "form", HostName = "127.0.0.1", Port = 1, Transport = SyslogTransport.Tcp, MaxMessageBytes = MostBytes };
        using SyslogMessageFormatter formatter = new(form, Environment.MachineName, Environment.ProcessId);
        using ByteBuffer buffer = new(1 << 16);
        using FileStream output = new(file, FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 20);
        foreach (IngestedRecord record in store.Records.Find(new RecordQuery { AfterSequence = 0 }, default))
        {
            buffer.Truncate(0);
            formatter.TryFormat(record, buffer, out _);
            buffer.Append((byte)'\n');
            output.Write(buffer.Span);
        }

        return output.Length;
    }

    private static async Task<RecordStore> FillAsync(string folder, int events)
    {
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { Seed = 7, EventsPerOrganization = events, Span = TimeSpan.FromDays(1) });
        return SearchWorkload.Fill(folder, [.. simulator.Organizations[0].Truth().Select(e => e.Json.ToArray())], events, null);
    }

    internal static string Tool(string name, string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } given ? given : name;

    internal static string Invariant(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static void Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program}: {output.Result} {errors.Result}");
    }

    /// <summary>An rsyslogd in the foreground.</summary>
    private sealed class RsyslogProcess : IDisposable
    {
        private readonly Process _process;

        public RsyslogProcess(string configuration, string folder) => _process = Process.Start(
            new ProcessStartInfo(Tool("rsyslogd", "JC_RSYSLOGD"), ["-n", "-f", configuration, "-i", Path.Combine(folder, "pid")]) { RedirectStandardError = true })!;

        public bool HasEnded => _process.HasExited;

        public void Dispose()
        {
            _process.Kill();
            _process.WaitForExit();
            _process.Dispose();
        }
    }

    /// <summary>rsyslog with TCP and RELP, writing each message to one file, whose lines are counted.</summary>
    private sealed class RsyslogReceiver : IDisposable
    {
        private readonly RsyslogProcess _process;
        private readonly string _file;
        private readonly byte[] _buffer = new byte[1 << 20];
        private long _read;
        private int _count;

        public RsyslogReceiver(string folder)
        {
            Directory.CreateDirectory(folder);
            _file = Path.Combine(folder, "received");
            string configuration = Path.Combine(folder, "conf");
            TcpPort = FreePort();
            RelpPort = FreePort();
            File.WriteAllText(_file, "");
            File.WriteAllText(configuration, $$"""
                global(workDirectory="{{folder}}" maxMessageSize="256k" processInternalMessages="on")
                module(load="imptcp")
                module(load="imrelp")
                template(name="raw" type="string" string="%rawmsg%\n")
                ruleset(name="keep") { action(type="omfile" file="{{_file}}" template="raw" ioBufferSize="256k") }
                input(type="imptcp" address="127.0.0.1" port="{{TcpPort}}" ruleset="keep")
                input(type="imrelp" address="127.0.0.1" port="{{RelpPort}}" ruleset="keep" maxDataSize="256k")
                """);
            _process = new RsyslogProcess(configuration, folder);
            while (!Listens(TcpPort) || !Listens(RelpPort))
            {
                if (_process.HasEnded) throw new InvalidOperationException("rsyslogd ended; it needs the packages rsyslog and rsyslog-relp.");
                Thread.Sleep(20);
            }
        }

        public int TcpPort { get; }

        public int RelpPort { get; }

        public int Count()
        {
            using FileStream file = new(_file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            file.Position = _read;
            for (int read; (read = file.Read(_buffer)) > 0; _read += read) _count += _buffer.AsSpan(0, read).Count((byte)'\n');
            return _count;
        }

        public void WaitFor(int count)
        {
            Stopwatch clock = Stopwatch.StartNew();
            while (Count() < count)
            {
                if (clock.Elapsed > TimeSpan.FromMinutes(1)) throw new TimeoutException($"{_count} of {count} messages have come.");
                Thread.Sleep(2);
            }
        }

        public void Dispose() => _process.Dispose();

        private static bool Listens(int port)
        {
            try
            {
                using TcpClient client = new();
                client.Connect(IPAddress.Loopback, port);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        }

        private static int FreePort()
        {
            using TcpListener listener = new(IPAddress.Loopback, 0);
            listener.Start();
            return ((IPEndPoint)listener.LocalEndpoint).Port;
        }
    }
}

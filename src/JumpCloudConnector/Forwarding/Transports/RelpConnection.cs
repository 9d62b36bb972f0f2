using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace JumpCloudConnector.Forwarding.Transports;

/// <summary>
/// A session of the Reliable Event Logging Protocol, as its published specification has it: offers at the beginning, a number
/// for each message, an answer to each number, and never more unanswered ones than the window has. The protocol has no memory
/// of a session that broke: over another, what was not answered is sent again.
/// </summary>
internal sealed class RelpConnection : StreamConnection
{
    private const int HighestNumber = 999_999_999, OpeningNumber = 1, FewAnswers = 64;

    private static readonly TimeSpan s_forMore = TimeSpan.FromMilliseconds(1);

    private readonly RelpReader _reader;
    private readonly object _window = new();
    private readonly bool[] _answered;
    private TaskCompletionSource<bool> _answer = NewSignal();
    private Task _listening = new TaskCompletionSource<bool>().Task;
    private long _closeNumber = -1;

    // Messages by their count in this session: up to the first, all are answered; behind the last, none is written.
    private long _first;
    private long _last;

    // Whoever waits is woken when the messages up to this one are answered, and not at each answer.
    private long _awaited = long.MaxValue;

    public RelpConnection(SyslogDestination destination, Socket socket, Stream stream, TimeProvider time)
        : base(destination, socket, stream, time)
    {
        _reader = new RelpReader(stream);
        _answered = new bool[destination.Window];
    }

    public override bool ConfirmsAtEnd => false;

    public override Task Ended => _listening;

    /// <summary>Opens the session.</summary>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        AppendFrame(OpeningNumber, "open"u8, Encoding.ASCII.GetBytes("relp_version=0\nrelp_software=JumpCloudConnector,https://github.com/JumpCloudConnector\ncommands=syslog"));
        try
        {
            await FlushAsync(cancellationToken).ConfigureAwait(false);
            RelpFrame? answer = await _reader.ReadAsync().WithinAsync(
                Destination.Timeout, Time, Socket.Dispose, () => SyslogFaults.Protocol(Destination, "it does not answer the opening of a session"), cancellationToken).ConfigureAwait(false);
            if (answer is not { } frame) throw SyslogFaults.ClosedAtOpening(Destination);
            if (frame.Command == "serverclose") throw SyslogFaults.Closed(Destination);
            if (frame.Number != OpeningNumber || frame.Command != "rsp") throw SyslogFaults.Protocol(Destination, $"it answers the opening with '{frame.Command}'");
            if (CodeOf(frame.Data) != 200) throw SyslogFaults.Rejected(Destination, Shown(frame.Data));
            CheckOffers(frame.Data);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            throw SyslogFaults.Closed(Destination, e);
        }
        catch (FormatException e)
        {
            throw SyslogFaults.Protocol(Destination, e.Message);
        }

        _listening = ListenAsync();
    }

    public override async Task SendAsync(MessageBatch batch, CancellationToken cancellationToken)
    {
        for (int i = 0; i < batch.Count; i++)
        {
            if (!TryTakePlace() || IsOutFull)
            {
                await FlushAsync(cancellationToken).ConfigureAwait(false);
                await WaitForPlaceAsync(cancellationToken).ConfigureAwait(false);
            }

            AppendFrame(NumberOf(_last), "syslog"u8, batch[i]);
            lock (_window) _last++;
            Sent++;
        }

        await FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    public override async Task FinishAsync(CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken).ConfigureAwait(false);
        await WaitUntilAsync(_last, cancellationToken).ConfigureAwait(false);
        int number = NumberOf(_last);
        Volatile.Write(ref _closeNumber, number);
        AppendFrame(number, "close"u8, default);
        try
        {
            await FlushAsync(cancellationToken).ConfigureAwait(false);
            // Its answer is a courtesy: everything is confirmed already.
            await Task.WhenAny(_listening, Time.Delay(TimeSpan.FromSeconds(2), cancellationToken)).ConfigureAwait(false);
        }
        catch (JcException)
        {
            // It closed first.
        }
    }

    // The first message's number follows the opening's; numbers wrap to 1, since 0 is the receiver's own.
    private static int NumberOf(long message) => (int)((message + OpeningNumber) % HighestNumber) + 1;

    private bool TryTakePlace()
    {
        lock (_window) return _last - _first < _answered.Length;
    }

    // Not for one place at a time, or each message would be a packet where the receiver is the slower.
    private Task WaitForPlaceAsync(CancellationToken cancellationToken) =>
        WaitUntilAsync(_last - _answered.Length + Math.Max(1, _answered.Length / 4), cancellationToken);

    /// <summary>Waits until the messages up to one are answered.</summary>
    private async Task WaitUntilAsync(long message, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task answer;
            long first;
            lock (_window)
            {
                first = _first;
                if (first >= message) return;
                _awaited = message;
                answer = _answer.Task;
            }

            ThrowWhereBroken();
            using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Task pause = Time.Delay(Destination.Timeout, over.Token);
            await Task.WhenAny(answer, _listening, pause).ConfigureAwait(false);
            over.Cancel();
            if (cancellationToken.IsCancellationRequested) Socket.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            // A slow receiver has time for each answer, not for all of them.
            if (answer.IsCompleted || _listening.IsCompleted || Confirmed > first) continue;
            Socket.Dispose();
            throw SyslogFaults.NotAcknowledged(Destination, _last - first);
        }
    }

    private void AppendFrame(int number, ReadOnlySpan<byte> command, ReadOnlySpan<byte> data)
    {
        Out.AppendNumber(number);
        Out.Append((byte)' ');
        Out.Append(command);
        Out.Append((byte)' ');
        Out.AppendNumber(data.Length);
        if (data.Length > 0)
        {
            Out.Append((byte)' ');
            Out.Append(data);
        }

        Out.Append((byte)'\n');
    }

    /// <summary>Takes the answers, until the receiver ends the session.</summary>
    private async Task ListenAsync()
    {
        try
        {
            do
            {
                int answers = 0;
                while (_reader.TryRead(out RelpFrame frame))
                {
                    if (frame.Command == "serverclose") return;
                    if (frame.Command != "rsp") throw SyslogFaults.Protocol(Destination, $"it sends '{frame.Command}'");
                    if (frame.Number == Volatile.Read(ref _closeNumber)) continue;
                    if (CodeOf(frame.Data) != 200) throw SyslogFaults.Rejected(Destination, Shown(frame.Data));
                    Answer(frame.Number);
                    answers++;
                }

                // A receiver answers message by message, a packet each. To be woken by each of them would cost more than to send.
                if (answers is > 0 and < FewAnswers && IsBusy()) await Time.Delay(s_forMore, CancellationToken.None).ConfigureAwait(false);
            }
            while (await _reader.FillAsync().ConfigureAwait(false));
        }
        catch (FormatException e)
        {
            throw SyslogFaults.Protocol(Destination, e.Message);
        }
    }

    private bool IsBusy()
    {
        lock (_window) return _last - _first > FewAnswers;
    }

    private void Answer(int number)
    {
        TaskCompletionSource<bool>? signal = null;
        lock (_window)
        {
            // Answers come in the order of messages, or nearly so; what is confirmed is the unbroken run.
            long message = _first + ((number - NumberOf(_first) + HighestNumber) % HighestNumber);
            if (message >= _last) throw SyslogFaults.Protocol(Destination, $"it answers the number {number.ToString(CultureInfo.InvariantCulture)}, which nothing was sent with");
            _answered[message % _answered.Length] = true;
            while (_first < _last && _answered[_first % _answered.Length])
            {
                _answered[_first % _answered.Length] = false;
                _first++;
            }

            Confirmed = _first;
            if (_first >= _awaited)
            {
                signal = _answer;
                _answer = NewSignal();
                _awaited = long.MaxValue;
            }
        }

        signal?.TrySetResult(true);
    }

    private void CheckOffers(string answer)
    {
        string? commands = answer.Split('\n').FirstOrDefault(l => l.StartsWith("commands=", StringComparison.Ordinal));
        if (commands is not null && !commands.Substring(9).Split(',').Contains("syslog")) throw SyslogFaults.Rejected(Destination, $"it does not take syslog messages ({Shown(commands)})");
    }

    private static int CodeOf(string answer)
    {
        int space = answer.IndexOfAny([' ', '\n']);
        string code = space < 0 ? answer : answer.Substring(0, space);
        return int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : throw new FormatException($"an answer begins with '{Shown(answer)}'");
    }

    private static string Shown(string answer)
    {
        string line = new([.. answer.Split('\n')[0].Where(c => !char.IsControl(c))]);
        return line.Length <= 200 ? line : line.Substring(0, 200) + "…";
    }

    private static TaskCompletionSource<bool> NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

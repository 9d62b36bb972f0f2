using System.Collections.Concurrent;
using System.Net.Security;
using System.Net.Sockets;

namespace JumpCloudConnector.Tests.Support.Receivers;

/// <summary>A frame that a server has to answer.</summary>
/// <param name="Connection">Which connection it came over, from 1.</param>
/// <param name="Frame">The frame.</param>
/// <param name="Message">Which syslog frame of this connection it is, from 1; 0 for other commands.</param>
internal sealed record RelpRequest(int Connection, RelpFrame Frame, int Message);

/// <summary>What a server does about a frame: bytes to send, and how the connection goes on.</summary>
internal sealed record RelpAnswer(byte[] Bytes, RelpAnswer.After Then = RelpAnswer.After.GoOn)
{
    public enum After
    {
        /// <summary>The next frame is read.</summary>
        GoOn,

        /// <summary>The connection is closed; a reset follows where something was unread.</summary>
        Close,

        /// <summary>The connection is reset, and what was sent may be lost too.</summary>
        Reset,
    }

    /// <summary>Not a byte, and the connection stays.</summary>
    public static RelpAnswer Nothing { get; } = new([]);

    /// <summary>Closes without a word.</summary>
    public static RelpAnswer Close { get; } = new([], After.Close);

    public static RelpAnswer Reset { get; } = new([], After.Reset);

    /// <summary>The hint that the server closes, and that it does.</summary>
    public static RelpAnswer ServerClose { get; } = new(new RelpFrame(0, "serverclose", "").ToBytes(), After.Close);

    /// <summary>A response with this text, such as <c>200 OK</c> or <c>500 not now</c>.</summary>
    public static RelpAnswer Response(RelpRequest request, string text, After then = After.GoOn) =>
        new(new RelpFrame(request.Frame.Number, "rsp", text).ToBytes(), then);

    /// <summary>What rsyslog's imrelp answers, to the byte but for its name.</summary>
    public static RelpAnswer Usual(RelpRequest request) => request.Frame.Command switch
    {
        "open" => Response(request, "200 OK\nrelp_version=0\nrelp_software=test,1.0,http://localhost\ncommands=syslog"),
        "syslog" => Response(request, "200 OK"),
        "close" => new RelpAnswer([.. Response(request, "").Bytes, .. ServerClose.Bytes], After.Close),
        _ => ServerClose,
    };
}

/// <summary>A RELP receiver that does about each frame what it is told to, right or wrong.</summary>
internal sealed class RelpServer : LoopbackListener
{
    private readonly ConcurrentQueue<RelpRequest> _requests = new();
    private readonly ConcurrentQueue<byte[]> _accepted = new();
    private readonly Func<RelpRequest, RelpAnswer> _answer;

    /// <param name="answer">What to do about a frame; <see cref="RelpAnswer.Usual"/> unless given.</param>
    /// <param name="certificate">Speak TLS, with this certificate.</param>
    /// <param name="clientAuthority">Refuse clients without a certificate of this authority.</param>
    public RelpServer(Func<RelpRequest, RelpAnswer>? answer = null, SslStreamCertificateContext? certificate = null, TestAuthority? clientAuthority = null)
        : base(certificate, clientAuthority)
    {
        _answer = answer ?? RelpAnswer.Usual;
        Listen();
    }

    /// <summary>Every frame that came, in order.</summary>
    public IReadOnlyList<RelpRequest> Requests => [.. _requests];

    /// <summary>The messages that were answered with 200.</summary>
    public IReadOnlyList<byte[]> Accepted => [.. _accepted];

    protected override async Task ServeAsync(int connection, Socket socket, Stream stream, CancellationToken cancellationToken)
    {
        StreamReading reading = new(stream);
        int messages = 0;
        while (await reading.ReadFrameAsync(cancellationToken) is { } frame)
        {
            RelpRequest request = new(connection, frame, frame.Command == "syslog" ? ++messages : 0);
            _requests.Enqueue(request);
            RelpAnswer answer = _answer(request);
            if (request.Message > 0 && answer.Bytes.AsSpan().SequenceEqual(RelpAnswer.Usual(request).Bytes)) _accepted.Enqueue(frame.Data);
            await stream.WriteAsync(answer.Bytes, cancellationToken);
            if (answer.Then == RelpAnswer.After.Reset) socket.Close(0);
            if (answer.Then != RelpAnswer.After.GoOn) return;
        }
    }
}

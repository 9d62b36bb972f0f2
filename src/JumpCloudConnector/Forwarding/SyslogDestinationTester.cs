using JumpCloudConnector.Connectors;
using JumpCloudConnector.Forwarding.Transports;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Forwarding;

/// <summary>Sends one marked message the way that all go, and says how far it got. The destination's place stays; its status is what the test says.</summary>
public sealed class SyslogDestinationTester(RecordStore store, SecretProtector secrets, TimeProvider? time = null)
{
    /// <summary>The event type of the message, by which a receiver can tell it from events.</summary>
    public const string EventType = "jcconnector_test";

    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>Tests a destination; its faults are in the result.</summary>
    public async Task<SyslogDestinationTest> TestAsync(SyslogDestination destination, CancellationToken cancellationToken)
    {
        List<SyslogStepResult> steps = [];
        long last = _time.GetTimestamp();
        string? marker = null;
        try
        {
            string? password = destination.ClientCertificateFile is null ? null : new SyslogDestinationRegistry(store, secrets, _time).PasswordOf(destination);
            using SyslogConnection connection = await SyslogConnection.OpenAsync(destination, password, _time, Reach, cancellationToken).ConfigureAwait(false);
            using MessageBatch batch = new();
            string text = Guid.NewGuid().ToString("D");
            Write(destination, text, batch);
            marker = text;
            await connection.SendAsync(batch, cancellationToken).ConfigureAwait(false);
            Reach(SyslogStep.Accepted);
            await connection.FinishAsync(cancellationToken).ConfigureAwait(false);
            bool promises = destination.Transport != SyslogTransport.Udp;
            if (promises) Reach(SyslogStep.Acknowledged);
            store.Destinations.SetReached(destination.Id, Now);
            return Result(true, promises
                ? $"Taken by the receiver: {marker}"
                : $"The message '{marker}' was sent off. Over Udp nobody ever learns whether it arrived: look for it at the receiver.", null);
        }
        catch (JcException e)
        {
            store.Destinations.SetFault(destination.Id, e, Now);
            return Result(false, e.Message, e.ErrorId);
        }

        void Reach(SyslogStep step)
        {
            steps.Add(new SyslogStepResult(step, _time.GetElapsedTime(last)));
            last = _time.GetTimestamp();
        }

        SyslogDestinationTest Result(bool succeeded, string message, string? errorId) => new()
        {
            Name = destination.Name, HostName = destination.HostName, Port = destination.Port, Transport = destination.Transport, Succeeded = succeeded,
            Reached = steps.Count == 0 ? null : steps[steps.Count - 1].Step, Step = steps, Marker = marker, Message = message, ErrorId = errorId,
        };
    }

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private void Write(SyslogDestination destination, string marker, MessageBatch batch)
    {
        long now = Now;
        using ByteBuffer json = new(512);
        json.Append("{\"timestamp\":"u8);
        json.AppendNumber(now);
        json.Append(",\"write_time\":"u8);
        json.AppendNumber(now);
        foreach ((string name, string value) in new[]
        {
            ("stellar_uuid", marker), ("msg_class", "jcconnector_test"), ("event_type", EventType), ("event_status", "success"),
            ("event_name", $"Test of the syslog destination {destination.Name}"),
        })
        {
            json.Append((byte)',');
            json.AppendProperty(name, value);
        }

        json.Append((byte)'}');
        using SyslogMessageFormatter formatter = new(destination, Environment.MachineName, 0);
        formatter.TryFormat(new IngestedRecord(1, json.Span.ToArray()), batch.Bytes, out _);
        batch.Add(1, 0);
    }
}

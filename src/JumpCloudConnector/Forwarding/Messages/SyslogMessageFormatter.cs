using JumpCloudConnector.Records;
namespace JumpCloudConnector.Forwarding.Messages;
internal sealed class SyslogMessageFormatter(SyslogDestination destination, string machineName, int processId) : IDisposable
{
    public bool TryFormat(IngestedRecord record, ByteBuffer output, out int fate)
    {
        fate = destination.Port + machineName.Length + processId;
        output.Append(System.Text.Encoding.UTF8.GetBytes($"<134>1 - {machineName} app - - [meta sequenceId=\"{record.Sequence}\"] "));
        output.Append(record.Utf8.Span);
        return true;
    }
    public void Dispose() { }
}

using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace JumpCloudConnector.Records;

/// <summary>Whose records a stream writes: the part of a record's header that is the same for all of them.</summary>
/// <param name="TenantId">The tenant's stable id.</param>
/// <param name="TenantName">The tenant's name.</param>
/// <param name="ConnectorName">The connector's name.</param>
/// <param name="OrganizationId">The JumpCloud organization's id, where it is known before the event is read.</param>
/// <param name="OrganizationName">The JumpCloud organization's name, where it is known.</param>
public sealed record RecordOrigin(
    string TenantId, string TenantName, string ConnectorName, string? OrganizationId, string? OrganizationName);

/// <summary>The header's unchanging pieces, made once per stream so that a record costs only copies.</summary>
internal sealed class RecordTemplate
{
    public RecordTemplate(RecordOrigin origin, string messageClass, string source)
    {
        using ByteBuffer buffer = new(512);
        buffer.Append("\","u8);
        buffer.AppendProperty("tenantid", origin.TenantId);
        buffer.Append((byte)',');
        buffer.AppendProperty("tenant_name", origin.TenantName);
        buffer.Append((byte)',');
        buffer.AppendProperty("connector_name", origin.ConnectorName);
        BeforeOrganization = buffer.Span.ToArray();

        buffer.Truncate(0);
        buffer.Append((byte)',');
        if (!string.IsNullOrWhiteSpace(origin.OrganizationName))
        {
            buffer.AppendProperty("org_name", origin.OrganizationName!);
            buffer.Append((byte)',');
        }

        buffer.AppendProperty("msg_class", messageClass);
        buffer.Append(",\"msg_origin\":{"u8);
        buffer.AppendProperty("source", source);
        buffer.Append((byte)',');
        buffer.AppendProperty("category", MessageClass.Category);
        buffer.Append(",\"processor\":{"u8);
        buffer.AppendProperty("name", source);
        buffer.Append((byte)',');
        buffer.AppendProperty("type", "log_collector");
        buffer.Append("}}"u8);
        AfterOrganization = buffer.Span.ToArray();
        OrganizationId = string.IsNullOrWhiteSpace(origin.OrganizationId)
            ? null : JsonEncodedText.Encode(origin.OrganizationId!, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes.ToArray();
    }

    public byte[] BeforeOrganization { get; }

    public byte[] AfterOrganization { get; }

    /// <summary>JSON-escaped.</summary>
    public byte[]? OrganizationId { get; }

    /// <summary>Writes the whole header: times, identity, tenant, connector, organization, class and origin.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="timestamp">The event's time, epoch milliseconds.</param>
    /// <param name="writeTime">The time of writing, epoch milliseconds.</param>
    /// <param name="key">The record's identity.</param>
    /// <param name="organization">The organization the event itself names, JSON-escaped; used where the stream knows none.</param>
    /// <returns>How many bytes the organization's id has, which ends one byte before <see cref="AfterOrganization"/>; 0 where there is none.</returns>
    [MethodImpl(HotPath.Optimized)]
    public int WriteHeader(ByteBuffer output, long timestamp, long writeTime, RecordKey key, ReadOnlySpan<byte> organization)
    {
        output.Append("{\"timestamp\":"u8);
        output.AppendNumber(timestamp);
        output.Append(",\"write_time\":"u8);
        output.AppendNumber(writeTime);
        output.Append(",\"stellar_uuid\":\""u8);
        key.Format(output.Reserve(36));
        output.Append(BeforeOrganization);
        ReadOnlySpan<byte> id = OrganizationId ?? organization;
        if (!id.IsEmpty)
        {
            output.Append(",\"org_id\":\""u8);
            output.Append(id);
            output.Append((byte)'"');
        }

        output.Append(AfterOrganization);
        return id.Length;
    }
}

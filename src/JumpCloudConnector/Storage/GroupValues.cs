using JumpCloudConnector.Records;

namespace JumpCloudConnector.Storage;

/// <summary>The values by which records are counted; an organization has two.</summary>
internal sealed class GroupValues
{
    private readonly IReadOnlyList<RecordGroup> _by;

    public GroupValues(IReadOnlyList<RecordGroup> by)
    {
        _by = [.. by.Distinct()];
        Count = _by.Count + (_by.Contains(RecordGroup.Organization) ? 1 : 0);
        AreOfOrigin = _by.All(g => g is RecordGroup.ConnectorName or RecordGroup.TenantName or RecordGroup.Organization or RecordGroup.MsgClass);
    }

    /// <summary>How many values a group has.</summary>
    public int Count { get; }

    /// <summary>True where they are known without making a record.</summary>
    public bool AreOfOrigin { get; }

    public bool NeedsOrganization => _by.Contains(RecordGroup.Organization);

    /// <summary>The values of all records of an origin.</summary>
    public string?[] Of(RecordKind kind, RecordOrigin origin)
    {
        string?[] values = new string?[Count];
        int at = 0;
        foreach (RecordGroup group in _by)
        {
            values[at++] = group switch
            {
                RecordGroup.ConnectorName => origin.ConnectorName,
                RecordGroup.TenantName => origin.TenantName,
                RecordGroup.Organization => origin.OrganizationId,
                _ => OriginFilter.ClassOf(kind),
            };
            if (group == RecordGroup.Organization) values[at++] = string.IsNullOrWhiteSpace(origin.OrganizationName) ? null : origin.OrganizationName;
        }

        return values;
    }

    /// <summary>The values of a record.</summary>
    public void Append(ReadOnlySpan<byte> json, RecordHeader header, BlockTally tally)
    {
        foreach (RecordGroup group in _by)
        {
            FieldValue value = header[group switch
            {
                RecordGroup.ConnectorName => RecordHeader.ConnectorName,
                RecordGroup.TenantName => RecordHeader.TenantName,
                RecordGroup.Organization => RecordHeader.OrganizationId,
                RecordGroup.MsgClass => RecordHeader.MessageClass,
                RecordGroup.Service => RecordHeader.Service,
                RecordGroup.EventType => RecordHeader.EventType,
                RecordGroup.EventStatus => RecordHeader.EventStatus,
                RecordGroup.SourceIp => RecordHeader.SourceIp,
                _ => header[RecordHeader.UserName].IsString ? RecordHeader.UserName : RecordHeader.UserEmail,
            }];
            tally.Append(json, value);
            if (group == RecordGroup.Organization) tally.Append(json, header[RecordHeader.OrganizationName]);
        }
    }

    /// <summary>Gives a count its values.</summary>
    public RecordCount Fill(RecordCount count, string?[] values)
    {
        int at = 0;
        List<string> words = [];
        foreach (RecordGroup group in _by)
        {
            string? value = values[at++];
            words.Add((group == RecordGroup.Organization ? values[at] ?? value : value) ?? "(none)");
            count = group switch
            {
                RecordGroup.ConnectorName => count with { ConnectorName = value },
                RecordGroup.TenantName => count with { TenantName = value },
                RecordGroup.Organization => count with { OrganizationId = value, OrganizationName = values[at++] },
                RecordGroup.MsgClass => count with { MsgClass = value },
                RecordGroup.Service => count with { Service = value },
                RecordGroup.EventType => count with { EventType = value },
                RecordGroup.EventStatus => count with { EventStatus = value },
                RecordGroup.SourceIp => count with { SourceIp = value },
                _ => count with { User = value },
            };
        }

        return count with { Group = words.Count == 0 ? "(all)" : string.Join(", ", words) };
    }
}

using System.Management.Automation;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Finds records in the store, newest first.</summary>
[Cmdlet(VerbsCommon.Get, Nouns.IngestedRecord)]
[OutputType(typeof(IngestedRecord), typeof(string))]
public sealed class GetJcIngestedRecord : RecordQueryCmdlet
{
    /// <summary>At most so many.</summary>
    [Parameter]
    [LongTransformation]
    [ValidateRange(1, long.MaxValue)]
    public long? First { get; set; }

    /// <summary>Oldest first.</summary>
    [Parameter]
    public SwitchParameter Oldest { get; set; }

    /// <summary>Writes each record's JSON as stored, as text.</summary>
    [Parameter]
    public SwitchParameter AsJson { get; set; }

    /// <inheritdoc/>
    protected override RecordQuery Criteria() => base.Criteria() with { First = First, Oldest = Oldest };

    /// <inheritdoc/>
    protected override void Work(RecordStore store, RecordQuery query)
    {
        long found = 0;
        foreach (IngestedRecord record in store.Records.Find(query, StopToken))
        {
            found++;
            WriteObject(AsJson ? record.Json : (object)record);
        }

        if (found == 0) SayWhatWasSearched(store, query);
    }
}

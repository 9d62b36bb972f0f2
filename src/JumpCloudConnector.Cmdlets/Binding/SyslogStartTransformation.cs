using System.Management.Automation;
using JumpCloudConnector.Forwarding;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Where a syslog destination begins: Now, Beginning, or an instant as <see cref="TimePointTransformation"/> reads it.</summary>
public sealed class SyslogStartTransformation : TextTransformation
{
    private readonly TimePointTransformation _time = new();

    /// <inheritdoc/>
    protected override string Expected => "Give Now, Beginning, a time such as 2026-01-31T08:00, or how long ago it was, such as 7d or 12h.";

    /// <inheritdoc/>
    private protected override bool AsTyped => true;

    /// <inheritdoc/>
    protected override object Convert(object value)
    {
        switch (value)
        {
            case SyslogStart start:
                return start;
            case string text when string.Equals(text.Trim(), nameof(SyslogStart.Now), StringComparison.OrdinalIgnoreCase):
                return SyslogStart.Now;
            case string text when string.Equals(text.Trim(), nameof(SyslogStart.Beginning), StringComparison.OrdinalIgnoreCase):
                return SyslogStart.Beginning;
            default:
                try
                {
                    return SyslogStart.At((DateTimeOffset)_time.Transform(null!, value)!);
                }
                catch (ArgumentTransformationMetadataException e)
                {
                    // A date in another order has a remedy of its own.
                    if (value is string written && CultureTime.Remedy(written, System.Globalization.CultureInfo.CurrentCulture) is not null) throw Refuse(e.Message);
                    throw RefuseValue(value);
                }
        }
    }
}

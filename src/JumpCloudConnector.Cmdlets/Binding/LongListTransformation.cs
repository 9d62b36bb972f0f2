using System.Collections;
using System.Management.Automation;

namespace JumpCloudConnector.Cmdlets;

/// <summary>
/// Whole numbers of up to 63 bits, as an array: given one by one, or as text with commas or semicolons between them, as a
/// cell of a table has them.
/// </summary>
public sealed class LongListTransformation : TextTransformation
{
    private static readonly char[] s_separators = [',', ';'];

    /// <inheritdoc/>
    protected override string Expected => "Give a whole number; several with commas between them.";

    /// <inheritdoc/>
    protected override object Convert(object value)
    {
        List<long> numbers = [];
        Add(numbers, value);
        return numbers.Count > 0 ? numbers.ToArray() : throw Refuse($"Nothing was given. {Expected}");
    }

    private void Add(List<long> numbers, object? value)
    {
        if (value is PSObject wrapped) value = wrapped.BaseObject;
        switch (value)
        {
            case null:
                break;
            case string text:
                foreach (string part in text.Split(s_separators))
                {
                    if (!string.IsNullOrWhiteSpace(part)) AddOne(numbers, part);
                }

                break;
            case IEnumerable items:
                foreach (object? item in items) Add(numbers, item);
                break;
            default:
                AddOne(numbers, value);
                break;
        }
    }

    private void AddOne(List<long> numbers, object value)
    {
        if (!WholeNumber.TryRead(value, out long number)) throw RefuseValue(value);
        if (!numbers.Contains(number)) numbers.Add(number);
    }
}

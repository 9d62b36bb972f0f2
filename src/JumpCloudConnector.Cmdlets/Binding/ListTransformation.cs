using System.Collections;
using System.Management.Automation;

namespace JumpCloudConnector.Cmdlets;

/// <summary>
/// Values of an enumeration, as an array: given one by one, or as text with commas or semicolons between them, as a cell of
/// a table has them. Each is taken once; numbers are refused.
/// </summary>
public sealed class ListTransformation : TextTransformation
{
    private static readonly char[] s_separators = [',', ';'];
    private readonly EnumNames _names;

    /// <summary>Creates the transformation.</summary>
    /// <param name="enumType">The enumeration.</param>
    public ListTransformation(Type enumType)
    {
        EnumType = enumType;
        _names = new EnumNames(enumType);
    }

    /// <summary>The enumeration.</summary>
    public Type EnumType { get; }

    /// <inheritdoc/>
    protected override string Expected => $"Give {_names.Choice}; several with commas between them.";

    /// <inheritdoc/>
    protected override object Convert(object value)
    {
        var values = new List<object>();
        Add(values, value);
        if (values.Count == 0) throw Refuse($"Nothing was given. {Expected}");

        var array = Array.CreateInstance(EnumType, values.Count);
        for (int index = 0; index < values.Count; index++) array.SetValue(values[index], index);
        return array;
    }

    private void Add(List<object> values, object? value)
    {
        // A list that came over remoting is a PSObject around an ArrayList.
        if (value is PSObject { BaseObject: string or IEnumerable } wrapped) value = wrapped.BaseObject;
        switch (value)
        {
            case null:
                break;
            case string text:
                foreach (string part in text.Split(s_separators))
                {
                    // Nothing between two separators is a slip of the pen, not a value.
                    if (!string.IsNullOrWhiteSpace(part)) AddOne(values, part);
                }

                break;
            case IEnumerable items:
                foreach (object? item in items) Add(values, item);
                break;
            default:
                AddOne(values, value);
                break;
        }
    }

    private void AddOne(List<object> values, object value)
    {
        if (!_names.TryParse(value is PSObject { BaseObject: Enum known } ? known : value, out object? parsed)) throw RefuseValue(value, _names.Nearest(value));
        if (!values.Contains(parsed!)) values.Add(parsed!);
    }
}

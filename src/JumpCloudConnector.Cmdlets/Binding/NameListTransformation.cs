using System.Collections;
using System.Management.Automation;

namespace JumpCloudConnector.Cmdlets;

/// <summary>
/// Names, as an array: given one by one, or as text with semicolons between them, as a cell of a table has them. A comma
/// may be part of a name. Nothing, or an empty list, is no name.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class NameListTransformation : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        List<string> names = [];
        Add(names, inputData);
        return names.ToArray();
    }

    private static void Add(List<string> names, object? value)
    {
        switch (value is PSObject wrapped ? wrapped.BaseObject : value)
        {
            case null:
                break;
            case string text:
                names.AddRange(text.Split(';').Select(n => n.Trim()).Where(n => n.Length > 0 && !names.Contains(n, StringComparer.OrdinalIgnoreCase)));
                break;
            case IEnumerable items:
                foreach (object? item in items) Add(names, item);
                break;
            case var other:
                names.Add(LanguagePrimitives.ConvertTo<string>(other));
                break;
        }
    }
}

namespace JumpCloudConnector.Cmdlets;

/// <summary>One value of an enumeration, by its name; numbers are refused.</summary>
public sealed class EnumTransformation : TextTransformation
{
    private readonly EnumNames _names;

    /// <summary>Creates the transformation.</summary>
    /// <param name="enumType">The enumeration.</param>
    public EnumTransformation(Type enumType)
    {
        EnumType = enumType;
        _names = new EnumNames(enumType);
    }

    /// <summary>The enumeration.</summary>
    public Type EnumType { get; }

    /// <inheritdoc/>
    protected override string Expected => $"Give {_names.Choice}.";

    /// <inheritdoc/>
    protected override object Convert(object value) => _names.TryParse(value, out object? parsed) ? parsed! : throw RefuseValue(value, _names.Nearest(value));
}

using System.Management.Automation;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Reads the values of an enumeration by name, whatever their case; never by number.</summary>
internal sealed class EnumNames(Type enumType)
{
    private readonly string[] _names = Enum.GetNames(enumType);

    /// <summary>The names for a message: "A, B or C".</summary>
    public string Choice => _names.Length == 1
        ? _names[0]
        : $"{string.Join(", ", _names.Take(_names.Length - 1))} or {_names[_names.Length - 1]}";

    /// <summary>The name that somebody may have meant who wrote another, or null.</summary>
    public string? Nearest(object value) => Likeness.Nearest(value.ToString() ?? "", _names);

    public bool TryParse(object value, out object? parsed)
    {
        if (value.GetType() == enumType)
        {
            parsed = value;
            return Enum.IsDefined(enumType, value);
        }

        // The text of a PSObject is the name where an enumeration came over remoting.
        string? text = (value as string ?? (value as PSObject)?.ToString())?.Trim();
        string? name = _names.FirstOrDefault(candidate => string.Equals(candidate, text, StringComparison.OrdinalIgnoreCase));
        parsed = name is null ? null : Enum.Parse(enumType, name);
        return name is not null;
    }
}

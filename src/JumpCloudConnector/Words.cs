using System.Globalization;

namespace JumpCloudConnector;

/// <summary>Puts numbers and names into sentences.</summary>
public static class Words
{
    // More names than these nobody reads.
    private const int MostNamed = 3;

    /// <summary>"1 connector", "2 connectors".</summary>
    public static string Count(long number, string one) => $"{number.ToString(CultureInfo.InvariantCulture)} {one}{(number == 1 ? "" : "s")}";

    /// <summary>The first of many, and how many more there are: <c>a, b, c and 7 more</c>.</summary>
    public static string List(IEnumerable<string> names)
    {
        string[] all = [.. names];
        if (all.Length == 1) return all[0];
        // "And 1 more" takes the room of its name.
        return all.Length <= MostNamed + 1 ? $"{string.Join(", ", all.Take(all.Length - 1))} and {all[all.Length - 1]}"
            : $"{string.Join(", ", all.Take(MostNamed))} and {all.Length - MostNamed} more";
    }

    /// <summary>As <see cref="List"/>, each in quotation marks.</summary>
    public static string Names(IEnumerable<string> names) => List(names.Select(n => $"'{n}'"));

    /// <summary>"an organization ID", "a provider ID".</summary>
    public static string WithArticle(string thing) => $"{("aeiou".IndexOf(char.ToLowerInvariant(thing[0])) >= 0 ? "an" : "a")} {thing}";
}

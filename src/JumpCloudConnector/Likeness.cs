namespace JumpCloudConnector;

/// <summary>Finds what somebody may have meant who wrote a name that is not there.</summary>
public static class Likeness
{
    /// <summary>The letters and digits of a name alone: whoever writes EventType or event-type means event_type.</summary>
    public static string Letters(string name) => new([.. name.Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant)]);

    /// <summary>
    /// The known name that a written one is most like: the same but for signs, one that begins with it or has it inside, or one
    /// that a slip or two make of it. Null where none is like it.
    /// </summary>
    public static string? Nearest(string written, IEnumerable<string> known)
    {
        string letters = Letters(written);
        if (letters.Length == 0) return null;
        (string Name, string Letters)[] names = [.. known.Select(k => (k, Letters(k))).Where(k => k.Item2.Length > 0)];
        if (Array.Find(names, n => n.Letters == letters).Name is { } same) return same;
        (string? near, int distance) = names.Select(n => ((string?)n.Name, Distance(letters, n.Letters))).OrderBy(n => n.Item2).FirstOrDefault();
        if (near is not null && distance <= Math.Max(1, letters.Length / 4)) return near;
        // Fewer letters than three are in nearly everything.
        return letters.Length < 3 ? null
            : names.Where(n => n.Letters.Contains(letters)).OrderBy(n => n.Letters.IndexOf(letters, StringComparison.Ordinal)).ThenBy(n => n.Letters.Length).FirstOrDefault().Name;
    }

    /// <summary>The question whether the nearest of the known names is meant, with a space behind it; nothing where none is like it.</summary>
    internal static string Question(string written, IEnumerable<string>? known) =>
        known is not null && Nearest(written, known) is { } near ? $"Did you mean '{near}'? " : "";

    /// <summary>How many letters must be added, left out, replaced or exchanged with their neighbour to make one name of the other.</summary>
    public static int Distance(string one, string other)
    {
        int[] above = new int[other.Length + 1], row = [.. Enumerable.Range(0, other.Length + 1)], next = new int[other.Length + 1];
        for (int i = 1; i <= one.Length; i++)
        {
            next[0] = i;
            for (int j = 1; j <= other.Length; j++)
            {
                next[j] = Math.Min(row[j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1), Math.Min(row[j], next[j - 1]) + 1);
                if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1]) next[j] = Math.Min(next[j], above[j - 2] + 1);
            }

            (above, row, next) = (row, next, above);
        }

        return row[other.Length];
    }
}

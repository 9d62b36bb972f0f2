using System.Globalization;
using System.Text;
using JumpCloudConnector.Filters;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Queries;

/// <summary>
/// Reads Lucene's classic query syntax. NOT binds closer than AND, and AND closer than OR; what stands side by side without
/// an operator is joined by OR, as in Kibana. + and - say what all that stands side by side must and must not have.
/// </summary>
internal sealed class LuceneParser(string text, TimeProvider time)
{
    private const int MaxDepth = 100;
    private const string ExistsField = "_exists_", AnyField = "*";

    private readonly QueryTime _time = new(time);
    private readonly List<ConditionNode> _conditions = [];
    private readonly List<string> _doubts = [];
    private int _at;
    private int _depth;

    private enum Sign
    {
        None = 1,
        Must,
        MustNot,
        Not,
    }

    /// <exception cref="JcException">InvalidQuery.</exception>
    public LuceneQuery Parse()
    {
        if (string.IsNullOrWhiteSpace(text))
            throw new JcException("InvalidQuery", JcErrorKind.InvalidInput, "The query is empty. Give one such as event_type:sso_auth, or * for every record.", text);
        QueryNode root = ParseList(null);
        if (_at < text.Length) throw Fault(_at, "a closing parenthesis has no opening one before it.", "Take it away, or write \\) where it is part of a value.");
        return new LuceneQuery(text, root, _conditions, [.. _doubts.Distinct(StringComparer.Ordinal)]);
    }

    private bool AtEnd => _at >= text.Length;

    private char Current => text[_at];

    private QueryNode ParseList(string? field)
    {
        List<QueryNode> must = [], mustNot = [], may = [];
        SkipSpace();
        int start = _at;
        while (!AtEnd && Current != ')')
        {
            List<(QueryNode Node, Sign Sign)> chain = [];
            do
            {
                chain.Add(ParseAll(field));
            }
            while (SkipOperator("OR", "||"));

            foreach ((QueryNode node, Sign sign) in chain)
            {
                // NOT beside OR is a part like any other; alone among its neighbours it takes away from them, as in Lucene.
                if (sign == Sign.Must) must.Add(node);
                else if (sign == Sign.MustNot || (sign == Sign.Not && chain.Count == 1)) mustNot.Add(node);
                else may.Add(sign == Sign.Not ? QueryNode.Not(node) : node);
            }
        }

        if (_at == start)
        {
            throw AtEnd ? Fault(start, "something is missing at the end.", "Give what to search for.")
                : Fault(start, _depth == 0 ? "a closing parenthesis has no opening one before it." : "there is nothing in the parentheses.",
                    _depth == 0 ? "Take it away, or write \\) where it is part of a value." : "Put something into them, or take them away.");
        }

        List<QueryNode> all = [.. must];
        if (must.Count == 0 && may.Count > 0) all.Add(QueryNode.Any(may));
        all.AddRange(mustNot.Select(QueryNode.Not));
        return QueryNode.All(all);
    }

    private (QueryNode Node, Sign Sign) ParseAll(string? field)
    {
        (QueryNode first, Sign sign) = ParseSigned(field);
        if (!SkipOperator("AND", "&&")) return (first, sign);

        List<QueryNode> parts = [Plain(first, sign)];
        bool must = sign == Sign.Must;
        do
        {
            (QueryNode part, Sign partSign) = ParseSigned(field);
            parts.Add(Plain(part, partSign));
            must |= partSign == Sign.Must;
        }
        while (SkipOperator("AND", "&&"));

        return (QueryNode.All(parts), must ? Sign.Must : Sign.None);

        static QueryNode Plain(QueryNode node, Sign sign) => sign is Sign.Not or Sign.MustNot ? QueryNode.Not(node) : node;
    }

    private (QueryNode Node, Sign Sign) ParseSigned(string? field)
    {
        SkipSpace();
        int start = _at;
        int negations = 0;
        Sign sign = Sign.None;
        while (true)
        {
            Sign next = IsWord("NOT") ? Sign.Not : AtEnd ? Sign.None : Current switch { '!' => Sign.Not, '-' => Sign.MustNot, '+' => Sign.Must, _ => Sign.None };
            if (next == Sign.None) break;
            if (sign != Sign.None && (next == Sign.Must || sign == Sign.Must))
                throw Fault(_at, "+ cannot stand together with another sign.", "Write +a for what must be there, or -a for what must not.");
            if (sign == Sign.None) sign = next;
            if (next != Sign.Must) negations++;
            _at += IsWord("NOT") ? 3 : 1;
            SkipSpace();
        }

        if (AtEnd || Current == ')' || IsOperator())
        {
            string behind = AtEnd ? "the query ends" : Current == ')' ? "the group ends" : $"{OperatorText()} follows";
            if (sign != Sign.None) throw Fault(start, $"{behind} where {text.Substring(start, _at - start).TrimEnd()} needs something to apply to.", "Put a word, a field with a value or a group behind it.");
            if (_at > 0 && AtEnd) throw Fault(_at, "the query ends behind an operator.", "Put what is to be joined on both sides of it.");
            throw Fault(_at, IsOperator() ? $"{OperatorText()} has nothing before it." : "the group ends behind an operator.",
                IsOperator() ? "Put what is to be joined on both sides of it; to search for the word itself, write it in quotes." : "Put what is to be joined on both sides of it.");
        }

        QueryNode node = ParsePart(field);
        if (!AtEnd && Current == '^') throw Fault(_at, "a boost (^) weighs results that are ranked, and records are not.", "Take it away, or write \\^ where it is part of a value.");
        if (!AtEnd && Current == '~') throw Fault(_at, "fuzzy search and the distance of words (~) are not supported.", "Use the wildcards * and ?, or a regular expression such as /jan[ae]/; write \\~ where it is part of a value.");
        SkipSpace();
        if (sign is Sign.Not or Sign.MustNot && negations % 2 == 0) sign = Sign.None;
        return (node, sign);
    }

    /// <summary>A group, a field with what is asked of it, or something to be found in the field of the group or in any.</summary>
    private QueryNode ParsePart(string? field)
    {
        if (Current is not ('(' or '"' or '/' or '[' or '{' or '<' or '>'))
        {
            int start = _at;
            Term term = ReadTerm();
            SkipSpace(out int behind);
            if (!AtEnd && Current == ':')
            {
                string name = FieldName(term, start);
                _at++;
                SkipSpace();
                return ParseField(name, start);
            }

            _at = behind;
            if (term.Text is "and" or "or" or "not")
                _doubts.Add($"'{term.Text}' is searched for as a word. The operators are in capitals: AND, OR and NOT.");
            return OfTerm(field, term, start);
        }

        return ParseValue(field, _at);
    }

    private QueryNode ParseField(string field, int start)
    {
        if (AtEnd || Current == ')' || IsOperator() || IsWord("NOT"))
        {
            throw Fault(_at, $"the field {text.Substring(start, _at - start).TrimEnd()} has no value.",
                IsOperator() || IsWord("NOT") ? "Give one behind the colon; where it is AND, OR or NOT, write it in quotes." : "Give one behind the colon, or * for any.");
        }

        int doubts = _doubts.Count;
        int before = _conditions.Count;
        QueryNode node;
        if (Current is '(' or '"' or '/' or '[' or '{' or '<' or '>')
        {
            node = ParseValue(field, start);
        }
        else
        {
            int at = _at;
            Term term = ReadTerm();
            if (!AtEnd && Current == ':')
            {
                string value = text.Substring(at, _at - at);
                throw Fault(_at, $"the value of {field} has a colon.", $"Put the value in quotes, as in {field}:\"{value}:…\", or write \\: for the colon.");
            }

            node = OfTerm(field, term, at);
        }

        if (field is not (ExistsField or AnyField) && !QueryFields.IsBelow(field))
        {
            bool exists = _conditions.Skip(before).All(c => c.Field != field || c.Test is ExistsTest);
            string asked = text.Substring(start, _at - start).Trim();
            Doubt(field, exists, asked.Length <= 60 ? asked : asked.Substring(0, 60) + "…", doubts);
        }

        return node;
    }

    private void Doubt(string field, bool exists, string asked, int place)
    {
        if (KnownFields.Doubt(field, exists, $"{asked} holds for no record") is { } doubt) _doubts.Insert(place, doubt);
    }

    private QueryNode ParseValue(string? field, int start)
    {
        switch (Current)
        {
            case '(':
                int open = _at++;
                if (++_depth > MaxDepth) throw Fault(open, $"there are more than {MaxDepth} parentheses within each other.", "Write the query with fewer.");
                QueryNode group = ParseList(field);
                if (AtEnd) throw Fault(open, "the parenthesis that opens here is never closed.", "Close it with ), or write \\( where it is part of a value.");
                _at++;
                _depth--;
                return group;
            case '"':
                return OfText(field, ReadQuoted(), start);
            case '/':
                return OfExpression(field);
            case '<' or '>':
                return OfComparison(field);
            default:
                return OfRange(field);
        }
    }

    private QueryNode OfTerm(string? field, Term term, int start)
    {
        bool any = term.HasWildcards && term.Text.All(c => c == PatternTest.AnyRun);
        if (field == ExistsField) return OfExists(FieldName(term, start), start);
        if (any) return field is null or AnyField ? new EveryNode() : Condition(field, new ExistsTest());
        if (!term.HasWildcards) return OfText(field, term.Text, start);
        if (QueryFields.IsTime(field))
            throw Fault(start, $"{field} is a time, which takes no wildcards.", $"Give a year, month or day, such as {field}:2026-01, or a range such as {field}:[2026-01-01 TO now].");
        if (field == "srcip" && term.Text.IndexOf('/') >= 0) throw NoNetwork(term.Shown, start);
        return Condition(field, new PatternTest(term.Text, field is null or AnyField || QueryFields.HasWords(field)));
    }

    private QueryNode OfText(string? field, string value, int start)
    {
        if (field == ExistsField) return OfExists(FieldName(new Term(value, value, false), start), start);
        if (QueryFields.IsTime(field))
        {
            RangeBound day = Bound(field!, value, inclusive: true, start);
            return Condition(field, new RangeTest(day, day, true, _time));
        }

        if (field == "srcip" && value.IndexOf('/') >= 0 && !SubnetRange.TryParse(value, out _)) throw NoNetwork(value, start);
        if (field is not null) DoubtNumber(field, QueryNumber.TryParse(value.AsSpan(), out _), start);
        return Condition(field, new TermTest(value, field is null or AnyField || QueryFields.HasWords(field)));
    }

    private QueryNode OfExists(string field, int start)
    {
        if (field is AnyField) return new EveryNode();
        if (!QueryFields.IsBelow(field)) Doubt(field, true, $"{ExistsField}:{field}", _doubts.Count);
        return field == ExistsField ? throw Fault(start, $"{ExistsField} is not a field of records.", "Name a field behind it, such as _exists_:reason.") : Condition(field, new ExistsTest());
    }

    private ConditionNode OfExpression(string? field)
    {
        int start = _at++;
        if (field == ExistsField) throw Fault(start, $"{ExistsField} takes the name of a field.", "Give one, such as _exists_:reason.");
        StringBuilder expression = new();
        while (!AtEnd && Current != '/')
        {
            if (Current == '\\' && _at + 1 < text.Length)
            {
                if (text[_at + 1] != '/') expression.Append('\\');
                _at++;
            }

            expression.Append(text[_at++]);
        }

        if (AtEnd) throw Fault(start, "the regular expression that begins here is never closed.", "Close it with /, or put a value that begins with / in quotes.");
        _at++;
        if (!AtEnd && !EndsTerm(_at)) throw Fault(_at, "something follows the / that ends a regular expression.", "Write \\/ for a slash within the expression, or put a value that begins with / in quotes.");
        try
        {
            return Condition(field, new ExpressionTest(expression.ToString()));
        }
        catch (ArgumentException e)
        {
            throw Fault(start, $"/{expression}/ is not a regular expression: {e.Message.TrimEnd('.')}.", "Correct it, or put a value that begins with / in quotes.", e);
        }
    }

    private ConditionNode OfComparison(string? field)
    {
        int sign = _at;
        bool greater = Current == '>';
        _at++;
        bool inclusive = !AtEnd && Current == '=';
        if (inclusive) _at++;
        string shown = text.Substring(sign, _at - sign);
        CheckRangeField(field, sign, $"the comparison {shown}", $"Write the field before it, such as srcport:{shown}1024, or put a word that begins with {shown[0]} in quotes.");
        SkipSpace();
        if (AtEnd || Current == ')' || IsOperator()) throw Fault(sign, $"{shown} has no value behind it.", $"Give one, such as {field}:{shown}100.");
        int at = _at;
        RangeBound bound = Bound(field!, Current == '"' ? ReadQuoted() : NoWildcards(ReadComparand(), at), inclusive, at);
        DoubtNumber(field!, bound.AsNumber is not null, sign);
        return Condition(field, greater ? new RangeTest(bound, null, QueryFields.IsTime(field), _time) : new RangeTest(null, bound, QueryFields.IsTime(field), _time));
    }

    private ConditionNode OfRange(string? field)
    {
        const string form = "A range is written [a TO b], or {a TO b} without its ends; * is an open end.";
        int open = _at;
        CheckRangeField(field, open, "a range", $"Write the field before it, such as timestamp:[now-1d TO now], or write \\{Current} where it is part of a value.");
        bool fromInclusive = text[_at++] == '[';
        (string? From, int At) from = End();
        SkipSpace();
        if (!IsWord("TO")) throw Fault(AtEnd ? open : _at, AtEnd ? "the range that begins here is never closed." : "the range has no TO between its ends.", form);
        _at += 2;
        (string? To, int At) to = End();
        SkipSpace();
        if (AtEnd) throw Fault(open, "the range that begins here is never closed.", form);
        if (Current is not (']' or '}')) throw Fault(_at, "the range has more than two ends.", form + " Put an end with a space in quotes.");
        bool toInclusive = text[_at++] == ']';
        if (from.From is null && to.To is null) return Condition(field, new ExistsTest());
        RangeBound? lower = from.From is null ? null : Bound(field!, from.From, fromInclusive, from.At);
        RangeBound? upper = to.To is null ? null : Bound(field!, to.To, toInclusive, to.At);
        RangeTest range = new(lower, upper, QueryFields.IsTime(field), _time);
        DoubtNumber(field!, (lower is null || lower.AsNumber is not null) && (upper is null || upper.AsNumber is not null), open);
        if (KnownFields.IsNumber(field!) && range.IsEmpty) RefuseEmpty(field!, from.From!, to.To!, open);
        return Condition(field, range);

        (string?, int) End()
        {
            SkipSpace();
            int at = _at;
            if (AtEnd) throw Fault(open, "the range that begins here is never closed.", form);
            if (Current is ']' or '}' || IsWord("TO")) throw Fault(at, "an end of the range is missing.", form);
            if (Current == '"') return (ReadQuoted(), at);
            Term end = ReadUntil(c => char.IsWhiteSpace(c) || c is ']' or '}');
            return (end.Shown == "*" ? null : NoWildcards(end, at), at);
        }
    }

    /// <summary>Refuses a range that nothing is in; with now in it, it may have had something, or will have.</summary>
    private void RefuseEmpty(string field, string from, string to, int open)
    {
        const string remedy = "Put the end that comes first before TO; [ and ] take the ends themselves along.";
        if (!IsDistance(from) && !IsDistance(to)) throw Fault(open, "nothing is in the range: it ends before it begins, or has neither of its ends.", remedy);
        _doubts.Add($"Nothing is in the range {text.Substring(open, _at - open)} of {field} at present: it ends before it begins. {remedy}");

        static bool IsDistance(string end) => end.StartsWith("now", StringComparison.Ordinal);
    }

    // Times have errors of their own.
    private void DoubtNumber(string field, bool isNumber, int start)
    {
        if (isNumber || !KnownFields.IsNumber(field) || QueryFields.IsTime(field)) return;
        string asked = text.Substring(start, _at - start).TrimEnd();
        _doubts.Add($"{field} is a number in every record that has it, and no number fits '{(asked.Length <= 60 ? asked : asked.Substring(0, 60) + "…")}'. Give numbers, such as {field}:80 or {field}:[0 TO 80].");
    }

    private string NoWildcards(Term term, int at) => !term.HasWildcards ? term.Text
        : throw Fault(at, "a comparison and the end of a range take no wildcards.", "Give a value, or write \\* and \\? where they are part of it.");

    private void CheckRangeField(string? field, int at, string what, string remedy)
    {
        if (field is null or AnyField) throw Fault(at, $"{what} needs a field.", remedy);
        if (field == ExistsField) throw Fault(at, $"{ExistsField} takes the name of a field.", "Give one, such as _exists_:reason.");
    }

    private RangeBound Bound(string field, string value, bool inclusive, int at)
    {
        Moment moment;
        if (!QueryFields.IsTime(field)) return new RangeBound(value, inclusive, _time.TryParseForText(value, out moment) ? moment : null);
        if (_time.TryParseForField(value, out moment)) return new RangeBound(value, inclusive, moment);
        throw Fault(at, $"'{value}' is not a time, and {field} is one.", "Give a date such as 2026-01-31 or 2026-01-31T08:00 (local time) or 2026-01-31T08:00:00Z, epoch milliseconds, or a distance such as now-7d.");
    }

    private ConditionNode Condition(string? field, ValueTest test)
    {
        string? path = field == AnyField ? null : field;
        ConditionNode node = new(_conditions.Count, path, QueryFields.IsInVendor(path), test);
        _conditions.Add(node);
        return node;
    }

    private string FieldName(Term term, int start)
    {
        string name = term.Text.Replace(PatternTest.AnyRun, '*').Replace(PatternTest.AnyOne, '?');
        string path = QueryFields.IsBelow(name) ? name.Substring(0, name.Length - QueryFields.Below.Length) : name;
        if (name != AnyField && path.IndexOfAny(['*', '?']) >= 0)
            throw Fault(start, $"the field {name} has wildcards.", "Name the field, or end it with .* for all that are below one, such as user.*:jane.");
        if (path.Length == 0 || path[0] == '.' || path[path.Length - 1] == '.' || path.IndexOf("..", StringComparison.Ordinal) >= 0)
            throw Fault(start, $"'{name}' is not a field.", "Give the dotted path of a field of the record, such as event_type, user.name or jumpcloud.geoip.country_code.");
        return name;
    }

    /// <summary>What was typed without quotes: with wildcards in it as <see cref="PatternTest"/> takes them.</summary>
    private readonly record struct Term(string Text, string Shown, bool HasWildcards);

    private Term ReadTerm()
    {
        int start = _at;
        Term term = ReadUntil(c => c is '(' or ')' or '[' or ']' or '{' or '}' or '"' or ':' or '^' or '~' || char.IsWhiteSpace(c), stopAtOperators: true);
        if (_at > start) return term;
        throw Current switch
        {
            ':' => Fault(_at, "there is no field before the colon.", "Write it as field:value, or write \\: where the colon is part of a value."),
            '^' => Fault(_at, "a boost (^) has nothing before it, and records are not ranked.", "Take it away, or write \\^ where it is part of a value."),
            '~' => Fault(_at, "fuzzy search (~) is not supported.", "Use the wildcards * and ?; write \\~ where it is part of a value."),
            char other => Fault(_at, $"{other} has nothing to close.", $"Take it away, or write \\{other} where it is part of a value."),
        };
    }

    // Nothing but a value can follow < and >, so that a time may have its colons.
    private Term ReadComparand() => ReadUntil(c => c is '(' or ')' or '[' or ']' or '{' or '}' or '"' or '^' or '~' || char.IsWhiteSpace(c), stopAtOperators: true);

    private Term ReadUntil(Func<char, bool> ends, bool stopAtOperators = false)
    {
        StringBuilder read = new();
        int start = _at;
        bool wildcards = false;
        while (!AtEnd && !ends(Current) && !(stopAtOperators && _at > start && IsSymbol()))
        {
            char character = Current;
            if (character == '\\')
            {
                read.Append(ReadEscape());
                continue;
            }

            wildcards |= character is '*' or '?';
            read.Append(character switch { '*' => PatternTest.AnyRun, '?' => PatternTest.AnyOne, _ => character });
            _at++;
        }

        return new Term(read.ToString(), text.Substring(start, _at - start), wildcards);
    }

    private string ReadQuoted()
    {
        int open = _at++;
        StringBuilder read = new();
        while (!AtEnd && Current != '"')
        {
            if (Current == '\\') read.Append(ReadEscape());
            else read.Append(text[_at++]);
        }

        if (AtEnd) throw Fault(open, "the quotes that open here are never closed.", "Close them with \", or write \\\" where the quote is part of a value.");
        _at++;
        return read.ToString();
    }

    private char ReadEscape()
    {
        int at = _at++;
        if (AtEnd) throw Fault(at, "a backslash has nothing behind it.", "Write two for a backslash itself.");
        char character = text[_at++];
        if (character == 'u' && _at + 4 <= text.Length && ushort.TryParse(text.Substring(_at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort code))
        {
            _at += 4;
            return (char)code;
        }

        // Lucene would drop the backslash of DOMAIN\user without a word, and find nothing.
        if (char.IsLetterOrDigit(character)) throw Fault(at, $"a backslash stands before {character}, which needs none.", "Write two for a backslash itself, such as DOMAIN\\\\user.");
        return character;
    }

    private bool SkipOperator(string word, string symbol)
    {
        SkipSpace();
        if (!IsWord(word) && !IsText(symbol)) return false;
        _at += IsWord(word) ? word.Length : symbol.Length;
        return true;
    }

    private bool IsOperator() => IsWord("AND") || IsWord("OR") || IsSymbol();

    private string OperatorText() => IsSymbol() ? text.Substring(_at, 2) : IsWord("OR") ? "OR" : "AND";

    private bool IsSymbol() => IsText("&&") || IsText("||");

    private bool IsText(string part) => string.CompareOrdinal(text, _at, part, 0, part.Length) == 0;

    private bool IsWord(string word) => IsText(word) && EndsTerm(_at + word.Length);

    private bool EndsTerm(int at) => at >= text.Length || char.IsWhiteSpace(text[at]) || text[at] is '(' or ')' or '[' or ']' or '{' or '}' or '"' or ':' or '^' or '~';

    private void SkipSpace() => SkipSpace(out _);

    private void SkipSpace(out int before)
    {
        before = _at;
        while (!AtEnd && char.IsWhiteSpace(Current)) _at++;
    }

    private JcException NoNetwork(string value, int at) =>
        Fault(at, $"'{value}' is not a network, and srcip is an address.", "Give one such as 10.0.0.0/8 or 2001:db8::/32, the latter in quotes, or an address such as 10.1.2.3 or 10.*.");

    private JcException Fault(int at, string what, string remedy, Exception? inner = null)
    {
        const int around = 15;
        int from = Math.Max(0, at - around), to = Math.Min(text.Length, at + around);
        string near = $"{(from > 0 ? "…" : "")}{text.Substring(from, to - from)}{(to < text.Length ? "…" : "")}";
        return new JcException("InvalidQuery", JcErrorKind.InvalidInput,
            $"The query cannot be read at character {(at + 1).ToString(CultureInfo.InvariantCulture)}, near '{near}': {what} {remedy}", text, inner);
    }
}

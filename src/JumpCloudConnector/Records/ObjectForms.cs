using System.Runtime.CompilerServices;
using System.Text.Json;

namespace JumpCloudConnector.Records;

/// <summary>
/// Scans objects by the forms of those before them: each property that looks as one did before is compared, not read, and what is
/// to be done with its values is known. Comes to what <see cref="JsonObjectScanner"/> comes to, or to nothing.
/// </summary>
/// <param name="scanner">Knows the names that matter, and reads what is new.</param>
internal sealed class ObjectForms(JsonObjectScanner scanner)
{
    // Learning a form is dear: of properties that are never alike only a part is learnt.
    private const int MostLearning = 2048, CostOfLearning = 8;

    // One level less than an object may have.
    private static readonly JsonReaderOptions s_options = new() { MaxDepth = 999 };

    private readonly JsonForms _forms = new();
    private ContentHash[] _open = new ContentHash[8];
    private int _learning = MostLearning;
    private bool _isWhole;

    /// <summary>The forms and values of the object scanned last; null where it came to nothing.</summary>
    public JsonForms? Whole => _isWhole ? _forms : null;

    /// <summary>Another object is scanned, by a reader.</summary>
    public void Reset() => _isWhole = false;

    /// <summary>Scans the object that a text begins with.</summary>
    /// <param name="json">The text; it may go on behind the object.</param>
    /// <param name="fields">Where the fields' places go.</param>
    /// <param name="hash">The hash of the object.</param>
    /// <returns>The object's length; 0 where it has to be read.</returns>
    [MethodImpl(HotPath.Optimized)]
    public int Scan(ReadOnlySpan<byte> json, FieldValue[] fields, out ContentHash hash)
    {
        if (_forms.Table.Count == 1) _forms.Add(new ScannedForm("}"u8, []));
        _forms.Begin();
        _isWhole = false;
        hash = default;
        ContentHash root = default;
        int at = 0;
        int values = 0;
        for (int members = 0; at < json.Length; members++)
        {
            if (_forms.TryTake(json, ref at) is not ScannedForm form)
            {
                if (!TryRead(json, ref at, fields, ref root)) return 0;
            }
            else if (form.IsEnd)
            {
                hash = root.Close(members, JsonObjectScanner.ObjectKind);
                _learning = Math.Min(_learning + 1, MostLearning);
                _isWhole = true;
                return at;
            }
            else if (!TryAdd(form, json, _forms.Values.Slice(values), fields, ref root))
            {
                return 0;
            }

            values = _forms.Values.Length;
        }

        return 0;
    }

    /// <summary>Reads a property of a form that is not known, and learns it.</summary>
    private bool TryRead(ReadOnlySpan<byte> json, ref int at, FieldValue[] fields, ref ContentHash root)
    {
        int begin = at;
        try
        {
            if (!TryReadProperty(json, ref at, fields, out ContentHash property)) return false;
            root = root.Add(property);
        }
        catch (JsonException)
        {
            // Its place in the page is told by whoever reads the object from its beginning.
            return false;
        }

        if (_learning < CostOfLearning || _forms.IsFull)
        {
            _forms.Skip(begin, at);
            return true;
        }

        _learning -= CostOfLearning;
        ReadOnlySpan<byte> text = _forms.Spell(json.Slice(0, at), ref begin);
        _forms.Add(new ScannedForm(text, StepsOf(text)));
        return true;
    }

    private bool TryReadProperty(ReadOnlySpan<byte> json, ref int at, FieldValue[] fields, out ContentHash property)
    {
        property = default;
        int place = Next(json, at + 1);
        if (json[at] != (at == 0 ? '{' : ',') || place >= json.Length || json[place] != '"') return false;
        Utf8JsonReader reader = new(json.Slice(place), isFinalBlock: false, new JsonReaderState(s_options));
        if (!reader.Read()) return false;
        JsonObjectScanner.Name name = scanner.NameOf(ref reader, FieldMap.Root);
        place = Next(json, place + (int)reader.BytesConsumed);
        if (place >= json.Length || json[place] != ':') return false;
        place++;
        reader = new Utf8JsonReader(json.Slice(place), isFinalBlock: false, new JsonReaderState(s_options));
        if (!reader.Read()) return false;
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray) && name.Node.Field >= 0) fields[name.Node.Field] = JsonObjectScanner.FieldAt(ref reader, place);
        if (!scanner.TryScanValue(ref reader, name.Node.Container, place, out ContentHash value)) return false;
        property = name.Hash.Bind(value);
        at = Next(json, place + (int)reader.BytesConsumed);
        return at < json.Length && json[at] is (byte)',' or (byte)'}';
    }

    private static int Next(ReadOnlySpan<byte> json, int at)
    {
        while (at < json.Length && json[at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') at++;
        return at;
    }

    /// <summary>Adds a property of a known form to the hash of its object, and notes the fields that it has.</summary>
    [MethodImpl(HotPath.Optimized)]
    private bool TryAdd(ScannedForm form, ReadOnlySpan<byte> json, ReadOnlySpan<JsonValue> values, FieldValue[] fields, ref ContentHash root)
    {
        int depth = 0;
        int next = 0;
        foreach (ref readonly ScanStep step in form.Steps.AsSpan())
        {
            ContentHash hash;
            switch (step.Kind)
            {
                case ScanStep.Action.Open:
                    if (depth == _open.Length) Array.Resize(ref _open, depth * 2);
                    _open[depth++] = default;
                    continue;
                case ScanStep.Action.Close:
                    hash = _open[--depth].Close(step.Members, step.IsArray ? JsonObjectScanner.ArrayKind : JsonObjectScanner.ObjectKind);
                    break;
                default:
                    JsonValue value = values[next++];
                    JsonTokenType type = step.Kind == ScanStep.Action.String ? JsonTokenType.String : TypeOf(json[value.Start]);
                    if (value.IsEscaped)
                    {
                        if (!TryHashEscaped(json.Slice(value.Start - 1, value.Length + 2), out hash)) return false;
                    }
                    else
                    {
                        hash = ContentHash.OfBytes(json.Slice(value.Start, value.Length), (long)type);
                    }

                    if (step.Field >= 0) fields[step.Field] = new FieldValue(value.Start, value.Length, type);
                    break;
            }

            ref ContentHash parent = ref depth == 0 ? ref root : ref _open[depth - 1];
            parent = step.IsElement ? parent.Chain(hash) : parent.Add(step.Name.Bind(hash));
        }

        return true;
    }

    private static JsonTokenType TypeOf(byte first) => first switch
    {
        (byte)'t' => JsonTokenType.True,
        (byte)'f' => JsonTokenType.False,
        (byte)'n' => JsonTokenType.Null,
        _ => JsonTokenType.Number,
    };

    private bool TryHashEscaped(ReadOnlySpan<byte> token, out ContentHash hash)
    {
        hash = default;
        Utf8JsonReader reader = new(token);
        try
        {
            reader.Read();
        }
        catch (JsonException)
        {
            // Its place in the page is told by whoever reads the object as any other.
            return false;
        }

        hash = scanner.HashOfValue(ref reader);
        return true;
    }

    /// <summary>What is to be done with the values of a form.</summary>
    private ScanStep[] StepsOf(ReadOnlySpan<byte> text)
    {
        List<ScanStep> steps = [];
        List<(int Container, bool IsArray, JsonObjectScanner.Name? Name, int Members, bool IsRoot)> open = [];
        (int Container, bool IsArray, JsonObjectScanner.Name? Name, int Members, bool IsRoot) here = (FieldMap.Root, false, null, 0, true);
        JsonFormWalker walker = new(text);
        bool isRootOpen = JsonFormWalker.IsInside(text);
        while (walker.MoveNext())
        {
            switch (walker.Kind)
            {
                case JsonFormWalker.Token.Name:
                    Utf8JsonReader reader = new(walker.Name);
                    reader.Read();
                    here.Name = scanner.NameOf(ref reader, here.Container);
                    continue;
                case JsonFormWalker.Token.Open when !isRootOpen:
                    isRootOpen = true;
                    continue;
                case JsonFormWalker.Token.Open:
                    steps.Add(new ScanStep { Kind = ScanStep.Action.Open });
                    open.Add(here);
                    here = (walker.IsArray || here.IsArray ? 0 : here.Name!.Node.Container, walker.IsArray, null, 0, false);
                    continue;
                case JsonFormWalker.Token.Close when here.IsRoot:
                    continue;
                case JsonFormWalker.Token.Close:
                    int members = here.Members;
                    here = open[open.Count - 1];
                    open.RemoveAt(open.Count - 1);
                    steps.Add(StepFor(ScanStep.Action.Close, here.Name, here.IsArray) with { Members = members, IsArray = walker.IsArray, Field = -1 });
                    break;
                default:
                    steps.Add(StepFor(walker.Kind == JsonFormWalker.Token.String ? ScanStep.Action.String : ScanStep.Action.Other, here.Name, here.IsArray));
                    break;
            }

            here.Members++;
        }

        return [.. steps];
    }

    private static ScanStep StepFor(ScanStep.Action kind, JsonObjectScanner.Name? name, bool isElement) => new()
    {
        Kind = kind, IsElement = isElement, Name = isElement ? default : name!.Hash, Field = isElement ? -1 : name!.Node.Field,
    };

    /// <summary>A form, and what is done with its values.</summary>
    private sealed class ScannedForm(ReadOnlySpan<byte> text, ScanStep[] steps) : JsonForm(text)
    {
        public ScanStep[] Steps => steps;

        /// <summary>True for the brace behind the last property.</summary>
        public bool IsEnd { get; } = text[0] == '}';
    }

    private readonly record struct ScanStep
    {
        public enum Action : byte
        {
            /// <summary>An object or array begins.</summary>
            Open,

            /// <summary>It ends.</summary>
            Close,

            /// <summary>A string.</summary>
            String,

            /// <summary>Another value.</summary>
            Other,
        }

        public Action Kind { get; init; }

        /// <summary>True where what ends is an array.</summary>
        public bool IsArray { get; init; }

        /// <summary>True for an array's element, false for a property.</summary>
        public bool IsElement { get; init; }

        /// <summary>The field that the value is, or -1.</summary>
        public int Field { get; init; }

        /// <summary>How many members what ends has.</summary>
        public int Members { get; init; }

        /// <summary>The hash of the property's name.</summary>
        public ContentHash Name { get; init; }
    }
}

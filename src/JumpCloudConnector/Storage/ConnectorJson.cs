using System.Text.Json.Serialization;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Filters;

namespace JumpCloudConnector.Storage;

/// <summary>How connectors, log filters and profiles are written in the store; generated code, so that nothing is looked up by reflection at start.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(Connector))]
[JsonSerializable(typeof(LogFilter))]
[JsonSerializable(typeof(AnalyzerProfile))]
internal sealed partial class ConnectorJson : JsonSerializerContext;

using Defacer.Configuration;
using Defacer.Dicom.Files;
using Defacer.Observe;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging.Console;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Defacer.Hosting;

/// <summary>
/// The host of a node: one for a terminal, a Windows service and systemd; with its HTTP side and its telemetry.
/// </summary>
public static class NodeHost
{
    private static readonly TimeSpan s_afterDrain = TimeSpan.FromSeconds(20);

    // Below the given configuration, which may ask for more or less; a filter set in code would be above it.
    private static readonly Dictionary<string, string?> s_defaults = new(StringComparer.Ordinal)
    {
        ["Logging:LogLevel:Microsoft"] = "Warning",
        ["Logging:LogLevel:Microsoft.Hosting.Lifetime"] = "Information",
    };

    /// <summary>A host ready to run.</summary>
    /// <param name="configuration">The whole configuration.</param>
    /// <param name="folder">The folder to which its paths are relative.</param>
    /// <param name="customize">Changes before the host is built, e.g. where the log goes; null for none.</param>
    /// <exception cref="ConfigurationException">Something is wrong; carries every error.</exception>
    public static WebApplication Create(
        IConfigurationRoot configuration, string folder, Action<WebApplicationBuilder>? customize = null)
    {
        var options = NodeConfiguration.Require(configuration);
        var builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions { ContentRootPath = folder, ApplicationName = "defacer" });
        ForgetDefaults(builder.Configuration);
        builder.Configuration.AddInMemoryCollection(s_defaults);
        builder.Configuration.AddConfiguration(configuration);
        builder.WebHost.UseUrls(options.Console.Url.ToString());
        builder.Host.UseWindowsService(o => o.ServiceName = "Defacer").UseSystemd();
        AddLogging(builder, options.Telemetry);
        AddTelemetry(builder.Services, options.Telemetry);
        builder.Services
            .Configure<HostOptions>(o => o.ShutdownTimeout = options.Node.DrainTimeout + s_afterDrain)
            .AddSingleton(TimeProvider.System)
            .AddSingleton(options)
            .AddSingleton(NodePaths.For(options, folder))
            .AddSingleton<NodeMetrics>()
            .AddSingleton(s => new Node(
                options, s.GetRequiredService<NodePaths>(), s.GetRequiredService<NodeMetrics>(),
                    s.GetRequiredService<TimeProvider>(),
                s.GetRequiredService<ILoggerFactory>(), s.GetService<ISystemdNotifier>(),
                s.GetRequiredService<IHostApplicationLifetime>()))
            .AddHostedService(s => s.GetRequiredService<Node>());
        customize?.Invoke(builder);
        var app = builder.Build();
        app.MapPrometheusScrapingEndpoint("/metrics");
        MapHealth(app);
        return app;
    }

    // The defaults watch the whole folder, and below it the spool: every instance would be reported some ten times.
    private static void ForgetDefaults(ConfigurationManager configuration)
    {
        var watched = configuration.Sources.OfType<FileConfigurationSource>().Select(s => s.FileProvider)
            .OfType<IDisposable>().Distinct().ToList();
        configuration.Sources.Clear();
        watched.ForEach(w => w.Dispose());
    }

    private static void AddLogging(WebApplicationBuilder builder, TelemetryOptions telemetry)
    {
        // A start that fails is told by the verb in a sentence; the event log of a service keeps the whole of it.
        builder.Logging.AddFilter<ConsoleLoggerProvider>("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        builder.Logging.AddSimpleConsole(o =>
        {
            o.SingleLine = true;
            o.UseUtcTimestamp = true;
            o.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        });
        if (telemetry.OtlpEndpoint is not null)
        {
            builder.Logging.AddOpenTelemetry(o =>
            {
                o.IncludeFormattedMessage = true;
                o.SetResourceBuilder(Named(ResourceBuilder.CreateDefault()));
                o.AddOtlpExporter(e => Point(e, telemetry, "logs"));
            });
        }
    }

    private static void AddTelemetry(IServiceCollection services, TelemetryOptions telemetry)
    {
        var builder = services.AddOpenTelemetry().ConfigureResource(r => Named(r)).WithMetrics(m =>
        {
            m.AddMeter(NodeMetrics.SourceName).AddRuntimeInstrumentation().AddPrometheusExporter();
            if (telemetry.OtlpEndpoint is not null)
            {
                m.AddOtlpExporter(e => Point(e, telemetry, "metrics"));
            }
        });
        if (telemetry.OtlpEndpoint is not null)
        {
            builder.WithTracing(
                t => t.AddSource(NodeMetrics.SourceName).AddOtlpExporter(e => Point(e, telemetry, "traces")));
        }
    }

    private static ResourceBuilder Named(ResourceBuilder resource) =>
        resource.AddService("defacer", serviceVersion: DicomFileMeta.ImplementationVersionName);

    // Over HTTP a signal has a path of its own, which the exporter adds only to its default endpoint.
    private static void Point(OtlpExporterOptions exporter, TelemetryOptions telemetry, string signal)
    {
        var isHttp = telemetry.OtlpProtocol == "http/protobuf";
        exporter.Protocol = isHttp ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
        exporter.Endpoint = isHttp ? new Uri($"{telemetry.OtlpEndpoint!.ToString().TrimEnd('/')}/v1/{signal}")
            : telemetry.OtlpEndpoint!;
    }

    private static void MapHealth(WebApplication app)
    {
        var node = app.Services.GetRequiredService<Node>();
        app.MapGet("/health/live", () => Answer(node.Health?.WhyNotAlive() ?? []));
        app.MapGet("/health/ready", () => Answer(node.Health?.WhyNotReady() ?? ["the node is starting"]));
        app.MapGet("/health/startup", () => Answer(node.Port is null ? ["the node is starting"] : []));
    }

    private static IResult Answer(IReadOnlyList<string> reasons) => reasons.Count == 0
        ? Results.Text("ok\n")
        : Results.Text(string.Join('\n', reasons) + "\n", statusCode: StatusCodes.Status503ServiceUnavailable);
}

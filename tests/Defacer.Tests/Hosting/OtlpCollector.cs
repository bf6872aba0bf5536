using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Defacer.Tests.Hosting;

/// <summary>Takes OTLP over HTTP and counts the bytes of each signal.</summary>
internal sealed class OtlpCollector : IAsyncDisposable
{
    private readonly WebApplication _app;

    private OtlpCollector(WebApplication app) => _app = app;

    public ConcurrentDictionary<string, long> Paths { get; } = new();

    public string Address => _app.Urls.First();

    public static OtlpCollector Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var collector = new OtlpCollector(app);
        app.MapPost("/v1/{signal}", async (HttpContext context) =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            collector.Paths.AddOrUpdate(context.Request.Path.Value!, body.Length, (_, sum) => sum + body.Length);
        });
        app.StartAsync().GetAwaiter().GetResult();
        return collector;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace Defacer.Cli;

/// <summary>What the verbs write: plain text or a table for people, JSON for programs; progress only on a terminal.</summary>
internal static class Terminal
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
    };

    private static readonly IAnsiConsole s_error = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

    /// <summary>Whether a person watches.</summary>
    internal static bool IsInteractive => !Console.IsErrorRedirected && !Console.IsOutputRedirected;

    /// <summary>A line on standard output.</summary>
    internal static void Line(string text) => Console.Out.WriteLine(text);

    /// <summary>A line on standard error: what went wrong and what to do.</summary>
    internal static void Error(string text) => Console.Error.WriteLine($"defacer: {text}");

    /// <summary>A value as indented JSON.</summary>
    internal static string ToJson(object value) => JsonSerializer.Serialize(value, s_json);

    /// <summary>A value as indented JSON on standard output.</summary>
    internal static void Json(object value) => Console.Out.WriteLine(ToJson(value));

    /// <summary>A table on standard output; in a pipe the columns are separated by tabs.</summary>
    internal static void Table(IReadOnlyList<string> headers, IEnumerable<IReadOnlyList<string>> rows)
    {
        if (Console.IsOutputRedirected)
        {
            Line(string.Join('\t', headers));
            foreach (var row in rows)
            {
                Line(string.Join('\t', row));
            }

            return;
        }

        var table = new Table().Border(TableBorder.Simple);
        foreach (var header in headers)
        {
            table.AddColumn(new TableColumn(Markup.Escape(header)));
        }

        foreach (var row in rows)
        {
            table.AddRow([.. row.Select(Markup.Escape)]);
        }

        AnsiConsole.Write(table);
    }

    /// <summary>Runs work with a bar on a terminal, silently in a pipe. The callback reports done and total.</summary>
    internal static async Task<T> ProgressAsync<T>(string title, Func<Action<int, int>, Task<T>> work)
    {
        if (!IsInteractive)
        {
            return await work((_, _) => { });
        }

        return await s_error.Progress().AutoClear(true).StartAsync(async context =>
        {
            var task = context.AddTask(Markup.Escape(title));
            return await work((done, total) =>
            {
                task.MaxValue = Math.Max(1, total);
                task.Value = done;
            });
        });
    }
}

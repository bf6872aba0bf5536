#!/usr/bin/env bash
# Publishes the node and the benchmarks as they are released (ReadyToRun), then runs one:
#   tests/Defacer.Benchmarks/run.sh receive 5            peers with TCP_NODELAY=1, then once with their default
#   tests/Defacer.Benchmarks/run.sh receive 1 --nagle    their default alone
#   tests/Defacer.Benchmarks/run.sh send 7 | headers 7 | soak 200000 | deface 5
# Peers: DCMTK and Orthanc (apt-get install dcmtk orthanc). WORK names the folder whose disk is measured.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=${OUT:-$(mktemp -d)}
mkdir -p "$out"
for project in src/Defacer tests/Defacer.Benchmarks; do
  dotnet publish "$project" -c Release -r linux-x64 --self-contained false -p:PublishReadyToRun=true -v q -o "$out/$(basename "$project")" >"$out/publish.log" \
    || { cat "$out/publish.log"; exit 1; }
done
exec dotnet exec "$out/Defacer.Benchmarks/Defacer.Benchmarks.dll" "$@" --node="$out/Defacer/defacer" --work="${WORK:-$(mktemp -d)}"

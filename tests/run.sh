#!/usr/bin/env bash
# Builds everything, runs every test, and ends with one line: N passed, N failed, N skipped.
#
#   tests/run.sh              all test projects
#   tests/run.sh Dicom        only the projects whose name contains "Dicom"
#
# Peers (DCMTK, Orthanc, dicom3tools, GDCM, Wine) are installed with apt-get where that is possible;
# a test whose peer is missing is reported as skipped.
set -uo pipefail
cd "$(dirname "$0")/.."
filter=${1:-}
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_WORKLOAD_UPDATE_NOTIFY_DISABLE=true TCP_NODELAY=1 WINEDEBUG=-all
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
passed=0 failed=0 skipped=0

finish() {
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
  exit $?
}

step() {  # name, command...: a step that counts as one test
  local name=$1
  shift
  echo "== $name"
  if "$@" >"$results/step.log" 2>&1; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    tail -n 60 "$results/step.log"
    echo "== $name FAILED"
    return 1
  fi
}

install_peers() {
  local missing=()
  for pair in storescp:dcmtk Orthanc:orthanc dciodvfy:dicom3tools gdcmconv:libgdcm-tools opj_decompress:libopenjp2-tools xz:xz-utils wine:wine; do
    command -v "${pair%%:*}" >/dev/null 2>&1 || missing+=("${pair##*:}")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" -eq 0 ] || return 0
  echo "== installing ${missing[*]}"
  apt-get update -q >/dev/null 2>&1
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" >"$results/apt.log" 2>&1 \
    || tail -n 5 "$results/apt.log"
  # The package starts a server of its own; the tests start theirs.
  command -v service >/dev/null 2>&1 && service orthanc stop >/dev/null 2>&1
  return 0
}

install_peers
step "build" dotnet build Defacer.sln -c Release -v q || finish
if [ -z "$filter" ]; then
  step "format" dotnet format whitespace Defacer.sln --verify-no-changes --no-restore || true
fi

for project in tests/*/*.csproj; do
  name=$(basename "$project" .csproj)
  case $name in Defacer.Testing | Defacer.Benchmarks | Defacer.Fuzz) continue ;; esac
  case $name in *"$filter"*) ;; *) continue ;; esac
  assembly=tests/$name/bin/Release/net10.0/$name.dll
  echo "== $name"
  started=$SECONDS
  dotnet exec "$assembly" --no-ansi --progress off --results-directory "$results" --report-xunit-ctrf --report-xunit-ctrf-filename "$name.json" >"$results/$name.log" 2>&1
  code=$?
  counts=$(python3 - "$results/$name.json" 2>/dev/null <<'PY'
import json, sys
s = json.load(open(sys.argv[1]))["results"]["summary"]
print(s["passed"], s["failed"] + s.get("other", 0), s["skipped"] + s.get("pending", 0))
PY
  )
  if [ -z "$counts" ]; then
    tail -n 40 "$results/$name.log"
    echo "   $name ended with code $code and no result"
    failed=$((failed + 1))
    continue
  fi
  read -r p f s <<<"$counts"
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
  echo "   $p passed, $f failed, $s skipped in $((SECONDS - started)) s"
  # A crash after the last test would otherwise look like success; a project without tests is no failure.
  if [ "$code" -ne 0 ] && [ "$f" -eq 0 ] && [ $((p + s)) -gt 0 ]; then
    failed=$((failed + 1))
    echo "   the runner ended with code $code"
  fi
  if [ "$f" -gt 0 ] || { [ "$code" -ne 0 ] && [ $((p + s)) -gt 0 ]; }; then
    grep -vE '^\s*$' "$results/$name.log" | tail -n 120
  fi
done
finish

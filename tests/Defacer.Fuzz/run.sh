#!/usr/bin/env bash
# Coverage-guided fuzzing of what takes untrusted bytes. Needs afl++ (Debian) and the .NET SDK.
#   tests/Defacer.Fuzz/run.sh SECONDS DICOM-FOLDER [TARGET...]
# Inputs to begin with are taken from the files of the folder; results go to artifacts/fuzz/TARGET.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=$1 files=$2
shift 2
out=artifacts/fuzz
mkdir -p "$out"
[ -x "$out/tools/sharpfuzz" ] || dotnet tool install SharpFuzz.CommandLine --version 2.3.0 --tool-path "$out/tools"
dotnet build tests/Defacer.Fuzz -c Release -v q -o "$out/bin"
dotnet "$out/bin/Defacer.Fuzz.dll" seeds "$files" "$out/seeds"
"$out/tools/sharpfuzz" "$out/bin/Defacer.Dicom.dll"
export AFL_SKIP_BIN_CHECK=1 AFL_NO_UI=1 AFL_NO_AFFINITY=1 AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1
for target in "${@:-rle}"; do
  rm -rf "${out:?}/$target"
  nice -n 19 afl-fuzz -V "$seconds" -i "$out/seeds/$target" -o "$out/$target" -x tests/Defacer.Fuzz/dicom.dict -t 10000 -m none \
    -- dotnet "$out/bin/Defacer.Fuzz.dll" "$target" >"$out/$target.log" 2>&1 || true
  awk -v t="$target" '$1 ~ /^(execs_done|saved_crashes|saved_hangs|edges_found)$/ {printf "%s %s %s\n", t, $1, $3}' \
    "$out/$target/default/fuzzer_stats"
done

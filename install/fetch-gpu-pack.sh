#!/usr/bin/env bash
# Puts a device pack beside a published program, for networks on a graphics card:
#   install/fetch-gpu-pack.sh directml PROGRAM-FOLDER   any card of Windows; needs npm
#   install/fetch-gpu-pack.sh cuda PROGRAM-FOLDER       a card of NVIDIA under Linux; needs the .NET SDK, and CUDA 12 and
#                                                       cuDNN 9 on the machine that runs it
# The program takes a pack only after it has given what the processor gives, and says which it uses.
# Versions as in Directory.Packages.props: a pack may not be older than the managed part.
set -euo pipefail
version=1.30.0
[[ $# == 2 && -d ${2:-} ]] || { sed -n '2,5s/^# //p' "$0" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
target=$2/onnxruntime/$1
case $1 in
directml)
  # Of the registry, when it was tried.
  integrity=sha512-twhs1C2C/BFkz1yc5OY0KIU2GUq6DURO7hD4bx5Q2Qy3nAMJwRXW8xU3NVczE29VA9lolLOYepoD8fjTGOfIqw==
  archive=$(cd "$work" && npm pack --silent "onnxruntime-node@$version")
  [[ sha512-$(openssl dgst -sha512 -binary "$work/$archive" | base64 -w 0) == "$integrity" ]] \
    || { echo "The archive of onnxruntime-node $version is not the one that was tried: nothing is installed." >&2; exit 1; }
  tar -xzf "$work/$archive" -C "$work" --wildcards '*/win32/x64/onnxruntime.dll' '*/win32/x64/DirectML.dll'
  files=$(find "$work" -path '*/win32/x64/*.dll')
  ;;
cuda)
  cat > "$work/pack.csproj" <<PROJECT
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
  <ItemGroup><PackageReference Include="Microsoft.ML.OnnxRuntime.Gpu.Linux" Version="[$version]" ExcludeAssets="all" /></ItemGroup>
</Project>
PROJECT
  dotnet restore "$work/pack.csproj" --packages "$work/packages" -v q
  files=$(find "$work/packages" -path '*/linux-x64/native/*.so' ! -name '*tensorrt*')
  ;;
*)
  echo "There is no pack '$1': directml or cuda." >&2
  exit 2
  ;;
esac
[[ -n $files ]] || { echo "The package holds no libraries where they were expected: nothing is installed." >&2; exit 1; }
mkdir -p "$target"
# shellcheck disable=SC2086 # Names without spaces, one an entry.
cp $files "$target/"
echo "Installed in $target:"
ls -l "$target"

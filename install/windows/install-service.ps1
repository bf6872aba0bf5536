# Installs the node as a Windows service. Run as administrator, in the folder of the program:
#   powershell -ExecutionPolicy Bypass -File install-service.ps1 [-Program C:\Defacer] [-Data D:\Defacer]
param(
    [string] $Program = $PSScriptRoot,
    [string] $Data = (Join-Path $env:ProgramData 'Defacer')
)
$ErrorActionPreference = 'Stop'
$name = 'Defacer'
$exe = Join-Path $Program 'defacer.exe'
if (-not (Test-Path $exe)) { throw "There is no $exe. Name the program's folder with -Program." }

# Settings, key and spool: readable by the service, administrators and the system only.
New-Item -ItemType Directory -Force $Data | Out-Null
$settings = Join-Path $Data 'appsettings.json'
if (-not (Test-Path $settings)) { Copy-Item (Join-Path $Program 'appsettings.json') $settings }

New-Service -Name $name -DisplayName 'Defacer' -StartupType Automatic `
    -Description 'Takes the face and the identity out of head scans on their way to research.' `
    -BinaryPathName "`"$exe`" serve --config `"$settings`"" | Out-Null
sc.exe config $name obj= "NT SERVICE\$name" | Out-Null
sc.exe config $name start= delayed-auto | Out-Null
icacls $Data /inheritance:r /grant "NT SERVICE\${name}:(OI)(CI)M" 'BUILTIN\Administrators:(OI)(CI)F' 'NT AUTHORITY\SYSTEM:(OI)(CI)F' | Out-Null

# Restart after 5 s, 30 s, then every minute; a day without failure resets the count.
sc.exe failure $name reset= 86400 actions= restart/5000/restart/30000/restart/60000 | Out-Null
sc.exe failureflag $name 1 | Out-Null
Write-Host "Installed. Check $settings, then: Start-Service $name"

# Stops and removes the Windows service. Settings, key and spool stay where they are.
$ErrorActionPreference = 'Stop'
$name = 'Defacer'
if (Get-Service $name -ErrorAction SilentlyContinue) {
    Stop-Service $name -ErrorAction SilentlyContinue
    sc.exe delete $name | Out-Null
    Write-Host 'Removed. Settings, key and spool were kept.'
}

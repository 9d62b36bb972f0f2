<#
.SYNOPSIS
    Runs the Pester tests against a copy of the module and says in one line what came of it.
.DESCRIPTION
    Needs Pester 5; without it the tests count as skipped. Exits with 1 where a test failed.
.PARAMETER ModulePath
    A package (.nupkg), which is unpacked as PowerShellGet does, or the folder of the built module; out/JumpCloudConnector by
    default.
.PARAMETER Filter
    Names of test files to run, with wildcards.
.PARAMETER ExcludeTag
    Tags of tests to leave out: Examples (those of the help, a minute), Windows (those that only Windows can run, which are
    skipped elsewhere).
#>
[CmdletBinding()]
param(
    [string] $ModulePath = [System.IO.Path]::Combine($PSScriptRoot, '..', '..', 'out', 'JumpCloudConnector'),
    [string] $Filter = '*.Tests.ps1',
    [string[]] $ExcludeTag = @()
)

# Scopes within inherit it: the tests run alike from here and from build.ps1.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$files = @(Get-ChildItem -Path $PSScriptRoot -Filter $Filter)

$pester = Get-Module -ListAvailable -Name Pester | Where-Object { $_.Version.Major -eq 5 } | Sort-Object -Property Version -Descending | Select-Object -First 1
if (-not $pester) {
    Write-Host 'Pester 5 is not installed: these tests are skipped. Install it with: Install-Module Pester -MinimumVersion 5.5 -Scope CurrentUser'
    Write-Host "Pester: 0 passed, 0 failed, $($files.Count) skipped"
    exit 0
}

$isPackage = [System.IO.Path]::GetExtension($ModulePath) -eq '.nupkg'
$needed = if ($isPackage) { $ModulePath } else { [System.IO.Path]::Combine($ModulePath, 'JumpCloudConnector.psd1') }
if (-not (Test-Path -LiteralPath $needed)) {
    Write-Host "There is no module in $ModulePath. Run 'dotnet build' or 'dotnet pack' first."
    Write-Host "Pester: 0 passed, $($files.Count) failed, 0 skipped"
    exit 1
}

Import-Module -ModuleInfo $pester

# A copy, since an imported assembly is locked on Windows and the next build must replace it.
$copy = [System.IO.Path]::Combine([System.IO.Path]::GetTempPath(), "jcc-pester-$([guid]::NewGuid().ToString('N'))", 'JumpCloudConnector')
if ($isPackage) {
    Add-Type -AssemblyName System.IO.Compression.FileSystem
    [System.IO.Compression.ZipFile]::ExtractToDirectory((Resolve-Path -LiteralPath $ModulePath).ProviderPath, $copy)
    foreach ($ofPackage in '_rels', 'package', '[Content_Types].xml', 'JumpCloudConnector.nuspec') {
        Remove-Item -LiteralPath ([System.IO.Path]::Combine($copy, $ofPackage)) -Recurse -Force
    }
}
else {
    Copy-Item -Path $ModulePath -Destination $copy -Recurse
}

$env:JCCONNECTOR_TEST_MODULE = [System.IO.Path]::Combine($copy, 'JumpCloudConnector.psd1')

# No test may touch the store of the machine it runs on.
$store = $env:JCCONNECTOR_STORE
$keyRing = $env:JCCONNECTOR_KEYRING
$env:JCCONNECTOR_STORE = [System.IO.Path]::Combine([System.IO.Path]::GetDirectoryName($copy), 'store')
$env:JCCONNECTOR_KEYRING = [System.IO.Path]::Combine([System.IO.Path]::GetDirectoryName($copy), 'keys')
try {
    $configuration = New-PesterConfiguration
    $configuration.Run.Path = $files.FullName
    $configuration.Run.PassThru = $true
    $configuration.Filter.ExcludeTag = $ExcludeTag
    $configuration.Output.Verbosity = 'Normal'
    $result = Invoke-Pester -Configuration $configuration
}
finally {
    $env:JCCONNECTOR_STORE = $store
    $env:JCCONNECTOR_KEYRING = $keyRing
    $env:JCCONNECTOR_TEST_MODULE = $null
    Remove-Module -Name JumpCloudConnector -Force -ErrorAction SilentlyContinue
    Remove-Item -Path ([System.IO.Path]::GetDirectoryName($copy)) -Recurse -Force -ErrorAction SilentlyContinue
}

# A file that does not even load is a failure too.
$failed = $result.FailedCount + $result.FailedContainersCount + $result.FailedBlocksCount
$skipped = $result.SkippedCount + $result.InconclusiveCount + $result.NotRunCount
Write-Host "Pester: $($result.PassedCount) passed, $failed failed, $skipped skipped"
exit ([int] ($failed -gt 0))

<#
.SYNOPSIS
    The tasks of a PowerShell user who builds the module: Build, Test, Help, Analyze, Package.
.DESCRIPTION
    Runs in Windows PowerShell 5.1 and PowerShell 7. Everything but Analyze and Help is a plain call of the .NET SDK;
    'dotnet build' and 'dotnet test' do the same without this script.
.PARAMETER Task
    What to do, in this order. Build assembles out/JumpCloudConnector; Test runs the .NET tests and the Pester tests; Help
    turns docs/help into the help file of the module; Analyze runs PSScriptAnalyzer; Package makes a zip of a Release build.
.PARAMETER Configuration
    Debug or Release; Package always takes Release.
.EXAMPLE
    ./build.ps1 Build Test
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0, ValueFromRemainingArguments = $true)]
    [ValidateSet('Build', 'Test', 'Help', 'Analyze', 'Package')]
    [string[]] $Task = 'Build',

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Debug'
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$root = $PSScriptRoot
$module = [System.IO.Path]::Combine($root, 'out', 'JumpCloudConnector')

function Invoke-DotNet {
    # Not an advanced function: every argument belongs to dotnet.
    & dotnet @args
    if ($LASTEXITCODE -ne 0) {
        throw "'dotnet $args' failed with exit code $LASTEXITCODE."
    }
}

function Import-Tool {
    param([string] $Name, [version] $MinimumVersion)

    $found = Get-Module -ListAvailable -Name $Name | Where-Object { $_.Version -ge $MinimumVersion }
    if (-not $found) {
        throw "This task needs the module $Name $MinimumVersion or later. Install it with: Install-Module $Name -Scope CurrentUser"
    }

    Import-Module -Name $Name -MinimumVersion $MinimumVersion
}

function Invoke-PesterTest {
    & ([System.IO.Path]::Combine($root, 'tests', 'Pester', 'Invoke-Tests.ps1'))
    if ($LASTEXITCODE -ne 0) {
        throw 'Pester tests failed.'
    }
}

function Invoke-Help {
    $source = [System.IO.Path]::Combine($root, 'docs', 'help')
    $pages = @(Get-ChildItem -Path $source -Filter '*-Jc*.md' -ErrorAction SilentlyContinue)
    if ($pages.Count -eq 0) {
        throw "There are no help pages in $source."
    }

    Import-Tool -Name 'Microsoft.PowerShell.PlatyPS' -MinimumVersion '1.0.0'
    $target = [System.IO.Path]::Combine($root, 'module', 'en-US')
    $scratch = [System.IO.Path]::Combine([System.IO.Path]::GetTempPath(), [System.IO.Path]::GetRandomFileName())
    [void] [System.IO.Directory]::CreateDirectory($target)
    try {
        # PlatyPS makes a folder of the module's name below the one it is given, which Get-Help would not look in.
        $pages | ForEach-Object { Import-MarkdownCommandHelp -Path $_.FullName } |
            Export-MamlCommandHelp -OutputFolder $scratch -Force | Out-Null
        foreach ($file in Get-ChildItem -Path $scratch -Recurse -Filter '*-Help.xml') {
            Copy-Item -Path $file.FullName -Destination ([System.IO.Path]::Combine($target, 'JumpCloudConnector.Cmdlets.dll-Help.xml')) -Force
        }
    }
    finally {
        Remove-Item -Path $scratch -Recurse -Force -ErrorAction SilentlyContinue
    }

    Write-Host "$($pages.Count) pages -> $target (the next build takes it along)"
}

function Invoke-Analyze {
    Import-Tool -Name 'PSScriptAnalyzer' -MinimumVersion '1.21.0'
    $settings = [System.IO.Path]::Combine($root, 'PSScriptAnalyzerSettings.psd1')
    $findings = @(
        foreach ($part in 'build.ps1', 'module', 'tests/Pester', 'samples') {
            $path = [System.IO.Path]::Combine($root, $part)
            if (Test-Path -Path $path) {
                Invoke-ScriptAnalyzer -Path $path -Recurse -Settings $settings
            }
        }
    )
    if ($findings.Count -gt 0) {
        $findings | Format-Table -Property Severity, RuleName, ScriptName, Line, Message -AutoSize -Wrap | Out-String -Width 200 | Write-Host
        throw "PSScriptAnalyzer has $($findings.Count) findings."
    }

    Write-Host 'PSScriptAnalyzer has no findings.'
}

function Invoke-Package {
    Invoke-DotNet build $root --configuration Release
    $version = (Import-PowerShellDataFile -Path ([System.IO.Path]::Combine($module, 'JumpCloudConnector.psd1'))).ModuleVersion
    $package = [System.IO.Path]::Combine($root, 'out', "JumpCloudConnector.$version.zip")
    if (Test-Path -Path $package) {
        Remove-Item -Path $package
    }

    Add-Type -AssemblyName System.IO.Compression.FileSystem
    [System.IO.Compression.ZipFile]::CreateFromDirectory($module, $package, 'Optimal', $true)
    Write-Host "Package -> $package"
}

switch ($Task) {
    'Build' { Invoke-DotNet build $root --configuration $Configuration }
    'Test' { Invoke-DotNet test $root --configuration $Configuration; Invoke-PesterTest }
    'Help' { Invoke-Help }
    'Analyze' { Invoke-Analyze }
    'Package' { Invoke-Package }
}

<#
.SYNOPSIS
    The tasks of a PowerShell user who builds the module: Build, Test, Help, Analyze, Package.
.DESCRIPTION
    Runs in Windows PowerShell 5.1 and PowerShell 7. Everything but Analyze and Help is a plain call of the .NET SDK;
    'dotnet build' (with the tests and benchmarks) and 'dotnet test' do the same without this script.
.PARAMETER Task
    What to do, in this order. Build assembles out/JumpCloudConnector; Test runs the .NET tests and the Pester tests; Help
    turns docs/help into the help of the module; Analyze runs PSScriptAnalyzer; Package makes a package for the
    PowerShell Gallery of a Release build.
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

function Invoke-Pack {
    # Gives the package's path. One version has one package, so an earlier one of it is replaced.
    param([string] $Configuration, [switch] $NoBuild)

    $project = [System.IO.Path]::Combine($root, 'src', 'JumpCloudConnector.Cmdlets')
    $arguments = @('pack', $project, '--configuration', $Configuration)
    if ($NoBuild) {
        $arguments += '--no-build'
    }

    Invoke-DotNet @arguments | Out-Host
    $version = (Import-PowerShellDataFile -Path ([System.IO.Path]::Combine($module, 'JumpCloudConnector.psd1'))).ModuleVersion
    [System.IO.Path]::Combine($root, 'out', "JumpCloudConnector.$version.nupkg")
}

function Invoke-PesterTest {
    # Against what is delivered: the package of what 'dotnet test' has just built.
    $package = Invoke-Pack -Configuration $Configuration -NoBuild
    & ([System.IO.Path]::Combine($root, 'tests', 'Pester', 'Invoke-Tests.ps1')) -ModulePath $package
    if ($LASTEXITCODE -ne 0) {
        throw 'Pester tests failed.'
    }
}

function Convert-HelpFile {
    # PlatyPS leaves Markdown in the texts, which Get-Help would show as it is: fences, back quotes and links between pages.
    # It leaves out the parameters' defaults, which the pages have.
    param([string] $Path, [string] $Destination, [object[]] $Command)

    $help = New-Object -TypeName System.Xml.XmlDocument
    $help.Load($Path)
    $maml = 'http://schemas.microsoft.com/maml/2004/10'
    $dev = 'http://schemas.microsoft.com/maml/dev/2004/10'
    $names = New-Object -TypeName System.Xml.XmlNamespaceManager -ArgumentList $help.NameTable
    $names.AddNamespace('maml', $maml)
    $names.AddNamespace('dev', $dev)
    $names.AddNamespace('command', 'http://schemas.microsoft.com/maml/dev/command/2004/10')

    foreach ($example in $help.SelectNodes('//command:example', $names)) {
        $introduction = $example.SelectSingleNode('maml:introduction', $names)
        $code = $example.SelectSingleNode('dev:code', $names)
        $remarks = $example.SelectSingleNode('dev:remarks', $names)
        # PlatyPS splits a fenced block at its empty lines, and writes U+0080 between blocks.
        $blocks = foreach ($paragraph in @($introduction.SelectNodes('maml:para', $names))) {
            [void] $introduction.RemoveChild($paragraph)
            $paragraph.InnerText.Trim([char] 0x80).Replace("`r`n", "`n")
        }

        $text = ($blocks | Where-Object { $_ }) -join "`n`n"
        $fenced = '```(?<kind>\w*)\n(?<code>.*?)\n```(?=\n|\z)'
        foreach ($part in [regex]::Matches($text, "(?s)\G\n*(?:$fenced|(?<words>.+?)(?=\n\n|\z))")) {
            if ($part.Groups['kind'].Value -eq 'powershell' -and $code.InnerText.Length -eq 0) {
                $code.InnerText = $part.Groups['code'].Value
                continue
            }

            $paragraph = $help.CreateElement('maml', 'para', $maml)
            $paragraph.InnerText = $part.Groups['code'].Value + $part.Groups['words'].Value.Replace('`', '')
            [void] $remarks.AppendChild($paragraph)
        }

        # An empty line before the next example.
        [void] $remarks.AppendChild($help.CreateElement('maml', 'para', $maml))
    }

    foreach ($paragraph in $help.SelectNodes('//maml:para[not(ancestor::command:example)]', $names)) {
        $paragraph.InnerText = $paragraph.InnerText.Replace('`', '')
    }

    foreach ($page in $Command) {
        foreach ($parameter in $page.Parameters | Where-Object { $_.DefaultValue }) {
            $path = "//command:command[command:details/command:name='$($page.Title)']/command:parameters/command:parameter"
            $node = $help.SelectSingleNode("$path[maml:name='$($parameter.Name)']", $names)
            $default = $help.CreateElement('dev', 'defaultValue', $dev)
            $default.InnerText = $parameter.DefaultValue
            [void] $node.AppendChild($default)
        }
    }

    foreach ($link in @($help.SelectNodes('//maml:navigationLink', $names))) {
        $uri = $link.SelectSingleNode('maml:uri', $names)
        if ($uri.InnerText.Length -eq 0) {
            # The online version: the build adds it where the repository is known (Links.targets).
            [void] $link.ParentNode.RemoveChild($link)
        }
        elseif ($uri.InnerText -like '*.md') {
            $uri.InnerText = ''
        }
    }

    $settings = New-Object -TypeName System.Xml.XmlWriterSettings
    $settings.Indent = $true
    $settings.NewLineChars = "`n"
    $settings.Encoding = New-Object -TypeName System.Text.UTF8Encoding -ArgumentList $false
    $writer = [System.Xml.XmlWriter]::Create($Destination, $settings)
    try {
        $help.Save($writer)
        $writer.WriteWhitespace("`n")
    }
    finally {
        $writer.Dispose()
    }
}

function Convert-AboutPage {
    # The text of a topic as Get-Help shows it: headings as PowerShell's own topics have them, lines of 80 characters, and
    # no Markdown.
    param([string] $Path)

    $name = [System.IO.Path]::GetFileNameWithoutExtension($Path)
    $lines = New-Object -TypeName System.Collections.Generic.List[string]
    $lines.Add('TOPIC')
    $lines.Add("    $name")
    $isCode = $false
    foreach ($line in [System.IO.File]::ReadAllLines($Path) | Select-Object -Skip 1) {
        if ($line -match '^```') {
            $isCode = -not $isCode
        }
        elseif ($isCode) {
            $lines.Add("        $line".TrimEnd())
        }
        elseif ($line -match '^## (?<heading>.+)') {
            $lines.Add($Matches['heading'])
        }
        elseif ($line -match '^### (?<heading>.+)') {
            $lines.Add("  $($Matches['heading'])")
        }
        else {
            $indent = if ($line.StartsWith('- ')) { '      ' } else { '    ' }
            $text = '   '
            foreach ($word in $line.Replace('`', '').Split(' ')) {
                if ($text.Length + 1 + $word.Length -gt 79 -and $text.Trim()) {
                    $lines.Add($text)
                    $text = "$indent$word"
                }
                else {
                    $text += " $word"
                }
            }

            $lines.Add($text.TrimEnd())
        }
    }

    ($lines -join "`n") + "`n"
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
        $topics = @(Get-ChildItem -Path $source -Filter 'about_*.md')
        foreach ($topic in $topics) {
            $text = Convert-AboutPage -Path $topic.FullName
            [System.IO.File]::WriteAllText([System.IO.Path]::Combine($target, "$($topic.BaseName).help.txt"), $text)
        }

        # PlatyPS makes a folder of the module's name below the one it is given, which Get-Help would not look in.
        $commands = $pages | ForEach-Object { Import-MarkdownCommandHelp -Path $_.FullName }
        $commands | Export-MamlCommandHelp -OutputFolder $scratch -Force | Out-Null
        foreach ($file in Get-ChildItem -Path $scratch -Recurse -Filter '*-Help.xml') {
            $destination = [System.IO.Path]::Combine($target, 'JumpCloudConnector.Cmdlets.dll-Help.xml')
            Convert-HelpFile -Path $file.FullName -Destination $destination -Command $commands
        }
    }
    finally {
        Remove-Item -Path $scratch -Recurse -Force -ErrorAction SilentlyContinue
    }

    Write-Host "$($pages.Count) pages and $($topics.Count) topics -> $target (the next build takes it along)"
}

function Invoke-Analyze {
    Import-Tool -Name 'PSScriptAnalyzer' -MinimumVersion '1.21.0'
    $settings = [System.IO.Path]::Combine($root, 'PSScriptAnalyzerSettings.psd1')
    $findings = @(
        foreach ($part in 'build.ps1', 'module', 'tests/Pester', 'samples') {
            $path = [System.IO.Path]::Combine($root, $part)
            if (Test-Path -Path $path) {
                # Pester's blocks share variables, which the analyzer does not see, and helpers of tests have no -WhatIf.
                $excluded = if ($part -eq 'tests/Pester') { 'PSUseDeclaredVarsMoreThanAssignments', 'PSUseShouldProcessForStateChangingFunctions' } else { @() }
                Invoke-ScriptAnalyzer -Path $path -Recurse -Settings $settings | Where-Object -Property RuleName -NotIn -Value $excluded
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
    $package = Invoke-Pack -Configuration 'Release'
    $hash = (Get-FileHash -Path $package -Algorithm SHA256).Hash.ToLowerInvariant()
    Write-Host "Package -> $package (SHA-256 $hash)"
}

switch ($Task) {
    # The module and nothing else: tests and benchmarks take thrice as long, and 'dotnet build' builds them.
    'Build' { Invoke-DotNet build ([System.IO.Path]::Combine($root, 'src', 'JumpCloudConnector.Cmdlets')) --configuration $Configuration }
    'Test' { Invoke-DotNet test $root --configuration $Configuration; Invoke-PesterTest }
    'Help' { Invoke-Help }
    'Analyze' { Invoke-Analyze }
    'Package' { Invoke-Package }
}

BeforeDiscovery {
    $manifest = $env:JCCONNECTOR_TEST_MODULE
    Import-Module -Name $manifest -Force
    $root = [System.IO.Path]::GetFullPath([System.IO.Path]::Combine($PSScriptRoot, '..', '..'))
    $script:cmdlets = @(Get-Command -Module JumpCloudConnector | ForEach-Object { @{ Cmdlet = $_.Name } })
    $script:topics = @(Get-ChildItem -Path ([System.IO.Path]::Combine($root, 'docs', 'help')) -Filter 'about_*.md' | ForEach-Object { @{ Topic = $_.BaseName } })
    $script:hasSources = Test-Path -Path ([System.IO.Path]::Combine($root, 'src', 'JumpCloudConnector'))
    $hasPlatyPS = $null -ne (Get-Module -ListAvailable -Name Microsoft.PowerShell.PlatyPS)
    if (-not $hasPlatyPS) {
        Write-Host 'Microsoft.PowerShell.PlatyPS is not installed: whether the help file is up to date is not tested.'
    }
}

BeforeAll {
    Import-Module -Name $env:JCCONNECTOR_TEST_MODULE -Force
    $root = [System.IO.Path]::GetFullPath([System.IO.Path]::Combine($PSScriptRoot, '..', '..'))
    $pages = [System.IO.Path]::Combine($root, 'docs', 'help')
    $script:language = [System.IO.Path]::Combine($root, 'module', 'en-US')

    function Read-Text {
        param([string] $Path)
        [System.IO.File]::ReadAllText($Path).Replace("`r`n", "`n")
    }

    function Read-Page {
        param([string] $Name)
        Read-Text -Path ([System.IO.Path]::Combine($pages, "$Name.md"))
    }

    function Get-Section {
        param([string] $Page, [string] $Name)
        [regex]::Match($Page, "(?ms)^## $Name\n(.*?)(?=^## |\z)").Groups[1].Value
    }

    # The parameters that are the cmdlet's own, -WhatIf and -Confirm among them.
    function Get-OwnParameter {
        param([string] $Name)
        $common = [System.Management.Automation.Cmdlet]::CommonParameters
        # Hidden ones exist to be refused with the reason, and need no help; some are hidden in one set of several.
        (Get-Command -Name $Name).Parameters.Values | Where-Object { $_.Name -notin $common } |
            Where-Object { $_.Attributes | Where-Object { $_ -is [System.Management.Automation.ParameterAttribute] -and -not $_.DontShow } } |
            ForEach-Object { $_.Name } | Sort-Object
    }

    function Get-ErrorIdOfPage {
        param([string] $Name)
        $notes = Get-Section -Page (Read-Page -Name $Name) -Name 'NOTES'
        [regex]::Matches($notes, '(?m)^- ([A-Za-z]+): ') | ForEach-Object { $_.Groups[1].Value }
    }

    # Every form in which the sources give an error its id.
    function Get-ErrorIdOfSource {
        $source = [System.IO.Path]::Combine($root, 'src')
        $patterns = @(
            '"([A-Z][A-Za-z]+)",\s*JcErrorKind\.'
            'FailureKind\.[A-Za-z]+,\s*"([A-Z][A-Za-z]+)"'
            '(?:Refuse|CheckText|CheckId)\("([A-Z][A-Za-z]+)"'
            'ErrorId = "([A-Z][A-Za-z]+)"'
            'new Hindrance\("([A-Z][A-Za-z]+)"'
            '=> \("([A-Z][A-Za-z]+)", "(?:Network|Tls)"'
            '_ => \("([A-Z][A-Za-z]+)"'
            'const string (?:[A-Za-z]+Id|InvalidCondition) = "([A-Z][A-Za-z]+)"'
        )
        $files = Get-ChildItem -Path $source -Recurse -Filter '*.cs' |
            Where-Object { $_.FullName -notmatch '[\\/](obj|bin)[\\/]' }
        foreach ($file in $files) {
            foreach ($pattern in $patterns) {
                [regex]::Matches((Read-Text -Path $file.FullName), $pattern) | ForEach-Object { $_.Groups[1].Value }
            }
        }
    }

    # Words alone: marks of Markdown, line breaks and indents do not count.
    function Get-Word {
        param([string] $Text)
        @([regex]::Replace($Text, '(?m)^(#+ |```.*$)', '') -split '\s+' | Where-Object { $_ })
    }
}

Describe 'Help' {
    It 'has a page for each cmdlet and for nothing else' {
        $names = Get-ChildItem -Path $pages -Filter '*-*.md' | ForEach-Object { $_.BaseName } | Sort-Object
        $names | Should -Be (Get-Command -Module JumpCloudConnector | ForEach-Object { $_.Name } | Sort-Object)
    }

    It 'is what build.ps1 -Task Help writes now' -Skip:(-not $hasPlatyPS) {
        $scratch = [System.IO.Path]::Combine($TestDrive, 'repository')
        [void] [System.IO.Directory]::CreateDirectory([System.IO.Path]::Combine($scratch, 'docs'))
        Copy-Item -Path ([System.IO.Path]::Combine($root, 'build.ps1')) -Destination $scratch
        Copy-Item -Path $pages -Destination ([System.IO.Path]::Combine($scratch, 'docs')) -Recurse
        # A process of its own, since PlatyPS brings assemblies along.
        $shell = (Get-Process -Id $PID).Path
        $output = & $shell -NoProfile -NonInteractive -File ([System.IO.Path]::Combine($scratch, 'build.ps1')) -Task Help 2>&1
        $LASTEXITCODE | Should -Be 0 -Because "$output"

        $name = 'JumpCloudConnector.Cmdlets.dll-Help.xml'
        $written = Read-Text -Path ([System.IO.Path]::Combine($scratch, 'module', 'en-US', $name))
        $present = Read-Text -Path ([System.IO.Path]::Combine($language, $name))
        $present | Should -BeExactly $written -Because 'build.ps1 -Task Help makes it of docs/help'
        foreach ($topic in Get-ChildItem -Path $pages -Filter 'about_*.md') {
            $name = "$($topic.BaseName).help.txt"
            $written = Read-Text -Path ([System.IO.Path]::Combine($scratch, 'module', 'en-US', $name))
            Read-Text -Path ([System.IO.Path]::Combine($language, $name)) | Should -BeExactly $written
        }
    }

    It 'says of an error id on some page what it means' -Skip:(-not $hasSources) {
        $described = Get-Command -Module JumpCloudConnector | ForEach-Object { Get-ErrorIdOfPage -Name $_.Name }
        # A result always has an id of its own, the parameters let no unknown content type in, and a sender whose place was
        # moved goes on from the new one.
        $never = 'CollectionFailed', 'InvalidContentType', 'SyslogPositionMoved'
        $known = Get-ErrorIdOfSource | Sort-Object -Unique
        $known | Where-Object { $_ -notin $described -and $_ -notin $never } | Should -BeNullOrEmpty
    }
}

Describe '<Topic>' -ForEach $topics {
    It 'is found by Get-Help' {
        Get-Help -Name $Topic | Out-String | Should -Match 'SHORT DESCRIPTION\s+\S'
    }

    It 'says what its page says' {
        $page = Get-Word -Text ((Read-Page -Name $Topic) -replace '(?<!`)`(?!`)', '')
        # The marks of code go from both: in a page they are also those of Markdown.
        $text = Get-Word -Text ((Read-Text -Path ([System.IO.Path]::Combine($language, "$Topic.help.txt"))) -replace '(?<!`)`(?!`)', '')
        $text[0] | Should -BeExactly 'TOPIC'
        $text[1..($text.Count - 1)] -join ' ' | Should -BeExactly ($page -join ' ')
    }
}

Describe 'about_JumpCloudConnector' {
    It 'names no error id that there is none of' -Skip:(-not $hasSources) {
        $known = Get-ErrorIdOfSource
        $lines = [regex]::Matches((Read-Page -Name 'about_JumpCloudConnector'), '(?m)^- (?:\d{3,4})(?:, \d{3})?: ([A-Za-z, ]+)\.')
        $lines.Count | Should -BeGreaterThan 15
        $named = foreach ($line in $lines) {
            $line.Groups[1].Value -split ', ' | Where-Object { $_ -cmatch '^([A-Z][a-z]+){2,}$' }
        }
        $named | Should -Contain 'NotJson'
        $named | Where-Object { $_ -notin $known } | Should -BeNullOrEmpty
    }
}

Describe 'Help of <Cmdlet>' -ForEach $cmdlets {
    BeforeAll {
        $script:page = Read-Page -Name $Cmdlet
        $script:help = Get-Help -Name $Cmdlet -Full
        $script:own = @(Get-OwnParameter -Name $Cmdlet)
    }

    It 'has a page with its parameters and no others' {
        $section = Get-Section -Page $page -Name 'PARAMETERS'
        $named = [regex]::Matches($section, '(?m)^### -(\w+)$') | ForEach-Object { $_.Groups[1].Value }
        $named | Sort-Object | Should -Be $own
    }

    It 'has a page that says how its parameters bind' {
        $parameters = (Get-Command -Name $Cmdlet).Parameters
        foreach ($match in [regex]::Matches($page, '(?ms)^### -(\w+)\n.*?^```yaml\n(.*?)^```')) {
            $name = $match.Groups[1].Value
            $said = $match.Groups[2].Value
            $attributes = $parameters[$name].Attributes
            $binding = @($attributes | Where-Object { $_ -is [System.Management.Automation.ParameterAttribute] })[0]
            $wildcards = [bool] ($attributes | Where-Object { $_ -is [System.Management.Automation.SupportsWildcardsAttribute] })
            $position = if ($binding.Position -eq [int]::MinValue) { 'Named' } else { $binding.Position }
            $said | Should -Match "(?m)^SupportsWildcards: $wildcards$" -Because "-$name"
            $said | Should -Match "(?m)^  Position: $position$" -Because "-$name"
            $said | Should -Match "(?m)^  IsRequired: $($binding.Mandatory)$" -Because "-$name"
            $said | Should -Match "(?m)^  ValueFromPipeline: $($binding.ValueFromPipeline)$" -Because "-$name"
            $byName = $binding.ValueFromPipelineByPropertyName
            $said | Should -Match "(?m)^  ValueFromPipelineByPropertyName: $byName$" -Because "-$name"
        }
    }

    It 'has a page without placeholders' {
        $page | Should -Not -Match '\{\{|TODO|TBD'
        $sections = 'SYNOPSIS', 'SYNTAX', 'DESCRIPTION', 'EXAMPLES', 'PARAMETERS', 'INPUTS', 'OUTPUTS', 'NOTES',
            'RELATED LINKS'
        foreach ($section in $sections) {
            (Get-Section -Page $page -Name $section).Trim() | Should -Not -BeNullOrEmpty -Because $section
        }
    }

    It 'gives Get-Help a synopsis and a description' {
        $help.Synopsis | Should -Match '\.$'
        $help.Synopsis | Should -Not -Match ([regex]::Escape("$Cmdlet ["))
        ($help.description | Out-String).Trim().Length | Should -BeGreaterThan 100
    }

    It 'gives Get-Help at least 3 examples, each with code and words' {
        $examples = @($help.examples.example)
        $examples.Count | Should -BeGreaterOrEqual 3
        foreach ($example in $examples) {
            $example.code | Should -Match '-Jc' -Because $example.title
            ($example.remarks | Out-String).Trim() | Should -Not -BeNullOrEmpty -Because $example.title
        }
    }

    It 'gives Get-Help a description of each parameter' {
        @($help.parameters.parameter | ForEach-Object { $_.name } | Sort-Object) | Should -Be $own
        foreach ($parameter in $help.parameters.parameter) {
            ($parameter.description | Out-String).Trim() | Should -Not -BeNullOrEmpty -Because "-$($parameter.name)"
        }
    }

    It 'gives Get-Help no Markdown' {
        $help | Out-String -Width 200 | Should -Not -Match '```|\{\{|\]\(|\.md\b'
    }

    It 'names error ids, and none that there is none of' -Skip:(-not $hasSources) {
        $known = Get-ErrorIdOfSource
        $named = @(Get-ErrorIdOfPage -Name $Cmdlet)
        $named.Count | Should -BeGreaterThan 1
        $named | Where-Object { $_ -cnotin $known } | Should -BeNullOrEmpty
        $named | Sort-Object -Unique | Should -HaveCount $named.Count
    }

    It 'links to cmdlets that there are' {
        $links = [regex]::Matches((Get-Section -Page $page -Name 'RELATED LINKS'), '\[([^\]]+)\]\(([^)]+)\)')
        $links.Count | Should -BeGreaterThan 0
        foreach ($link in $links) {
            $link.Groups[2].Value | Should -BeExactly "$($link.Groups[1].Value).md"
            Test-Path -Path ([System.IO.Path]::Combine($pages, $link.Groups[2].Value)) | Should -BeTrue -Because $link.Value
        }
    }
}

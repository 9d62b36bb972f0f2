BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    Import-Module -Name $env:JCCONNECTOR_TEST_MODULE
    $simulator = Start-Simulator -Argument '--events', '1500', '--users', '120'
    $folder = Use-NewStore
    $address = $simulator.Address
    $null = New-JcConnector -Name 'Acme' -TenantName 'Acme Ltd' -ApiKey $simulator.Key -ContentType DirectoryInsights, SystemUser @address
}

AfterAll {
    Stop-Simulator -Simulator $simulator
    Remove-Item -Path $folder -Recurse -Force -ErrorAction SilentlyContinue
}

Describe 'Get-JcAnalyzerProfile' {
    It 'always has the one named Default, with its connectors' {
        $default = Get-JcAnalyzerProfile -Name 'Default'
        $default.ConnectorName | Should -Be 'Acme'
        Get-ErrorId { Get-JcAnalyzerProfile -Name 'Nowhere' } | Should -Be 'AnalyzerProfileNotFound'
    }

    It 'completes names' {
        $null = New-JcAnalyzerProfile -Name 'Branch office'
        $line = 'Set-JcConnector Acme -AnalyzerProfile Bra'
        (TabExpansion2 -inputScript $line -cursorColumn $line.Length).CompletionMatches.CompletionText | Should -Contain "'Branch office'"
    }
}

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

Describe 'New-JcAnalyzerProfile' {
    It 'adds a profile that connectors can be in' {
        (New-JcAnalyzerProfile -Name 'Branch' -Description 'Small sites' -MaxConcurrentStreams 2).MaxConcurrentStreams | Should -Be 2
        Set-JcConnector -Name 'Acme' -AnalyzerProfile 'branch'
        (Get-JcConnector -Name 'Acme').AnalyzerProfile | Should -BeExactly 'Branch'
        (Invoke-JcCollection -ConnectorName 'Acme').State | Should -Be 'Collected', 'Collected'
    }

    It 'refuses <id>' -ForEach @(
        @{ id = 'AnalyzerProfileExists'; with = @{ Name = 'default' } }
        @{ id = 'AnalyzerProfileExists'; with = @{ Name = 'BRANCH' } }
        @{ id = 'InvalidAnalyzerProfileName'; with = @{ Name = ' ' } }
        @{ id = 'InvalidConcurrency'; with = @{ Name = 'Wide'; MaxConcurrentStreams = 0 } }
    ) {
        Get-ErrorId { New-JcAnalyzerProfile @with } | Should -Be $id
    }
}

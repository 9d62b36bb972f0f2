BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $simulator, $folder, $address = Start-Acceptance -Connector
}

AfterAll {
    Stop-Acceptance -Simulator $simulator -Folder $folder
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

BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $simulator, $folder, $address = Start-Acceptance -Connector
}

AfterAll {
    Stop-Acceptance -Simulator $simulator -Folder $folder
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

BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $simulator, $folder, $address = Start-Acceptance -Connector
}

AfterAll {
    Stop-Acceptance -Simulator $simulator -Folder $folder
}

Describe 'Get-JcLogFilter' {
    It 'lists filters with where they are attached' {
        $null = New-JcLogFilter -Name 'A' -Condition 'event_category Equal ldap'
        $null = New-JcLogFilter -Name 'B' -Condition 'event_category Equal sso'
        Set-JcConnector -Name 'Acme' -LogFilter 'B'
        (Get-JcLogFilter).Name | Should -Be 'A', 'B'
        (Get-JcLogFilter -Name 'B').ConnectorName | Should -Be 'Acme'
        (Get-JcLogFilter -Name 'B').IsActive | Should -BeTrue
        (Get-JcLogFilter -Name 'A').IsActive | Should -BeFalse
    }

    It 'says which name there is not' {
        Get-ErrorId { Get-JcLogFilter -Name 'Nobody' } | Should -Be 'LogFilterNotFound'
    }

    It 'completes names' {
        $line = 'Get-JcLogFilter -Name '
        (TabExpansion2 -inputScript $line -cursorColumn $line.Length).CompletionMatches.CompletionText | Should -Contain 'B'
    }
}

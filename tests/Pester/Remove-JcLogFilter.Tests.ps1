BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $simulator, $folder, $address = Start-Acceptance -Connector
}

AfterAll {
    Stop-Acceptance -Simulator $simulator -Folder $folder
}

Describe 'Remove-JcLogFilter' {
    It 'removes a filter and detaches it' {
        $null = New-JcLogFilter -Name 'A' -Condition 'event_category Equal ldap'
        Set-JcConnector -Name 'Acme' -LogFilter 'A'
        Remove-JcLogFilter -Name 'A' -WhatIf
        (Get-JcLogFilter).Name | Should -Be 'A'
        Remove-JcLogFilter -Name 'A' -Force
        Get-JcLogFilter | Should -BeNullOrEmpty
        (Get-JcConnector -Name 'Acme').LogFilter | Should -BeNullOrEmpty
    }

    It 'says which name there is not' {
        Get-ErrorId { Remove-JcLogFilter -Name 'A' -Force } | Should -Be 'LogFilterNotFound'
    }
}

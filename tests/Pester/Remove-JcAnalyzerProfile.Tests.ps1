BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $simulator, $folder, $address = Start-Acceptance -Connector
}

AfterAll {
    Stop-Acceptance -Simulator $simulator -Folder $folder
}

Describe 'Remove-JcAnalyzerProfile' {
    It 'removes one that is empty, and no other' {
        $null = New-JcAnalyzerProfile -Name 'Branch'
        Set-JcConnector -Name 'Acme' -AnalyzerProfile 'Branch'
        Get-ErrorId { Remove-JcAnalyzerProfile -Name 'Branch' } | Should -Be 'AnalyzerProfileInUse'
        Get-ErrorId { Remove-JcAnalyzerProfile -Name 'Default' } | Should -Be 'AnalyzerProfileFixed'
        Set-JcConnector -Name 'Acme' -AnalyzerProfile 'Default'
        Remove-JcAnalyzerProfile -Name 'Branch' -WhatIf
        (Get-JcAnalyzerProfile).Name | Should -Contain 'Branch'
        Remove-JcAnalyzerProfile -Name 'Branch'
        (Get-JcAnalyzerProfile).Name | Should -Be 'Default'
    }

    It 'says which name there is not' {
        Get-ErrorId { Remove-JcAnalyzerProfile -Name 'Branch' } | Should -Be 'AnalyzerProfileNotFound'
    }
}

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

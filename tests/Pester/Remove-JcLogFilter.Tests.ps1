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

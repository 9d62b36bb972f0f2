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

Describe 'Set-JcLogFilter' {
    It 'changes the conditions' {
        $null = New-JcLogFilter -Name 'A' -Condition 'event_category Equal ldap'
        Set-JcLogFilter -Name 'A' -Condition 'event_category Equal sso', 'event_status Equal success'
        (Get-JcLogFilter -Name 'A').Condition.Count | Should -Be 2
    }

    It 'refuses what cannot be and leaves the filter as it is' {
        Get-ErrorId { Set-JcLogFilter -Name 'A' -Condition @{ Field = 'a'; Operator = 'Match'; Values = '(' } } | Should -Be 'InvalidLogFilterCondition'
        Get-ErrorId { Set-JcLogFilter -Name 'Nobody' -Condition 'a Equal b' } | Should -Be 'LogFilterNotFound'
        (Get-JcLogFilter -Name 'A').Condition.Count | Should -Be 2
    }

    It 'changes nothing under -WhatIf' {
        Set-JcLogFilter -Name 'A' -Condition 'event_category Equal radius' -WhatIf
        (Get-JcLogFilter -Name 'A').Condition.Count | Should -Be 2
    }
}

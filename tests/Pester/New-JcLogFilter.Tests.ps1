BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $simulator, $folder, $address = Start-Acceptance -Connector
}

AfterAll {
    Stop-Acceptance -Simulator $simulator -Folder $folder
}

Describe 'New-JcLogFilter' {
    It 'adds a filter that is inactive until it is attached' {
        $filter = New-JcLogFilter -Name 'No LDAP' -Condition @{ Field = 'event_category'; Operator = 'Equal'; Values = 'ldap' }
        $filter.IsActive | Should -BeFalse
        $filter.Condition.Count | Should -Be 1
    }

    It 'keeps what it matches out of the store, and counts it' {
        $null = New-JcLogFilter -Name 'No directory' -Condition 'event_category Equal directory'
        Set-JcConnector -Name 'Acme' -LogFilter 'No directory'
        $results = Invoke-JcCollection
        ($results | Measure-Object -Property Filtered -Sum).Sum | Should -BeGreaterThan 0
        Get-JcIngestedRecord -Service directory | Should -BeNullOrEmpty
        (Get-JcLogFilter -Name 'No directory').Excluded | Should -Be ($results | Measure-Object -Property Filtered -Sum).Sum
    }

    It 'refuses a second of that name, and a condition that cannot be' {
        Get-ErrorId { New-JcLogFilter -Name 'no ldap' -Condition 'event_category Equal ldap' } | Should -Be 'LogFilterExists'
        Get-ErrorId { New-JcLogFilter -Name 'Bad' -Condition @{ Field = 'srcip'; Operator = 'InSubnet'; Values = 'ten' } } | Should -Be 'InvalidLogFilterCondition'
        Get-JcLogFilter -Name 'Bad*' | Should -BeNullOrEmpty
    }

    It 'warns of a field that no record has, and names the nearest' {
        New-JcLogFilter -Name 'Misspelt' -Condition 'EventType NotEqual sso_auth' -WhatIf -WarningVariable warning -WarningAction SilentlyContinue
        "$warning" | Should -Match "'EventType'.*every record.*'event_type'"
        $null = New-JcLogFilter -Name 'Free' -Condition 'jumpcloud.what.ever Equal x' -WarningVariable warning
        $warning | Should -BeNullOrEmpty
    }
}

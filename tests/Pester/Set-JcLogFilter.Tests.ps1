BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $simulator, $folder, $address = Start-Acceptance -Connector
}

AfterAll {
    Stop-Acceptance -Simulator $simulator -Folder $folder
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

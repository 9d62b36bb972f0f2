BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $simulator, $folder, $address = Start-Acceptance -Collected
}

AfterAll {
    Stop-Acceptance -Simulator $simulator -Folder $folder
}

Describe 'Remove-JcIngestedRecord' {
    It 'removes nothing under -WhatIf and without a criterion' {
        $before = @(Get-JcIngestedRecord).Count
        Remove-JcIngestedRecord -ConnectorName 'Acme' -Force -WhatIf
        Get-ErrorId { Remove-JcIngestedRecord -Force } | Should -Be 'NothingSelected'
        @(Get-JcIngestedRecord).Count | Should -Be $before
    }

    It 'removes records that do not come back' {
        $events = @(Get-JcIngestedRecord -MsgClass 'jumpcloud_directoryinsights').Count
        $events | Should -BeGreaterThan 0
        (Remove-JcIngestedRecord -ConnectorName 'Acme' -Force).Records | Should -BeGreaterOrEqual $events
        Get-JcIngestedRecord | Should -BeNullOrEmpty
        $null = Invoke-JcCollection -Force
        $now = @(Get-JcIngestedRecord -MsgClass 'jumpcloud_directoryinsights' -Oldest)
        $now.Count | Should -BeLessThan $events
        Test-JcStore -Quiet | Should -BeTrue
    }
}

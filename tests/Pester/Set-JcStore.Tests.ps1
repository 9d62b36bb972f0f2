BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $simulator, $folder, $address = Start-Acceptance -Collected
}

AfterAll {
    Stop-Acceptance -Simulator $simulator -Folder $folder
}

Describe 'Set-JcStore' {
    It 'sets and clears the retention' {
        Set-JcStore -RetentionDays 30 -MaxSizeGB 1.5
        (Get-JcStore).RetentionDays | Should -Be 30
        (Get-JcStore).MaxSizeGB | Should -Be 1.5
        (Set-JcStore -RetentionDays 0 -MaxSizeGB 0 -PassThru).RetentionDays | Should -BeNullOrEmpty
    }

    It 'changes nothing under -WhatIf' {
        Set-JcStore -RetentionDays 30 -WhatIf
        (Get-JcStore).RetentionDays | Should -BeNullOrEmpty
    }

    It 'removes unasked with -Force' {
        $old = (Get-Date).AddDays(-3)
        Send-SimulatorEvent -Simulator $simulator -Events @{ timestamp = $old.ToUniversalTime().ToString('o'); initiated_by = @{ username = 'old.one' } }
        $null = Invoke-JcCollection -After $old.AddHours(-1) -Before $old.AddHours(1)
        @(Get-JcIngestedRecord -User 'old.one').Count | Should -Be 1
        Set-JcStore -RetentionDays 2 -Now -Force
        (Get-JcStore).RetentionDays | Should -Be 2
        Set-JcStore -RetentionDays 0
    }

    It 'refuses what cannot be meant' {
        Get-ErrorId { Set-JcStore -RetentionDays -1 } | Should -Be 'InvalidRetention'
        Get-ErrorId { Set-JcStore } | Should -Be 'NothingToChange'
    }
}

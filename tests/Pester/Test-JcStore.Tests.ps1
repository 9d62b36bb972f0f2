BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $simulator, $folder, $address = Start-Acceptance -Collected
}

AfterAll {
    Stop-Acceptance -Simulator $simulator -Folder $folder
}

Describe 'Test-JcStore' {
    It 'finds a store that was collected sound' {
        (Test-JcStore).State | Should -Be 'Healthy'
        Test-JcStore -Full -Quiet | Should -BeTrue
    }

    It 'tests a backup where it lies' {
        $file = Join-Path $TestDrive 'tested.db'
        $null = Backup-JcStore -Destination $file
        (Test-JcStore -BackupFile $file).State | Should -Be 'Healthy'
        Get-ErrorId { Test-JcStore -BackupFile (Join-Path $TestDrive 'none.db') } | Should -Be 'FileNotFound'
    }

    It 'says False of a store that is not there' {
        Test-JcStore -StorePath (Join-Path $TestDrive 'none') -Quiet -ErrorAction SilentlyContinue | Should -BeFalse
    }
}

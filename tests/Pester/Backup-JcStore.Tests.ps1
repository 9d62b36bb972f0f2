BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $simulator, $folder, $address = Start-Acceptance -Collected
}

AfterAll {
    Stop-Acceptance -Simulator $simulator -Folder $folder
}

Describe 'Backup-JcStore' {
    It 'makes a file that is a store' {
        $file = Backup-JcStore -Destination (Join-Path $TestDrive 'b.db')
        $file.Bytes | Should -Be (Get-Item -LiteralPath $file.FullName).Length
        $file.Records | Should -Be (Get-JcStore).Records
        ($file | Test-JcStore -Full).State | Should -Be 'Healthy'
        ($file | Get-Item).Name | Should -Be 'b.db'
    }

    It 'replaces a backup with -Force alone' {
        Get-ErrorId { Backup-JcStore -Destination (Join-Path $TestDrive 'b.db') } | Should -Be 'BackupExists'
        (Backup-JcStore -Destination (Join-Path $TestDrive 'b.db') -Force).Name | Should -Be 'b.db'
    }

    It 'says that a folder is not there' {
        Get-ErrorId { Backup-JcStore -Destination (Join-Path $TestDrive 'none/b.db') } | Should -Be 'BackupFailed'
    }
}

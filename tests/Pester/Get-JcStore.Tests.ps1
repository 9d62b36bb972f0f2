BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $simulator, $folder, $address = Start-Acceptance -Collected
}

AfterAll {
    Stop-Acceptance -Simulator $simulator -Folder $folder
}

Describe 'Get-JcStore' {
    It 'describes the store' {
        $store = Get-JcStore
        $store.Records | Should -Be @(Get-JcIngestedRecord).Count
        $store.Connectors | Should -Be 1
        $store.RetentionDays | Should -BeNullOrEmpty
        $store.FileBytes | Should -BeGreaterThan 0
    }

    It 'says that a path has no store' {
        Get-ErrorId { Get-JcStore -StorePath (Join-Path $TestDrive 'none') } | Should -Be 'StoreNotFound'
    }
}

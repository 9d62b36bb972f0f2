BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $simulator, $folder, $address = Start-Acceptance -Collected
}

AfterAll {
    Stop-Acceptance -Simulator $simulator -Folder $folder
}

Describe 'Export-JcIngestedRecord' {
    It 'writes the records as they are stored' {
        $export = Export-JcIngestedRecord -Path ([System.IO.Path]::Combine($TestDrive, 'all.ndjson'))
        $lines = [System.IO.File]::ReadAllLines($export.Files[0].FullName)
        $lines -join "`n" | Should -BeExactly ((Get-JcIngestedRecord -AfterSequence 0 -AsJson) -join "`n")
        $export.Records | Should -Be $lines.Count
    }

    It 'writes a table that Import-Csv reads' {
        $file = [System.IO.Path]::Combine($TestDrive, 'all.csv')
        $null = Export-JcIngestedRecord -Path $file
        $rows = Import-Csv -Path $file
        $rows.Count | Should -Be (Get-JcIngestedRecord).Count
        $record = Get-JcIngestedRecord -AfterSequence 0 -First 1
        $rows[0].StellarUuid | Should -Be $record.StellarUuid
        ([DateTimeOffset] $rows[0].Timestamp).ToUnixTimeMilliseconds() | Should -Be $record.Timestamp.ToUnixTimeMilliseconds()
    }

    It 'goes on where it ended, by day and packed' {
        $target = [System.IO.Path]::Combine($TestDrive, 'days')
        [void] [System.IO.Directory]::CreateDirectory($target)
        $first = Export-JcIngestedRecord -Path $target -SplitByDay -Compress
        $first.Files.Name | Should -Match '^records-\d{4}-\d\d-\d\d-\d{12}\.ndjson\.gz$'
        Send-SimulatorEvent -Simulator $simulator -Events @{ initiated_by = @{ username = 'late.one' } }
        $null = Invoke-JcCollection -Force
        $second = Export-JcIngestedRecord -Path $target -SplitByDay -Compress -AfterSequence $first.LastSequence
        $second.Records | Should -Be @(Get-JcIngestedRecord -AfterSequence $first.LastSequence).Count
        $second.Records | Should -BeGreaterThan 0
        $third = Export-JcIngestedRecord -Path $target -SplitByDay -Compress -AfterSequence $second.LastSequence
        $third.Records | Should -Be 0
        $third.LastSequence | Should -Be $second.LastSequence
    }

    It 'replaces nothing unasked, and previews' {
        $file = [System.IO.Path]::Combine($TestDrive, 'twice.ndjson')
        Export-JcIngestedRecord -Path $file -WhatIf
        $file | Should -Not -Exist
        $null = Export-JcIngestedRecord -Path $file
        Get-ErrorId { Export-JcIngestedRecord -Path $file -WhatIf } | Should -Be 'ExportFileExists'
        Get-ErrorId { Export-JcIngestedRecord -Path $file } | Should -Be 'ExportFileExists'
        (Export-JcIngestedRecord -Path $file -Force).Records | Should -BeGreaterThan 1000
        Get-ErrorId { Export-JcIngestedRecord -Path ([System.IO.Path]::Combine($TestDrive, 'none', 'x.ndjson')) } | Should -Be 'ExportFailed'
    }
}

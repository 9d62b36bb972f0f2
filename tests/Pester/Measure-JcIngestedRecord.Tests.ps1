BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $simulator, $folder, $address = Start-Acceptance -Collected
}

AfterAll {
    Stop-Acceptance -Simulator $simulator -Folder $folder
}

Describe 'Measure-JcIngestedRecord' {
    It 'counts what Get-JcIngestedRecord finds' {
        (Measure-JcIngestedRecord).Count | Should -Be (Get-JcIngestedRecord).Count
        (Measure-JcIngestedRecord -EventStatus failure -Last 12h).Count | Should -Be @(Get-JcIngestedRecord -EventStatus failure -Last 12h).Count
        (Measure-JcIngestedRecord -User 'nobody at all').Count | Should -Be 0
    }

    It 'groups as Group-Object does, the largest first' {
        $counts = Measure-JcIngestedRecord -GroupBy EventType
        $groups = Get-JcIngestedRecord | Group-Object -Property EventType
        $counts.Count | Should -Be $groups.Count
        foreach ($group in $groups) {
            ($counts | Where-Object EventType -EQ $group.Values[0]).Count | Should -Be $group.Count
        }

        $counts[0].Count | Should -BeGreaterOrEqual $counts[-1].Count
        @(Measure-JcIngestedRecord -GroupBy User, SourceIp -First 5).Count | Should -Be 5
    }

    It 'counts by time, also where there is nothing' {
        $hours = Measure-JcIngestedRecord -Last '3d' -Interval 1h
        $hours.Count | Should -BeIn 72, 73, 74
        ($hours | Measure-Object -Property Count -Sum).Sum | Should -Be @(Get-JcIngestedRecord -Last '3d').Count
        $hours[0].Count | Should -Be 0
        "$($hours | Select-Object -Last 3 | Out-String)" | Should -Match 'Time +Count +Percent +Group'
    }

    It 'leads back to the records by its value, not by the pipeline' {
        $first = Measure-JcIngestedRecord -EventStatus failure -GroupBy SourceIp | Where-Object SourceIp | Select-Object -First 1
        @(Get-JcIngestedRecord -EventStatus failure -SourceIp $first.SourceIp).Count | Should -Be $first.Count
        Get-ErrorId { Get-JcIngestedRecord -SourceIp $null } | Should -Be 'ParameterArgumentValidationError'
        Get-ErrorId { $first | Get-JcIngestedRecord } | Should -Be 'CountsNotTaken'
    }

    It 'refuses what cannot be counted by' {
        Get-ErrorId { Measure-JcIngestedRecord -Interval 7m } | Should -Be 'InvalidInterval'
        { Measure-JcIngestedRecord -GroupBy Hour } | Should -Throw '*-Interval 1h*'
        Get-ErrorId { Measure-JcIngestedRecord -GroupBy Colour } | Should -Be 'ParameterArgumentTransformationError'
    }
}

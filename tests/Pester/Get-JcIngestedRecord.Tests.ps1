BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $simulator, $folder, $address = Start-Acceptance -Collected
}

AfterAll {
    Stop-Acceptance -Simulator $simulator -Folder $folder
}

Describe 'Get-JcIngestedRecord' {
    It 'finds the records of the specification' {
        (Get-JcIngestedRecord -MsgClass jumpcloud_systemuser).Count | Should -Be 120
        (Get-JcIngestedRecord -Source jumpcloud).Count | Should -Be 120
        Get-JcIngestedRecord -Category iam -First 1 | Should -Not -BeNullOrEmpty
    }

    It 'gives the newest first, the oldest first, and no more than asked for' {
        $newest = Get-JcIngestedRecord -MsgClass jumpcloud_directoryinsights -First 10
        $newest.Count | Should -Be 10
        $newest[0].Timestamp | Should -BeGreaterOrEqual $newest[9].Timestamp
        $oldest = Get-JcIngestedRecord -MsgClass jumpcloud_directoryinsights -First 10 -Oldest
        $oldest[0].Timestamp | Should -BeLessOrEqual $oldest[9].Timestamp
    }

    It 'gives JSON that other tools read, with the event as JumpCloud sent it' {
        $record = Get-JcIngestedRecord -MsgClass jumpcloud_directoryinsights -First 1
        $json = Get-JcIngestedRecord -MsgClass jumpcloud_directoryinsights -First 1 -AsJson
        $json | Should -BeExactly $record.Json
        $read = $json | ConvertFrom-Json
        $read.tenant_name | Should -Be 'Acme Ltd'
        $read.jumpcloud | Should -Not -BeNullOrEmpty
    }

    It 'finds failed logins of one user' {
        $some = Get-JcIngestedRecord -EventStatus failure | Where-Object User | Select-Object -First 1
        $found = Get-JcIngestedRecord -User $some.User -EventStatus failure
        $found.Sequence | Should -Contain $some.Sequence
        $found.EventStatus | Sort-Object -Unique | Should -Be 'failure'
    }

    It 'goes on behind a place without gap or repetition' {
        $all = @(Get-JcIngestedRecord -AfterSequence 0).Sequence
        $first = @(Get-JcIngestedRecord -AfterSequence 0 -First 700).Sequence
        $rest = @(Get-JcIngestedRecord -AfterSequence $first[-1]).Sequence
        ($first + $rest) -join ',' | Should -Be ($all -join ',')
    }

    It 'takes a connector from the pipeline, and durations as they are typed' {
        (Get-JcConnector -Name 'Acme' | Get-JcIngestedRecord -Last 30d).Count | Should -BeGreaterThan 1500
        Get-ErrorId { Get-JcIngestedRecord -Last 24h -After 2026-01-01 } | Should -Be 'LastAndAfter'
        Get-ErrorId { Get-JcIngestedRecord -Last 24 } | Should -Be 'ParameterArgumentTransformationError'
    }

    It 'finds a user by the account where an event has the e-mail address alone' {
        $alone = Get-JcIngestedRecord -User '*@*' | Where-Object { $_.User -like '*@*' } | Select-Object -First 1
        $found = Get-JcIngestedRecord -User ($alone.User -split '@')[0]
        $found.Sequence | Should -Contain $alone.Sequence
    }

    It 'takes networks, and says where nothing can match' {
        $some = Get-JcIngestedRecord -SourceIp '*.*.*.*' -First 1
        (Get-JcIngestedRecord -SourceIp "$($some.SourceIp)/8").Sequence | Should -Contain $some.Sequence
        Get-ErrorId { Get-JcIngestedRecord -SourceIp '10.0.0.0/40' } | Should -Be 'InvalidNetwork'
        Get-ErrorId { Get-JcIngestedRecord -After 1h -Before 2h } | Should -Be 'EmptyPeriod'
        Get-JcIngestedRecord -EventStatus failed -WarningVariable warning -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        "$warning" | Should -Match 'success, failure, mfa, unknown'
    }

    It 'points out a misspelt name, and with -Verbose what rules everything out' {
        Get-JcIngestedRecord -ConnectorName 'Amce' -WarningVariable warning -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        "$warning" | Should -Match "no connector 'Amce'.*Did you mean 'Acme'\?"
        $lines = Get-JcIngestedRecord -ConnectorName 'Acme' -User 'nobody.at.all' -Verbose 4>&1
        "$lines" | Should -Match "user 'nobody\.at\.all', whatever else"
    }

    It 'finds what was written since a time, and takes times as the session shows them' {
        $first = Get-JcIngestedRecord -AfterSequence 0 -First 1
        @(Get-JcIngestedRecord -IngestedAfter $first.WriteTime.AddMilliseconds(-1)).Count | Should -Be (Measure-JcIngestedRecord).Count
        Get-JcIngestedRecord -IngestedAfter ([DateTimeOffset]::Now) -First 1 | Should -BeNullOrEmpty
        $shown = "$($first.Timestamp.LocalDateTime.ToShortDateString())"
        @(Get-JcIngestedRecord -After $shown).Count | Should -Be @(Get-JcIngestedRecord -After $first.Timestamp.LocalDateTime.Date).Count
    }

    It 'has only columns that a table of other programs can hold' {
        $file = [System.IO.Path]::Combine($folder, 'records.csv')
        Get-JcIngestedRecord -First 3 | Export-Csv -Path $file -NoTypeInformation
        $columns = (Import-Csv -Path $file | Select-Object -First 1).PSObject.Properties
        $columns.Name | Should -Not -Contain 'Utf8'
        $columns.Name | Should -Not -Contain 'VendorUtf8'
        $columns.Value | Should -Not -Match '^System\.'
    }
}

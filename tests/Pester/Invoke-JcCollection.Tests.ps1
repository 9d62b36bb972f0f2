BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $simulator, $folder, $address = Start-Acceptance -Connector
}

AfterAll {
    Stop-Acceptance -Simulator $simulator -Folder $folder
}

Describe 'Invoke-JcCollection' {
    It 'gives a result for each stream, and nothing twice' {
        $results = Invoke-JcCollection
        $results.State | Should -Be 'Collected', 'Collected'
        ($results | Where-Object ContentType -EQ 'SystemUser').New | Should -Be 120
        $again = Invoke-JcCollection -Force
        ($again | Where-Object ContentType -EQ 'SystemUser').New | Should -Be 0
    }

    It 'leaves alone what is not due, and says so where it is asked by name' {
        Invoke-JcCollection | Should -BeNullOrEmpty
        "$(Invoke-JcCollection -Verbose 4>&1)" | Should -Match "'Acme' is not due.*-Force"
        (Invoke-JcCollection -ConnectorName 'Acme').State | Should -Be 'NotDue', 'NotDue'
    }

    It 'gives the new records under -OutputRecord' {
        $null = Invoke-RestMethod -Method Post -Uri "$($simulator.ConsoleUri)_simulator/users" -Body '{"add":5}' -ContentType 'application/json'
        $records = Invoke-JcCollection -ConnectorName 'Acme' -Force -OutputRecord | Where-Object MsgClass -EQ 'jumpcloud_systemuser'
        $records.Count | Should -Be 5
        $records.EventType | Sort-Object -Unique | Should -Be 'systemuser_added'
    }

    It 'goes on with the others where one fails, and says what to do' {
        $null = New-JcConnector -Name 'Bad' -TenantName 'T' -ApiKey (New-Secret -Text 'jca_wrong_0123456789abcdef') -ContentType SystemUser @address
        $results = Invoke-JcCollection -Force
        @($results | Where-Object State -EQ 'Collected').Count | Should -Be 2
        $failed = $results | Where-Object ConnectorName -EQ 'Bad'
        $failed.StatusCode, $failed.ErrorId | Should -Be 401, 'Unauthorized'
        $failed.ErrorMessage | Should -Match 'Set-JcConnector'
        Remove-JcConnector -Name 'Bad' -Force
    }

    It 'takes connectors from the pipeline' {
        (Get-JcConnector -Name 'Acme' | Invoke-JcCollection -Force).ConnectorName | Should -Be 'Acme', 'Acme'
        Get-JcConnector -Name 'None*' | Invoke-JcCollection -Force | Should -BeNullOrEmpty
    }

    It 'reads a span again on demand, also one from before the first collection' {
        $again = Invoke-JcCollection -ConnectorName 'Acme' -After 3h -Before 1h
        "$($again.State)", "$($again.ContentType)", $again.New | Should -Be 'Collected', 'DirectoryInsights', 0
        $again.Repeated | Should -BeGreaterThan 0
        $at = [DateTime]::UtcNow.AddDays(-5)
        $null = Send-Simulator $simulator 'events' @{ count = 9; from = $at.AddMinutes(-30).ToString('o'); to = $at.ToString('o') }
        (Invoke-JcCollection -After 6d -Before 4d).New | Should -Be 9
        @(Get-JcIngestedRecord -Before 4d).Count | Should -Be 9
        (Invoke-JcCollection -Force | Measure-Object -Property New -Sum).Sum | Should -Be 0
    }

    It 'warns of what JumpCloud has no longer, and refuses a span that is none' {
        $null = Invoke-JcCollection -After '100d' -Before '99d' -WarningVariable warnings -WarningAction SilentlyContinue
        "$warnings" | Should -Match 'for 90d'
        Get-ErrorId { Invoke-JcCollection -After 1h -Before 2h } | Should -Be 'InvalidPeriod'
        Get-ErrorId { Invoke-JcCollection -After ([DateTime]::Now.AddHours(1)) } | Should -Be 'InvalidPeriod'
        Get-ErrorId { Invoke-JcCollection -After 2h -Continuous } | Should -Be 'AfterAndContinuous'
        Get-ErrorId { Invoke-JcCollection -After 2h -TimeLimit 1m } | Should -Be 'AfterAndTimeLimit'
        Get-ErrorId { Invoke-JcCollection -TimeLimit 0s } | Should -Be 'InvalidTimeLimit'
        Get-ErrorId { Invoke-JcCollection -TimeLimit 4 } | Should -Be 'ParameterArgumentTransformationError'
    }

    It 'leaves a backlog to the next run after the time limit' {
        $null = New-JcConnector -Name 'Slow' -TenantName 'T' -ApiKey $simulator.Key -ContentType DirectoryInsights @address
        $first = Invoke-JcCollection -ConnectorName 'Slow' -TimeLimit ([timespan]::FromTicks(1))
        "$($first.State)" | Should -Be 'Collected'
        $first.Backlog | Should -BeGreaterThan ([timespan]::FromHours(22))
        $first | Format-Table | Out-String -Width 120 | Should -Match '(?s)2[23]h \d+m.*behind'
        (Get-JcConnector -Name 'Slow').IsBehind | Should -BeTrue
        # What is behind is due at once.
        $second = Invoke-JcCollection -TimeLimit 4m | Where-Object ConnectorName -EQ 'Slow'
        $second.Backlog | Should -Be ([timespan]::Zero)
        (Get-JcConnector -Name 'Slow').IsBehind | Should -BeFalse
        Remove-JcConnector -Name 'Slow' -Force
    }

    It 'keeps a log of its turns' {
        $lines = Get-Content -Path ([System.IO.Path]::Combine($env:JCCONNECTOR_STORE, 'log', 'collection.jsonl')) | ConvertFrom-Json
        # A line of a warning has no state.
        @($lines | Where-Object { $_.PSObject.Properties['state'] -and $_.state -eq 'Collected' }).Count | Should -BeGreaterThan 3
        @($lines | Where-Object { $_.PSObject.Properties['error_id'] -and $_.error_id -eq 'Unauthorized' }).Count | Should -Be 1
    }
}

BeforeDiscovery {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $script:skip = Test-SimulatorMissing
}

Describe 'Get-JcCollectionLedger' -Skip:$skip {
    BeforeAll {
        . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
        $simulator, $folder, $address = Start-Acceptance -Argument '--events', '600', '--users', '10', '--traps', 'none' -Collected
    }

    AfterAll {
        Stop-Acceptance -Simulator $simulator -Folder $folder
    }

    It 'shows what was read of each stream, without a hole' {
        $entries = @(Get-JcCollectionLedger -ContentType DirectoryInsights)
        $entries[0].State | Should -Be 'Collected'
        $entries[0].Events | Should -Be @(Get-JcIngestedRecord -MsgClass jumpcloud_directoryinsights).Count
        $entries[0].ConnectorName, $entries[0].TenantName, $entries[0].StorePath | Should -Be 'Acme', 'Acme Ltd', $env:JCCONNECTOR_STORE
        $entries[0].OrganizationName | Should -Be $simulator.Organizations[0].name
        # What has gone by since is open.
        @($entries).State | Should -Be 'Collected', 'Open'
        $entries[1].From | Should -Be $entries[0].To
        $entries[1].Events | Should -Be 0
    }

    It 'shows walks over users, of which nothing is open' {
        $walk = Get-JcCollectionLedger -ContentType SystemUser
        "$($walk.State)" | Should -Be 'Collected'
        $walk.Events | Should -Be 10
    }

    It 'shows every row and why it was read' {
        $null = Invoke-JcCollection -After 2h -Before 1h
        $rows = @(Get-JcCollectionLedger -ContentType DirectoryInsights -Detail Slice | Where-Object State -EQ 'Collected')
        $rows.Kind | Sort-Object -Unique | Should -Be 'Live', 'Backfill', 'Reread'
        @(Get-JcCollectionLedger -ContentType DirectoryInsights -Detail Span).State | Should -Be 'Collected', 'Open'
        (Get-JcCollectionLedger -ContentType DirectoryInsights -Detail Day | Where-Object State -EQ 'Collected' | Measure-Object -Property Events -Sum).Sum |
            Should -Be @(Get-JcIngestedRecord -MsgClass jumpcloud_directoryinsights).Count
    }

    It 'takes time, organization and the pipeline' {
        Get-JcCollectionLedger -Before 30d | Should -BeNullOrEmpty
        @(Get-JcCollectionLedger -Last 15m -Detail Slice -ContentType DirectoryInsights).Kind | Should -Not -Contain 'Backfill'
        @(Get-JcCollectionLedger -Organization 'Acme*').Count | Should -BeGreaterThan 1
        @(Get-JcCollectionLedger -Organization $simulator.Organizations[0].id).Count | Should -BeGreaterThan 1
        Get-JcCollectionLedger -Organization 'Nobody' | Should -BeNullOrEmpty
        @(Get-JcConnector | Get-JcCollectionLedger).Count | Should -Be @(Get-JcCollectionLedger).Count
        Get-JcConnector -Name 'None*' | Get-JcCollectionLedger | Should -BeNullOrEmpty
        Get-JcCollectionLedger -TenantName 'Other*' | Should -BeNullOrEmpty
    }

    It 'says what is wrong' {
        Get-ErrorId { Get-JcCollectionLedger -ConnectorName 'Nobody' } | Should -Be 'ConnectorNotFound'
        Get-ErrorId { Get-JcCollectionLedger -Last 1h -After 2h } | Should -Be 'LastAndAfter'
        Get-ErrorId { Get-JcCollectionLedger -Detail Hour } | Should -Be 'ParameterArgumentTransformationError'
        Get-JcCollectionLedger -Before 30d -Verbose 4>&1 | Should -Match 'Nothing matched'
    }
}

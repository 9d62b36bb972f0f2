BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $simulator, $folder, $address = Start-Acceptance -Collected
}

AfterAll {
    Stop-Acceptance -Simulator $simulator -Folder $folder
}

Describe 'Get-JcConnector' {
    It 'shows how a connector fares' {
        $connector = Get-JcConnector -Name 'Acme'
        $connector.StatusMessage | Should -Be 'Healthy'
        $connector.DataAge | Should -Be 'Good'
        $connector.Streams.Count | Should -Be 2
        $connector.Lag | Should -BeLessThan ([timespan]::FromMinutes(5))
    }

    It 'shows backlog and gaps of the connector and of each stream' {
        $connector = Get-JcConnector -Name 'Acme'
        $connector.IsBehind, $connector.UnconfirmedGaps | Should -Be $false, 0
        $connector.Streams[0].IsBehind, $connector.Streams[0].UnconfirmedGaps | Should -Be $false, 0
        $connector.Streams[0].GoneSince | Should -BeNullOrEmpty
        $connector | Format-List | Out-String | Should -Match '(?m)^UnconfirmedGaps\s+: 0'
    }

    It 'takes wildcards, and says so where a name is none' {
        (Get-JcConnector -Name 'a*').Name | Should -Be 'Acme'
        Get-ErrorId { Get-JcConnector -Name 'Nobody' } | Should -Be 'ConnectorNotFound'
        Get-JcConnector -Name 'Nobody*' | Should -BeNullOrEmpty
    }

    It 'fits a console of 80 columns' {
        $lines = (Get-JcConnector | Format-Table | Out-String -Width 80) -split "`r?`n"
        ($lines | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 80
        "$lines" | Should -Match 'Acme'
        # The heading is one line, and no word of it is cut.
        ($lines | Where-Object { $_ })[1] | Should -Match '^---'
        ($lines | Where-Object { $_ })[0] | Should -Match 'Next Run +TenantName$'
    }

    It 'shows both content types in the list' {
        (Get-JcConnector | Format-List | Out-String -Width 120) | Should -Match 'ContentType +: DirectoryInsights, SystemUser'
    }

    It 'keeps its scalars through serialization' {
        $copy = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize((Get-JcConnector -Name 'Acme')))
        $copy.Name, $copy.StatusCode, $copy.IntervalMinutes | Should -Be 'Acme', 0, 5
    }

    It 'shows the last four characters of the key and no more' {
        $connector = Get-JcConnector -Name 'Acme'
        $connector.ApiKeyEnding | Should -Be $simulator.KeyText.Substring($simulator.KeyText.Length - 4)
        ($connector | Format-List -Property * | Out-String -Width 500) + ($connector | ConvertTo-Json -Depth 5) | Should -Not -Match ([regex]::Escape($simulator.KeyText))
    }

    It 'completes names' {
        $line = 'Get-JcConnector -Name Ac'
        (TabExpansion2 -inputScript $line -cursorColumn $line.Length).CompletionMatches.CompletionText | Should -Contain 'Acme'
    }

    It 'warns once where the environment names a folder without a store' {
        $before = $env:JCCONNECTOR_STORE
        try {
            $env:JCCONNECTOR_STORE = [System.IO.Path]::Combine($folder, 'not there')
            $names = [pscustomobject] @{ Name = 'A*' }, [pscustomobject] @{ Name = 'B*' }
            $names | Get-JcConnector -WarningVariable warning -WarningAction SilentlyContinue | Should -BeNullOrEmpty
            $warning.Count | Should -Be 1
            "$warning" | Should -Match 'not there.*JCCONNECTOR_STORE'
            Test-Path -Path $env:JCCONNECTOR_STORE | Should -BeFalse
            # A folder that -StorePath names is an error instead.
            Get-ErrorId { Get-JcConnector -StorePath ([System.IO.Path]::Combine($folder, 'nor here')) } | Should -Be 'StoreNotFound'
        }
        finally {
            $env:JCCONNECTOR_STORE = $before
        }
    }

    It 'names the store in which there is no such connector' {
        Get-JcConnector -Name 'Nobody' -ErrorAction SilentlyContinue -ErrorVariable fault
        "$fault" | Should -Match ([regex]::Escape($env:JCCONNECTOR_STORE))
    }

    It 'has no next run for one that is disabled' {
        Disable-JcConnector -Name 'Acme'
        (Get-JcConnector -Name 'Acme').NextRun | Should -BeNullOrEmpty
        Enable-JcConnector -Name 'Acme'
        (Get-JcConnector -Name 'Acme').NextRun | Should -Not -BeNullOrEmpty
    }
}

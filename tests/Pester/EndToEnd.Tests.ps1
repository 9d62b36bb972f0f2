BeforeDiscovery {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
}

Describe 'End to end' -Skip:(Test-SimulatorMissing) {
    BeforeAll {
        . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
        Import-Module -Name $env:JCCONNECTOR_TEST_MODULE -Force
        $script:simulator = Start-CountedSimulator '--events 300 --users 12 --span 12h'
    }

    AfterAll {
        Stop-Simulator $simulator
        Reset-TestStore
    }

    BeforeEach {
        $script:store = New-TestStore
    }

    It 'does what the README shows, line by line' {
        $readme = [System.IO.File]::ReadAllText([System.IO.Path]::Combine($PSScriptRoot, '..', '..', 'README.md'))
        $session = [regex]::Matches($readme, '(?ms)^```powershell\r?\n(.*?)^```') | ForEach-Object { $_.Groups[1].Value } | Where-Object { $_ -match 'New-JcConnector' } | Select-Object -First 1
        $session | Should -Match 'Invoke-JcCollection'
        Send-SimulatorEvent $simulator @{ username = 'jane.doe'; success = $false; client_ip = '203.0.113.5' }
        Mock -CommandName Read-Host -MockWith { $simulator.Key }
        # Not on the machine of the tests; Register-JcCollectionTask has tests of its own.
        Mock -CommandName Register-JcCollectionTask -MockWith { }
        $PSDefaultParameterValues = @{ 'New-JcConnector:InsightsUri' = $simulator.Address.InsightsUri; 'New-JcConnector:ConsoleUri' = $simulator.ConsoleUri }

        # What it writes into the folder at hand goes with the test.
        Push-Location -Path $TestDrive
        try {
            $written = @(. ([scriptblock]::Create($session)) 2>&1)
        }
        finally {
            Pop-Location
        }

        $written | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] } | Should -BeNullOrEmpty
        Should -Invoke -CommandName Read-Host -Times 1 -Exactly
        $connectors = @($written | Where-Object { $_.PSObject.TypeNames -contains 'JumpCloudConnector.Connectors.ConnectorInfo' })
        $connectors[0].StatusMessage | Should -Be 'Not collected yet'
        $connectors[-1].StatusMessage | Should -Be 'Healthy'
        ($written | Where-Object { $_.PSObject.TypeNames -contains 'JumpCloudConnector.Collection.ConnectionTestResult' }).Success | Should -BeTrue
        ($written | Where-Object { $_.PSObject.TypeNames -contains 'JumpCloudConnector.Collection.CollectionResult' }).State | Should -Be @('Collected', 'Collected')
        ($written | Where-Object { $_.PSObject.TypeNames -contains 'JumpCloudConnector.Records.IngestedRecord' }).SourceIp | Should -Contain '203.0.113.5'
        @($written | Where-Object { $_ -is [string] } | Where-Object { $_ -like '*"event_type":"sso_*' }).Count | Should -BeGreaterThan 0
    }

    It 'keeps two stores apart' {
        $other = New-TestStore
        $env:JCCONNECTOR_STORE = $null
        [void] (Add-TestConnector 'Acme' -Simulator $simulator -With @{ StorePath = $store })
        [void] (Add-TestConnector 'Acme' -Simulator $simulator -With @{ StorePath = $other; TenantName = 'Globex AG' })
        $env:JCCONNECTOR_STORE = $other

        (Get-JcConnector -StorePath $store | Invoke-JcCollection).TenantName | Should -Be 'Acme Ltd'
        @(Get-JcIngestedRecord -StorePath $store).Count | Should -BeGreaterOrEqual 300
        Get-JcIngestedRecord | Should -BeNullOrEmpty
        (Get-JcConnector).StatusMessage | Should -Be 'Not collected yet'
        (Get-JcConnector -StorePath $store).StatusMessage | Should -Be 'Healthy'

        { @(Get-JcConnector -StorePath $store) + @(Get-JcConnector) | Invoke-JcCollection -ErrorAction Stop } | Should -Throw -ErrorId 'SeveralStores,*'
        Remove-JcConnector -Name 'Acme' -Force
        (Get-JcConnector -StorePath $store).Name | Should -Be 'Acme'
    }

    It 'collects in a process of its own, as a scheduled task does, and says with its exit code how it went' {
        $script = [System.IO.Path]::Combine("$TestDrive", 'collect.ps1')
        Set-Content -Path $script -Value @'
param([string] $Manifest)
$ErrorActionPreference = 'Stop'
Import-Module -Name $Manifest
$results = @(Invoke-JcCollection)
$results | ForEach-Object { '{0}: {1} new, {2}' -f $_.ConnectorName, $_.New, $_.State }
exit @($results | Where-Object { $_.ErrorId }).Count
'@
        [void] (Add-TestConnector -Simulator $simulator -With @{ ContentType = 'SystemUser' })
        & (Get-ShellPath) -NoProfile -NonInteractive -File $script $env:JCCONNECTOR_TEST_MODULE | Should -Be 'Acme: 12 new, Collected'
        $LASTEXITCODE | Should -Be 0
        @(Get-JcIngestedRecord).Count | Should -Be 12

        # Nothing is due yet: the task may run as often as it likes.
        & (Get-ShellPath) -NoProfile -NonInteractive -File $script $env:JCCONNECTOR_TEST_MODULE | Should -BeNullOrEmpty
        $LASTEXITCODE | Should -Be 0

        [void] (Add-TestConnector 'Bad' -Simulator $simulator -With @{ ApiKey = New-Secret 'jca_RevokedKeyOfNobody000000000000000' })
        & (Get-ShellPath) -NoProfile -NonInteractive -File $script $env:JCCONNECTOR_TEST_MODULE | Should -Be 'Bad: 0 new, Failed'
        $LASTEXITCODE | Should -Be 1
    }

    It 'stores nothing twice where three processes collect at once' {
        [void] (Add-TestConnector -Simulator $simulator)
        $visible = (Send-Simulator $simulator 'state').organizations[0].visible
        $command = "Import-Module '$env:JCCONNECTOR_TEST_MODULE'; Invoke-JcCollection -Force | ForEach-Object { [string] `$_.State }"
        $processes = foreach ($number in 1..3) {
            $start = New-Object -TypeName System.Diagnostics.ProcessStartInfo
            $start.FileName = Get-ShellPath
            $start.Arguments = "-NoProfile -NonInteractive -Command `"$command`""
            $start.UseShellExecute = $false
            $start.RedirectStandardOutput = $true
            [System.Diagnostics.Process]::Start($start)
        }

        $states = foreach ($process in $processes) {
            $process.StandardOutput.ReadToEnd().Trim()
            $process.WaitForExit()
            $process.ExitCode | Should -Be 0
            $process.Dispose()
        }
        $states.Count | Should -Be 3
        $states | Where-Object { $_ -notin 'Collected', 'Leased' } | Should -BeNullOrEmpty
        $states | Should -Contain 'Collected'
        $records = @(Get-JcIngestedRecord)
        $records.Count | Should -Be $visible
        @($records | ForEach-Object { $_.StellarUuid } | Select-Object -Unique).Count | Should -Be $visible
    }

    It 'gives the key away nowhere in a whole session: not on a screen, in a transcript or in a file' {
        $folder = [System.IO.Path]::GetDirectoryName($store)
        $env:JCCONNECTOR_PESTER_KEY = $simulator.KeyText
        try {
            $text = Get-ConsoleText -Transcript ([System.IO.Path]::Combine($folder, 'transcript.txt')) -Command @"
`$key = New-Object System.Security.SecureString; foreach (`$c in `$env:JCCONNECTOR_PESTER_KEY.ToCharArray()) { `$key.AppendChar(`$c) };
& {
`$VerbosePreference = 'Continue'; `$DebugPreference = 'Continue'; `$InformationPreference = 'Continue';
New-JcConnector -Name 'Acme' -TenantName 'Acme Ltd' -ContentType DirectoryInsights, SystemUser -ApiKey `$key -InsightsUri '$($simulator.Address.InsightsUri)' -ConsoleUri '$($simulator.ConsoleUri)' | Format-List * -Force;
Test-JcConnector | Format-List * -Force; Invoke-JcCollection | Format-List * -Force;
Set-JcConnector -Name 'Acme' -ApiKey `$key -IntervalMinutes 6 -PassThru | ConvertTo-Json -Depth 4;
Get-JcConnector | Export-Clixml -Path '$folder/connector.xml'; Export-JcConnector -Path '$folder/connector.json';
Get-JcIngestedRecord -AsJson; Get-JcIngestedRecord -First 1 | Format-List * -Force;
Remove-JcConnector -Name 'Acme' -Force; Get-History; `$Error | Format-List * -Force
} *>&1
"@
        }
        finally {
            $env:JCCONNECTOR_PESTER_KEY = $null
        }

        # Not -BeLike, which would print the whole session where it fails.
        $text.Contains('Acme Everyone') | Should -BeTrue
        $text.Contains("VERBOSE: Connector 'Acme' is in the Data Analyzer profile") | Should -BeTrue
        $text.Contains($simulator.KeyText) | Should -BeFalse
        @(Find-TextInFile $folder 'Acme Ltd').Count | Should -BeGreaterThan 3
        Find-TextInFile $folder $simulator.KeyText | Should -BeNullOrEmpty
    }

    It 'cannot be used with a copy of the store alone' {
        [void] (Add-TestConnector -Simulator $simulator)
        [void] (Get-JcConnector | Invoke-JcCollection)
        $copy = "$store-copy"
        Copy-Item -Path $store -Destination $copy -Recurse
        $env:JCCONNECTOR_KEYRING = "$env:JCCONNECTOR_KEYRING-of-another"
        (Get-JcConnector -StorePath $copy).Name | Should -Be 'Acme'
        $result = Invoke-JcCollection -StorePath $copy -Force
        $result.State | Should -Be 'Failed'
        $result.ErrorId | Should -Be 'SecretUnreadable'
        $result.ErrorMessage | Should -BeLike '*Set-JcConnector*'
    }
}

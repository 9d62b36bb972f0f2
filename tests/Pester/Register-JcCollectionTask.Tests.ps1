BeforeDiscovery {
    $windows = [System.IO.Path]::DirectorySeparatorChar -eq '\'
    $elevated = $windows -and ([System.Security.Principal.WindowsPrincipal] [System.Security.Principal.WindowsIdentity]::GetCurrent()).IsInRole('Administrators')
    $noPwsh = -not (Get-Command -Name pwsh -ErrorAction Ignore)
    $mac = [bool] (Get-Variable -Name IsMacOS -ValueOnly -ErrorAction Ignore)
}

BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $simulator, $folder, $address = Start-Acceptance -Connector
}

AfterAll {
    Stop-Acceptance -Simulator $simulator -Folder $folder
}

Describe 'Register-JcCollectionTask' {
    It 'prints under -WhatIf exactly what it would create, and creates nothing' -Skip:($noPwsh -or $mac) {
        $before = @(Get-JcCollectionTask).Count
        $text = pwsh -NoProfile -NonInteractive -Command "Import-Module '$env:JCCONNECTOR_TEST_MODULE'; Register-JcCollectionTask -Name Acceptance -IntervalMinutes 5 -WhatIf" | Out-String
        $text | Should -Match 'Start-JcCollection\.ps1'
        $text | Should -Match ([regex]::Escape($env:JCCONNECTOR_STORE))
        if ($IsLinux) {
            $text | Should -Match 'jcconnector-Acceptance\.timer'
            $text | Should -Match 'OnCalendar=\*-\*-\* \*:0/5:00'
        }
        else {
            $text | Should -Match '<MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>'
        }

        @(Get-JcCollectionTask).Count | Should -Be $before
    }

    It 'refuses <id>' -ForEach @(
        @{ id = 'InvalidTaskName'; with = @{ Name = '../etc' } }
        @{ id = 'InvalidInterval'; with = @{ IntervalMinutes = 0 } }
    ) {
        Get-ErrorId { Register-JcCollectionTask -WhatIf @with } | Should -Be $id
    }

    It 'lets SYSTEM collect what an administrator added at a prompt' -Tag 'Windows' -Skip:(-not $elevated) {
        # Where others cannot write; a module below a user's profile is refused.
        $safe = [System.IO.Path]::Combine($env:ProgramFiles, 'JumpCloudConnectorAcceptance')
        Copy-Item -Path ([System.IO.Path]::GetDirectoryName($env:JCCONNECTOR_TEST_MODULE)) -Destination ([System.IO.Path]::Combine($safe, 'JumpCloudConnector')) -Recurse
        $shell = (Get-Process -Id $PID).Path
        $state = & $shell -NoProfile -NonInteractive -Command "Import-Module '$safe/JumpCloudConnector'; (Register-JcCollectionTask -Name AcceptanceSystem).State"
        try {
            $state | Should -BeIn 'Ready', 'Queued', 'Running'
            Start-ScheduledTask -TaskPath '\JumpCloudConnector\' -TaskName 'AcceptanceSystem'
            # The scheduler has no event to wait for here but its own log.
            $patience = [System.Diagnostics.Stopwatch]::StartNew()
            while (-not (Get-JcConnector -Name 'Acme').LastActivity -and $patience.Elapsed.TotalSeconds -lt 120) {
                Start-Sleep -Milliseconds 500
            }

            (Get-JcIngestedRecord -ConnectorName 'Acme').Count | Should -BeGreaterThan 1000
            $line = Get-Content -Path ([System.IO.Path]::Combine($env:JCCONNECTOR_STORE, 'log', 'collection.jsonl')) | Select-Object -Last 1 | ConvertFrom-Json
            $line.account | Should -Match 'SYSTEM|\$$'
        }
        finally {
            Unregister-JcCollectionTask -Name 'AcceptanceSystem' -Confirm:$false
            Remove-Item -Path $safe -Recurse -Force
        }

        Get-JcCollectionTask -Name 'AcceptanceSystem*' | Should -BeNullOrEmpty
    }
}

BeforeDiscovery {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $script:skip = Test-SimulatorMissing
}

Describe 'Confirm-JcCollectionGap' -Skip:$skip {
    BeforeAll {
        . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
        $simulator, $folder, $address = Start-Acceptance -Argument '--events', '300', '--users', '5' -Collected

        function Add-Gap {
            # The licence ends and, unless it is to stay so, comes back.
            param([switch] $Open)

            Set-Scenario -Simulator $simulator -Scenario @{ faults = @(@{ kind = 'PaymentRequired402' }) }
            $null = Invoke-JcCollection -Force -WarningAction SilentlyContinue
            Set-Scenario -Simulator $simulator -Scenario @{ faults = @() }
            if (-not $Open) {
                $null = Invoke-JcCollection -Force
            }
        }
    }

    AfterAll {
        Stop-Acceptance -Simulator $simulator -Folder $folder
    }

    It 'changes nothing under -WhatIf' {
        Add-Gap
        Get-JcCollectionGap | Confirm-JcCollectionGap -WhatIf
        @(Get-JcCollectionGap -Unconfirmed).Count | Should -Be 1
        $command = "Get-JcCollectionGap -StorePath '$env:JCCONNECTOR_STORE' | Confirm-JcCollectionGap -WhatIf"
        Get-ConsoleText -Command $command | Should -Match "What if: .*Acknowledge as .* on target `"gap \d+ of connector 'Acme'"
    }

    It 'completes numbers' {
        $line = 'Confirm-JcCollectionGap -Id '
        (TabExpansion2 -inputScript $line -cursorColumn $line.Length).CompletionMatches.CompletionText | Should -Contain "$((Get-JcCollectionGap).Id)"
    }

    It 'keeps who acknowledged it and the note' {
        $gap = Get-JcCollectionGap | Confirm-JcCollectionGap -Note 'Plan renewed' -PassThru
        $gap.ConfirmedBy | Should -Match ([regex]::Escape([Environment]::UserName))
        $gap.Note | Should -Be 'Plan renewed'
        $gap.ConfirmedAt | Should -BeGreaterThan ([DateTimeOffset]::UtcNow.AddMinutes(-1))
        Get-JcCollectionGap -Unconfirmed | Should -BeNullOrEmpty
        $again = Get-JcCollectionGap
        $again.Id, $again.Note, $again.ConfirmedBy | Should -Be $gap.Id, $gap.Note, $gap.ConfirmedBy
        (Get-JcConnector).UnconfirmedGaps | Should -Be 0
    }

    It 'refuses what was acknowledged, what lasts, and what is not there, and goes on with the others' {
        $id = (Get-JcCollectionGap).Id
        Get-ErrorId { Confirm-JcCollectionGap -Id $id -Note 'Other words' } | Should -Be 'GapConfirmed'
        (Get-JcCollectionGap).Note | Should -Be 'Plan renewed'
        Get-ErrorId { Confirm-JcCollectionGap -Id 4711 } | Should -Be 'GapNotFound'
        Get-ErrorId { Confirm-JcCollectionGap -Id 'first' } | Should -Be 'ParameterArgumentTransformationError'

        Add-Gap
        Add-Gap -Open
        $gaps = @(Get-JcCollectionGap -Unconfirmed)
        $gaps.Count | Should -Be 2
        Get-ErrorId { $gaps | Confirm-JcCollectionGap } | Should -Be 'GapStillOpen'
        @(Get-JcCollectionGap -Unconfirmed).Id | Should -Be ($gaps | Where-Object { $null -eq $_.To }).Id
    }
}

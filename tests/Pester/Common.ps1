# What the acceptance tests share: a simulated JumpCloud in a process of its own, and a store for each file of tests.

function Start-Simulator {
    # The simulator that 'dotnet build' made, with further arguments of its command line.
    param([string[]] $Argument = @())

    $root = [System.IO.Path]::GetFullPath([System.IO.Path]::Combine($PSScriptRoot, '..', 'JumpCloudSimulator', 'bin'))
    $program = Get-ChildItem -Path $root -Recurse -Filter 'JumpCloudSimulator.dll' -ErrorAction SilentlyContinue |
        Where-Object { $_.Directory.Name -eq 'net10.0' } | Sort-Object -Property LastWriteTime -Descending | Select-Object -First 1
    if (-not $program) {
        throw "The simulator is not built. Run 'dotnet build' first."
    }

    $start = [System.Diagnostics.ProcessStartInfo]::new('dotnet')
    $start.Arguments = (@('"{0}"' -f $program.FullName) + $Argument + '--until-stdin-closes') -join ' '
    $start.RedirectStandardInput = $true
    $start.RedirectStandardOutput = $true
    $start.UseShellExecute = $false
    $process = [System.Diagnostics.Process]::Start($start)
    $ready = $process.StandardOutput.ReadLine() | ConvertFrom-Json
    [pscustomobject] @{
        Process       = $process
        Key           = New-Secret -Text $ready.apiKey
        KeyText       = $ready.apiKey
        ProviderId    = $ready.providerId
        Organizations = $ready.organizations
        ConsoleUri    = $ready.consoleUri
        # For splatting: where the simulator is.
        Address       = @{ InsightsUri = $ready.insightsUri; ConsoleUri = $ready.consoleUri }
    }
}

function Stop-Simulator {
    param($Simulator)

    if ($Simulator) {
        $Simulator.Process.StandardInput.Close()
        [void] $Simulator.Process.WaitForExit(10000)
        $Simulator.Process.Dispose()
    }
}

function Set-Scenario {
    # Switches how the simulator behaves: a hash table as its help describes.
    param($Simulator, [hashtable] $Scenario)

    $null = Invoke-RestMethod -Method Post -Uri "$($Simulator.ConsoleUri)_simulator/scenario" -Body ($Scenario | ConvertTo-Json -Depth 5) -ContentType 'application/json'
}

function New-Secret {
    param([string] $Text)

    $secret = [securestring]::new()
    foreach ($character in $Text.ToCharArray()) {
        $secret.AppendChar($character)
    }

    $secret
}

function Use-NewStore {
    # From here on the commands of this file work on a store of its own.
    $folder = [System.IO.Path]::Combine([System.IO.Path]::GetTempPath(), "jcc-pester-store-$([guid]::NewGuid().ToString('N'))")
    $env:JCCONNECTOR_STORE = [System.IO.Path]::Combine($folder, 'store')
    $env:JCCONNECTOR_KEYRING = [System.IO.Path]::Combine($folder, 'keys')
    $folder
}

function Get-ErrorId {
    # The id of the error that a command gives, without the name of the cmdlet; nothing where it gives none.
    param([scriptblock] $Command)

    try {
        & $Command 2>&1 | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] } | ForEach-Object { ($_.FullyQualifiedErrorId -split ',')[0] }
    }
    catch {
        ($_.FullyQualifiedErrorId -split ',')[0]
    }
}

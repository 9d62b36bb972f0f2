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

function Start-Acceptance {
    # A simulator and a new store, on which the commands of the file work from here on; with -Connector the connector 'Acme'
    # in it, with -Collected its records too. The file names what it gets: $simulator, $folder, $address.
    param([string[]] $Argument = @('--events', '1500', '--users', '120'), [switch] $Connector, [switch] $Collected)

    Import-Module -Name $env:JCCONNECTOR_TEST_MODULE
    $simulator = Start-Simulator -Argument $Argument
    $folder = [System.IO.Path]::Combine([System.IO.Path]::GetTempPath(), "jcc-pester-store-$([guid]::NewGuid().ToString('N'))")
    $env:JCCONNECTOR_STORE = [System.IO.Path]::Combine($folder, 'store')
    $env:JCCONNECTOR_KEYRING = [System.IO.Path]::Combine($folder, 'keys')
    $address = $simulator.Address
    if ($Connector -or $Collected) {
        $null = New-JcConnector -Name 'Acme' -TenantName 'Acme Ltd' -ApiKey $simulator.Key -ContentType DirectoryInsights, SystemUser @address
    }

    if ($Collected) {
        $null = Invoke-JcCollection
    }

    $simulator, $folder, $address
}

function Stop-Acceptance {
    param($Simulator, [string] $Folder)

    Stop-Simulator -Simulator $Simulator
    Remove-Item -Path $Folder -Recurse -Force -ErrorAction SilentlyContinue
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

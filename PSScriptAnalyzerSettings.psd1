@{
    Severity     = @('Error', 'Warning')
    ExcludeRules = @(
        # build.ps1 and the samples talk to whoever runs them.
        'PSAvoidUsingWriteHost'
    )
    Rules        = @{
        PSUseCompatibleSyntax = @{
            Enable         = $true
            TargetVersions = @('5.1', '7.4')
        }
    }
}

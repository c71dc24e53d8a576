"""What every process of ours does alike: arguments, one line an error, an exit code, pulse and readiness. No domain."""

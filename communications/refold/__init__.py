"""What happened before: folding again what the ledger holds."""

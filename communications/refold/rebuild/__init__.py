"""The ledger folded anew into empty tables beside the live ones, and compared with them."""

"""The worker: the only code that calls Unipile, and all that may wait.

What is to be done is a state on a row; a job is only a wake-up, and sweeps find rows whose job was lost.
"""

"""How the installation and its accounts are, measured: what came when, what is unusual, and the alarms that follow."""

"""A faithful local Unipile v1: its API, its webhooks, and people who write.

It knows nothing of who uses it. `Simulator` runs one inside a test; `python -m simulator` runs one as a
process.
"""

from simulator.api.service import Echo
from simulator.faults import Fault, When
from simulator.simulator import Simulator

__all__ = ["Echo", "Fault", "Simulator", "When"]

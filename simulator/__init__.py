"""A faithful local Unipile v1: its API, its webhooks, and people who write.

It knows nothing of who uses it. `Simulator` runs one inside a test; `python -m simulator` runs one as a
process.
"""

from simulator.fault_kinds import FaultKind, FaultOrder, fault_of
from simulator.fault_plan import FaultPlan, PlannedFault, rough_plan
from simulator.faults import Fault, When
from simulator.habits import Echo, Habits
from simulator.simulator import Simulator

__all__ = [
    "Echo",
    "Fault",
    "FaultKind",
    "FaultOrder",
    "FaultPlan",
    "Habits",
    "PlannedFault",
    "Simulator",
    "When",
    "fault_of",
    "rough_plan",
]

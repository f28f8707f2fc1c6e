"""What rules of administrators make of alarms: suppress, gather, calm, escalate and tell them (decision 0046)."""

"""The seeded simulation: people, faults and crashes between any two calls of ours, then calm, then the invariants."""

"""What a sync costs: calls, processor time and memory, each beside its floor. `python -m bench`."""

"""Short random courses of what the lives of the walk cannot do, without faults: `python -m tests.courses`."""

"""Models trained anew by a schedule: the steps of a run, which a state machine takes, and what tells of runs."""

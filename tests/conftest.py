"""What all tests share: Hypothesis as a busy machine needs it, its first run in a fresh clone included."""

from hypothesis import HealthCheck, settings

settings.register_profile("warmstart", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("warmstart")

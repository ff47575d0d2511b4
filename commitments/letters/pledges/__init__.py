"""Which sentences are pledges, and where each begins and ends."""

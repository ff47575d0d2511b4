"""Which notices and digests should exist by now, and writing them."""

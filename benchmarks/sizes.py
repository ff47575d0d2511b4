"""How much is measured."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """Numbers of rows; how often everything is measured. The defaults are those the goals are stated for."""

    rounds: int = 3
    hits: int = 50
    listed_few: int = 1_000
    listed: int = 1_000_000
    due: int = 500
    stored_few: int = 10_000
    stored: int = 1_000_000
    overdue: int = 100_000
    messages: int = 1_000
    loaded: int = 10_000
    exported: int = 10_000
    listed_mid: int = 100_000
    sent: int = 2_000
    sent_many: int = 50_000
    slow: int = 400
    shared: int = 1_000
    digest: int = 5_000
    idle_seconds: int = 20
    pages: int = 30
    requests: int = 1_000


FULL = Sizes()
QUICK = Sizes(
    rounds=2, listed=10_000, stored=100_000, overdue=10_000, messages=200, loaded=1_000, exported=1_000,
    listed_mid=10_000, sent=400, sent_many=2_000, slow=80, shared=200, digest=500, idle_seconds=5, pages=10,
    requests=400,
)  # fmt: skip

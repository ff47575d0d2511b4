"""The words by which a clause says that something will be done, is under way, is finished, refused or mere courtesy.

All tests read a clause of canonical, masked text (names in 《》 and quotes blanked), as names carry such words.
"""

from functools import lru_cache

from commitments.letters.patterns import patterns

PATTERNS = patterns(__file__)
WE = f"(?:{PATTERNS.text('we')})"


def will(clause: str, *, telling: bool = False) -> bool:
    """Say whether 将 (or 即将, 会) announces an act; a section that tells of the past needs a verb right behind it."""
    if PATTERNS["can"].search(clause) or PATTERNS["also_will"].search(clause):
        return True
    if PATTERNS["moved_alone"].search(clause):
        return False
    hit = (None if telling else PATTERNS["any_will"].search(clause)) or PATTERNS["will"].search(clause)
    return hit is not None and bool(
        PATTERNS["sure_will"].match(clause, hit.start()) or not PATTERNS["moves"].match(clause, hit.start())
    )


def moves_by_us(clause: str) -> bool:
    """Say whether 我局将…纳入… stands there: an announcement unless the text around it tells of the past."""
    moves = PATTERNS["we_move"].search(clause) and PATTERNS["moves"].search(clause)
    return bool(moves) and not PATTERNS["to_the_asker"].search(clause)


@lru_cache(maxsize=4096)
def planned(clause: str) -> bool:
    """Say whether a plan or forecast of one's own act stands in the clause."""
    return bool(PATTERNS["plan"].search(clause)) and not PATTERNS["forecast"].search(clause)


@lru_cache(maxsize=4096)
def open_stage(clause: str) -> bool:
    """Say whether work is under way."""
    return bool(PATTERNS["open"].search(clause)) and not PATTERNS["routine"].search(clause)


@lru_cache(maxsize=4096)
def done(clause: str) -> bool:
    """Say whether a clause tells of something finished."""
    return bool(PATTERNS["done"].search(clause) or PATTERNS["past"].search(clause))


@lru_cache(maxsize=4096)
def refused(clause: str) -> bool:
    """Say whether a clause refuses or explains why not."""
    return bool(PATTERNS["refused"].search(clause))


@lru_cache(maxsize=4096)
def courteous(text: str) -> bool:
    """Say whether a sentence is thanks, a request for understanding or about the correspondence."""
    return bool(PATTERNS["courtesy"].search(text))

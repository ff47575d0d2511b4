"""The words by which a clause says that something will be done, is under way, is finished, refused or mere courtesy.

All tests read a clause of canonical, masked text (names in 《》 and quotes blanked), as names carry such words.
"""

from commitments.letters.forms import forms

FORMS = forms(__file__)
WE = f"(?:{FORMS.text('we')})"


def will(clause: str, *, telling: bool = False) -> bool:
    """Say whether 将 (or 即将, 会) announces an act; a section that tells of the past needs a verb right behind it."""
    if FORMS["can"].search(clause) or FORMS["also_will"].search(clause):
        return True
    hit = (None if telling else FORMS["any_will"].search(clause)) or FORMS["will"].search(clause)
    return hit is not None and bool(
        FORMS["sure_will"].match(clause, hit.start()) or not FORMS["moves"].match(clause, hit.start())
    )


def moves_by_us(clause: str) -> bool:
    """Say whether 我局将…纳入… stands there: an announcement unless the text around it tells of the past."""
    moves = FORMS["we_move"].search(clause) and FORMS["moves"].search(clause)
    return bool(moves) and not FORMS["to_the_asker"].search(clause)


def planned(clause: str) -> bool:
    """Say whether a plan or forecast of one's own act stands in the clause."""
    return bool(FORMS["plan"].search(clause)) and not FORMS["forecast"].search(clause)


def open_stage(clause: str) -> bool:
    """Say whether work is under way."""
    return bool(FORMS["open"].search(clause)) and not FORMS["routine"].search(clause)


def done(clause: str) -> bool:
    """Say whether a clause tells of something finished."""
    return bool(FORMS["done"].search(clause) or FORMS["past"].search(clause))


def refused(clause: str) -> bool:
    """Say whether a clause refuses or explains why not."""
    return bool(FORMS["refused"].search(clause))


def courteous(text: str) -> bool:
    """Say whether a sentence is thanks, a request for understanding or about the correspondence."""
    return bool(FORMS["courtesy"].search(text))

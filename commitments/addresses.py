"""What a mail address is: one rule for settings, departments, the command line and the heads of mails.

One plain address: an ASCII local part of dots and atoms (RFC 5321, 4.1.2), no display name, no quotes. A domain may be
written in any script (``office@民政局.中国``): on the wire it stands in its ASCII form (IDNA). A local part in another
script would need SMTPUTF8 on every relay on the way, so it is refused.
"""

import re
import unicodedata
from functools import lru_cache

from commitments.errors import sentence

LONGEST, LONGEST_LOCAL, LONGEST_LABEL = 254, 64, 63  # RFC 5321, 4.5.3.1, without the angle brackets; RFC 1035, 2.3.4
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?")


def is_mailbox(address: str) -> bool:
    """Say whether this is one address that can be written to."""
    return not problem(address)


@lru_cache(maxsize=1024)
def problem(address: str) -> str:
    """Return why this is no address that can be written to, or ""."""
    if re.search(r"[<>()\"\[\]\\:]", address):
        return sentence("address.plain")
    if re.search(r"[\s,;，；、]", address) or not address.isprintable():
        return sentence("address.one")
    if "。" in address or unicodedata.normalize("NFKC", address) != address:
        return sentence("address.half_width")
    local, at, domain = address.rpartition("@")
    if not at or "@" in local:
        return sentence("address.like")
    if not local.isascii():
        return sentence("address.ascii")
    if len(local) > LONGEST_LOCAL or _LOCAL.fullmatch(local) is None:
        return sentence("address.local")
    return _domain_problem(local, domain)


def is_example(address: str) -> bool:
    """Say whether an address is made up for examples, as those of the configuration are (RFC 2606)."""
    return address.lower().endswith((".example", "@example"))


def _domain_problem(local: str, domain: str) -> str:
    try:
        written = ascii_domain(domain)
    except UnicodeError:
        return sentence("address.domain", domain=domain)
    if len(local) + 1 + len(written) > LONGEST or any(map(_bad_label, written.split("."))):
        return sentence("address.domain", domain=domain)
    return ""


def _bad_label(label: str) -> bool:
    return len(label) > LONGEST_LABEL or _LABEL.fullmatch(label) is None


def ascii_domain(domain: str) -> str:
    """Return a domain as it stands on the wire: ``民政局.中国`` as ``xn--…``. Raises UnicodeError."""
    return domain if domain.isascii() else domain.encode("idna").decode("ascii")


def domain(address: str) -> str:
    """Return the domain of an address in its ASCII form."""
    return ascii_domain(address.rpartition("@")[2])


def wire(address: str) -> str:
    """Return an address as it stands in envelopes and heads. Raises UnicodeError for what is no address."""
    local, _, where = address.rpartition("@")
    return f"{local}@{ascii_domain(where)}"

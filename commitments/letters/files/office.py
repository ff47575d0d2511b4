"""Files of office programs that only such a program reads (.doc, .wps, .rtf, .odt, .xls): through LibreOffice.

Where it is installed; nothing of it is in the core. It gets a profile of its own that runs no macros and follows no
links, and the bounds of ``commitments.files.programs``.
"""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from commitments.files.programs import ProgramFailed, run
from commitments.letters.errors import OfficeNeeded, UnreadableLetter

FILTERS = {  # what a file must be, or else LibreOffice takes it for plain text; and what it becomes
    "doc": ("MS Word 97", "docx"),
    "rtf": ("Rich Text Format", "docx"),
    "odt": ("writer8", "docx"),
    "xls": ("MS Excel 97", "xlsx"),
    "ods": ("calc8", "xlsx"),
}
SETTINGS = {
    "MacroSecurityLevel": ("int", "3"),
    "DisableMacrosExecution": ("boolean", "true"),
    "BlockUntrustedRefererLinks": ("boolean", "true"),
}
ITEM = (
    '<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="{}" oor:op="fuse" '
    'oor:type="xs:{}"><value>{}</value></prop></item>'
)
PROFILE = (
    '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry" '
    'xmlns:xs="http://www.w3.org/2001/XMLSchema">{}</oor:items>'
)


def converted(data: bytes, needed: OfficeNeeded) -> bytes:
    """Return the file in a form we read. Raises ``needed`` again where there is no LibreOffice, UnreadableLetter."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        raise needed
    with TemporaryDirectory(prefix="yinuo-") as home:
        try:
            return _converted(data, str(needed.facts["form"]), program, Path(home))
        except (ProgramFailed, OSError) as trouble:
            raise UnreadableLetter(name=needed.facts["name"], fault="not_converted") from trouble


def _converted(data: bytes, form: str, program: str, home: Path) -> bytes:
    source, target = FILTERS[form]
    user = home / "profile" / "user"
    user.mkdir(parents=True)
    items = "".join(ITEM.format(name, *said) for name, said in SETTINGS.items())
    (user / "registrymodifications.xcu").write_text(PROFILE.format(items), encoding="utf-8")
    (home / f"letter.{form}").write_bytes(data)
    profile = f"-env:UserInstallation={user.parent.as_uri()}"
    options = ("--headless", "--norestore", "--nolockcheck", f"--infilter={source}", "--convert-to", target)
    run(program, profile, *options, "--outdir", "out", f"letter.{form}", folder=home)
    return (home / "out" / f"letter.{target}").read_bytes()

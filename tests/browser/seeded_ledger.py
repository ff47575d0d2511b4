"""A ledger in which half a year has passed, on Monday 6 January 2020, and the addresses of every page over it."""

from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select

from commitments.models import Commitment, Department
from commitments.register import extensions, opening, responses
from notifications.models import Instance
from tests.browser.live_site import LiveSite, follow
from tracker.demo import story

NOW = "2020-01-06"
LATE, FIGURES = "2019-1007-04", "2019-1007-08"
LEAD, UNIT = "市民政局", "市台联"


def live(office: Path, home: Path) -> Path:
    """Let the demo's story happen in a copy of ``office``, and more of what waits for somebody; return its folder."""
    site = LiveSite(office, home)
    proof = home.with_name("验收记录.txt")
    proof.write_text("五个中心全部运行。", encoding="utf-8")
    for day, happened in story.happenings(proof).items():
        site.put(day.isoformat())
        for each in happened:
            site.do(each)
    site.day("2020-01-02")
    site.do(_ask)
    site.day(NOW)
    site.close()
    return home


def _ask(register: Any) -> None:
    """Ask for an extension, dispute, draft and answer."""
    names = {each.name: each for each in register.session.scalars(select(Department))}
    letter = register.session.scalars(select(Commitment)).first().letter
    draft = Commitment(ref="", letter=letter, title="社区治理年度报告", lead=names[LEAD], state="draft")
    opening.add(register, draft)
    extensions.ask(register, LATE, date(2020, 3, 31), "数据接口还在联调，三月底前可以上线。")
    responses.acknowledge(register, "2019-1007-03", names[LEAD])
    responses.dispute(register, "2019-1007-03", names["市委政法委"], "雪亮工程已移交公安机关。")
    responses.answer(register, names[UNIT], "2019-12", "partly", "信息平台逾期，希望说明原因。")


def addresses(site: LiveSite) -> dict[str, str]:
    """Return every page by its name."""
    links = site.app.links
    assert links is not None
    with site.app.reading() as session:
        desk = links.desk(session.scalars(select(Instance.link_generation)).one(), site.app.today)
        ids = {each.ref: each.id for each in session.scalars(select(Commitment))}
        names = {each.name: each for each in session.scalars(select(Department))}
    lead, unit = names[LEAD], names[UNIT]
    owner = links.owner(lead.id, lead.link_generation, ids[LATE])
    return {
        "owner": owner,
        "owner-figures": f"{owner}{FIGURES}/",
        "desk": desk,
        "desk-empty": f"{desk}?band=due_today",
        "item": f"{desk}items/{LATE}/",
        "item-disputed": f"{desk}items/2019-1007-03/",
        "item-draft": f"{desk}items/2019-1007-09/",
        "item-closed": f"{desk}items/2019-1007-01/",
        "month": f"{desk}months/2019-12/",
        "month-now": f"{desk}months/",
        "unit": links.unit(unit.id, unit.link_generation, "2019-12", site.app.today),
        "lost": f"{site.base}/o/lost/",
    }


def refused(page: Any, owner: str) -> None:
    """Send a form that is not taken: a program is no evidence."""
    page.goto(owner)
    form = page.locator('form[action$="/progress"]')
    form.locator("textarea").fill("平台已在两个区试运行。")
    wrong = {"name": "setup.exe", "mimeType": "application/octet-stream", "buffer": b"MZ\x90\0"}
    form.locator('[type="file"]').set_input_files(wrong)
    follow(form.locator("button"))
    page.locator(".mistake").wait_for()

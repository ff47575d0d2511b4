"""Who owes a pledge: the replying unit, units it names or passes a task, or the lead of a programme named before."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from commitments.letters.fields.conditions import conditions
from commitments.letters.fields.programmes import Programme, of_programme
from commitments.letters.fields.public_bodies import Register
from commitments.letters.pledges import cues
from commitments.letters.pledges.model import Pledge
from commitments.letters.pledges.splitting import has_act
from commitments.letters.structure.outline import sentences
from commitments.letters.structure.tables import cells

SELF = re.compile(rf"{cues.WE}|我们|本(?:单位|机关)")
TERRITORY = re.compile(r"(?:^|[，。；])(?:目前，?|下一?步，?|今后，?|同时，?)?我[市区县州省旗](?![局委办])")
NOBODY = re.compile(  # unnamed ones do not own
    r"^(?:目前，?|现)?(?:有关|相关|各有关|属地|施工|建设|运营|物业|产权|项目)?(?:部门|单位|企业|开发商|运营商|"
    r"物业公司|业主|街道|社区|村委会)"
    r"(?:将|正|拟|计划|承诺|已)"
)
TASKED = r"(?:督促|责成|责令|要求|敦促|督导|指导|请|商请|转请|委托|安排|交由|协调)"
WITH = r"(?:会同|联合|配合|协同|协助|携手|牵头会同|组织)"
LIST = r"(?:[、和与及]|以及|等)"
NOT_OWNER_BEFORE = re.compile(
    r"(?:向|待|等|报|报请|报经|提请|经|按照|依据|根据|对|为|给|从|转发|《|邀请|依托|利用|在|到|至|受|争取|"
    r"[与和同](?=[^，]{0,20}(?:对接|沟通|协商|衔接|协调|联系)))$"
)
NOT_OWNER_AFTER = re.compile(
    r"^(?:[^，。；]{0,8}(?:批复|批准|审批|审定|审议|同意|验收合格|下达|印发的|出台的|发布的|反馈)|附近|门口|周边|"
    r"北门|路段|门前|沿线|旁|校区|院区|旧址|片区|(?:扩建|迁建|新建|改扩建)(?=工程|项目|的|正|已|[，。；]|$)|等[\d一二三四五六七八九十]+所|至|辖区|"
    r"境内|范围)"
)


@dataclass(frozen=True)
class Owned:
    """The owners of a pledge, how they were found, and the sentence they were inferred from."""

    owners: tuple[str, ...]
    basis: str  # self, stated, inferred-from-section, unknown
    evidence: str | None = None


def owners(pledge: Pledge, known: Register, programmes: Sequence[Programme], guest: str | None) -> Owned:
    """Return who owes a pledge (docs/pledges.md, section 4)."""
    text = pledge.text
    us = (known.self_name,) if known.self_name else ()
    if pledge.cue == "goal" and not SELF.search(text) and not named(text, known):
        return Owned((), "unknown")
    if GUEST.search(text) and guest and not named(text, known):
        return Owned((*us, guest), "stated")
    if found := _in_cells(pledge, known) or joint(text) or named(text, known):
        return _stated(found, pledge, known, us, guest)
    if back := _back_to(pledge, known):
        return Owned((back,), "stated")
    if (programme := of_programme(text, programmes)) and not (SELF.search(text) and not pledge.listed):
        return _inferred(programme, pledge, known, us)
    if SELF.search(text):
        return Owned(us, "self")
    if not (pledge.listed or cues.FORMS["next"].match(text)) and (before := _subject_before(pledge, known)):
        return Owned(us, "self") if known.is_self(before) else Owned((before,), "stated")
    if NOBODY.search(text) or (TERRITORY.search(text) and not SELF.search(pledge.led)):
        return Owned((), "unknown")
    return Owned(us, "self")


def _acts_first(pledge: Pledge, name: str) -> bool:
    """Say whether an item begins with acts of nobody named, that is ours, before the first named unit acts."""
    if not pledge.listed or "\t" in pledge.text:
        return False
    first = re.split(r"[，。；]", pledge.act[: max(0, pledge.act.find(name))])[:-1]
    return any(
        has_act(clause) and not cues.FORMS["opener"].match(clause) and not conditions(clause) for clause in first
    )


def _stated(
    found: Sequence[tuple[str, str]], pledge: Pledge, known: Register, us: tuple[str, ...], guest: str | None
) -> Owned:
    text = pledge.text
    named_units = [name for name, _ in found if not known.is_self(name)]
    roles = {role for _, role in found}
    ours = (
        bool(SELF.search(text))
        or known.calls_itself(text)
        or _acts_first(pledge, found[0][0])
        or any(known.is_self(name) for name, _ in found)
        or ("with" in roles and "subject" not in roles)
    )
    everyone = (*(us if ours else ()), *dict.fromkeys(named_units))
    if guest and GUEST.search(text):
        everyone = (*everyone, guest)
    return Owned(everyone, "stated" if named_units else "self")


GUEST = re.compile(r"(?:会同|联合|配合|协助|与|和|同)[贵你][会委单党局办厅院府](?!员)")
JOINT = re.compile(
    r"(?P<before>^|[，。；]|会同|联合|配合|由|请|督促|责成|要求)(?P<level>[省市县区州])"
    r"(?P<names>(?:(?![局委厅等市县区])[\u4e00-\u9fff]){2,6}(?:、(?:(?![局委厅等市县区])[\u4e00-\u9fff]){2,6}){1,5})部门"
)


def joint(text: str) -> list[tuple[str, str]]:
    """Take 市发展改革、财政部门 apart: 市发展改革部门, 市财政部门."""
    if not (hit := JOINT.search(text)):
        return []
    role = "with" if hit["before"] in ("会同", "联合", "配合") else "subject"
    return [(f"{hit['level']}{name}部门", role) for name in hit["names"].split("、")]


def _in_cells(pledge: Pledge, known: Register) -> list[tuple[str, str]]:
    """Return the units that fill a cell of a table row."""
    whole = [cell for cell in cells(pledge.passage.text) if len(cells(pledge.passage.text)) > 1]
    return [(name, "subject") for cell in whole for name in re.split(r"[、，；\s]", cell) if name in known.names]


BACK = re.compile(
    r"(?:^|[，。；])(?:目前，?)?(?:该|上述)?(?P<kind>公司|集团|企业|项目单位|项目公司|医院|卫生院|学院|中心|"
    r"运营单位)(?=将|拟|计划|正|会|负责|承诺|预计|已承诺)"
)


def _back_to(pledge: Pledge, known: Register) -> str | None:
    """Return the company that 该公司, 公司 or 项目单位 points back to."""
    if not (hit := BACK.search(pledge.text)):
        return None
    before = pledge.passage.text[: pledge.start]
    ends = hit["kind"] if hit["kind"] not in ("企业", "项目单位", "项目公司", "运营单位") else ("公司", "集团")
    names = [name for _, _, name in known.search(before) if name.endswith(ends)]
    return names[-1] if names else None


def named(text: str, known: Register) -> list[tuple[str, str]]:
    """Return the known bodies that act in a text, with their role (subject, with, tasked)."""
    found: list[tuple[str, str]] = []
    previous: tuple[int, str] | None = None
    for start, end, name in known.search(text):
        role = _role(text, start, end, previous)
        if role:
            found.append((name, role))
            previous = (end, role)
        else:
            previous = None
    return found


CONSULTED = re.compile(
    r"(?:等[^，。；]{0,4})?(?:进行|做好|加强|积极|反复|多次|密切|保持|主动)*(?:对接|沟通|协商|衔接|协调(?!解决)|"
    r"联系|商议|洽谈|磋商|汇报)"
)


def _role(text: str, start: int, end: int, previous: tuple[int, str] | None) -> str | None:
    before, after = text[:start], text[end:]
    if previous and re.fullmatch(rf"{LIST}+", text[previous[0] : start]):
        return previous[1]
    if NOT_OWNER_AFTER.match(after) and not re.search(rf"{WITH}$", before):
        return None
    if re.search(r"(?:[与和]|(?<!会)同)$", before) and CONSULTED.match(after):
        return None
    if re.search(rf"{TASKED}$", before) and not re.match(r"[，。；]|$", after):
        return "tasked"
    if re.search(rf"{WITH}$|由(?:{cues.WE}|我们)?[和与]?$|由$|{cues.WE}[和与、及同]$", before):
        return "subject" if before.endswith("由") else "with"
    if re.search(r"[与和同]$", before) and re.match(
        r"[^，。；]{0,6}(?:联合|共同|一起|合作|会签|研究|共建|密切配合|加强配合)", after
    ):
        return "with"
    if NOT_OWNER_BEFORE.search(before):
        return None
    opens = re.search(
        r"(?:^|[，。；：！？）、])(?:目前|现|同时|此外|另外|并|下一?步|[一二三四五六七八九十]是|\d\.|"
        r"（[一二三四五六七八九十]）)?[，]?$",
        before,
    )
    return "subject" if opens and not re.match(r"的|所在|[，。；]?$", after) else None


def _inferred(programme: Programme, pledge: Pledge, known: Register, us: tuple[str, ...]) -> Owned:
    if known.is_self(programme.unit):
        return Owned(us, "self")
    ours = us if SELF.search(pledge.text) or (pledge.led and SELF.search(pledge.led)) else ()
    return Owned((*ours, programme.unit), "inferred-from-section", programme.evidence)


GOVERNMENT = re.compile(r"[省市区县州]?(?:人民)?政府$")  # it decides; that what follows is its act is not said


def _subject_before(pledge: Pledge, known: Register) -> str | None:
    """Return the unit that the earlier sentences of the same passage are about."""
    text = pledge.passage.text[: pledge.start]
    for sentence in reversed(sentences(text, min(pledge.passage.body, len(text)))):
        words = text[sentence.start : sentence.end]
        for name, role in named(words, known):
            if role == "subject" and not GOVERNMENT.match(name):
                return name
        if SELF.search(words):
            return None
    return None

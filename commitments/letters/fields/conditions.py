"""Events that carrying out a pledge waits for: 待…后, 视…情况, 如…, …获批后, 条件成熟时."""

import re
from dataclasses import dataclass
from functools import lru_cache

from commitments.letters.dates.expressions import mask


@dataclass(frozen=True)
class Condition:
    """An event a pledge waits for: the phrase as printed and the event in it."""

    start: int
    end: int
    text: str
    event: str


BODY = r"[^，。；：！？]"
EVENTS = (
    "获批|就位|批复|批准|核准|审批|审定|审议|审核|审查|审计|评审|论证|同意|通过|下达|到位|落实|落地|发布|公布|"
    "颁布|出台|印发|明确|确定|完成|结束|完工|完善|解决|消除|"
    "建成|建好|移交|交付|交地|验收|立项|入库|成熟|具备|签订|达成|腾退|拆迁|征收|收储|到期|期满|批下|划拨|入驻|"
    "投用|投入使用|开通|贯通|生效|实施|修订|调整|启动|成立|摸清|稳定|充裕|宽裕|好转|允许|启用|竣工|合格|拨付|"
    "安排|用地|手续"
)
FORMS = (
    re.compile(
        rf"(?<![等期优接招款善看对亏])(?:待|俟|等到|等待(?=[^，。；]{{2,30}}后)|等(?=[^，。；级级\d、方]{{2,30}}后))(?P<event>{BODY}{{2,60}}?)(?:之后|"
        rf"以后|后|时)(?!续|期|方|备|台)"
    ),
    re.compile(rf"(?<![等期优接招款善看对])待(?P<event>{BODY}{{2,40}}?(?:{EVENTS}))(?=，|$)"),
    re.compile(
        rf"(?P<event>(?:(?<=^)|(?<=[，。；：！？、是]))(?:在|于|经|报|提交|报请|报经)?{BODY}{{2,40}}?(?:{EVENTS}))(?:之后|"
        rf"以后|后)(?!续|期|方|备|台|评估|管理|监管)"
    ),
    re.compile(
        rf"(?:在|于|经|报请|报经|拟于)(?P<event>{BODY}{{2,40}}?(?:{EVENTS}))(?:之后|以后|后)(?!续|期|方|备|台|评估|"
        rf"管理|监管)"
    ),
    re.compile(
        r"(?:(?<=^)|(?<=[，。；：]))(?P<event>(?:审议|审核|评审|论证|验收)?(?:通过|批复|批准|审定|获批|下达|到位|"
        r"合格|审批|核准))(?:之后|以后|后)"
    ),
    re.compile(rf"(?P<event>报{BODY}{{1,16}}?(?:审定|审批|批准|审议|同意))(?:之后|以后|后)"),
    re.compile(rf"(?P<event>(?:按|按照|依|依照|履行){BODY}{{0,6}}程序(?:报审|报批|审批|审定|审议))(?:之后|以后|后)"),
    re.compile(
        rf"(?:视|依据|根据|结合)(?P<event>{BODY}{{2,40}}?(?:情况|状况|结果|结论|进展|进度|效果|意见|实际|批复|"
        rf"财力))(?!(?:反映|反馈|提出)的)"
    ),
    re.compile(
        rf"(?:(?<=^)|(?<=[，。；：！？]))(?:如果|如若|若是|若|倘若|假如|一旦|如(?![期下此何上同实约：]|"
        rf"今[，天年已]))(?P<event>{BODY}{{2,50}}?)(?=[，。]|$)"
    ),
    re.compile(
        rf"(?:在)?(?P<event>(?:{BODY}{{0,20}}?)(?:条件|时机|技术|资金|财力|政策)(?:成熟|具备|允许|许可|落实|"
        rf"到位))(?:的(?:情况|前提|条件)下|时|之后|后|的|，)"
    ),
    re.compile(rf"(?P<event>(?:在|待){BODY}{{2,30}}?的(?:前提|条件)下)"),
)
EFFECT = re.compile(
    r"，?(?:预计)?(?:将)?(?:可|能|每[年天日]|将?(?:有效|大大|极大|显著|明显|进一步|新增|提供|满足|成为|形成|实现|"
    r"缓解|方便|惠及))"
)
STANDING = re.compile(  # 根据…情况 that describes how, not whether
    r"根据(?:需求|实际|您|你|贵|群众|工作|上级|有关|相关|诉求)|结合(?!.{0,8}财力)|依据(?!.{2,20}(?:结论|结果))|"
    r"按照(?!.{0,6}程序)|实际情况"
)


@lru_cache(maxsize=4096)
def conditions(text: str) -> tuple[Condition, ...]:
    """Return the events a piece of text waits for, in order, without overlaps."""
    masked = mask(text)
    found = sorted(
        (hit.start(), rank, hit.end(), hit.start("event"), hit.end("event"))
        for rank, form in enumerate(FORMS)
        for hit in form.finditer(masked)
    )
    kept: list[Condition] = []
    for start, _, end, a, b in found:
        if (
            (not kept or start >= kept[-1].end)
            and not STANDING.match(masked[start:end])
            and not EFFECT.match(masked, end)
        ):
            kept.append(Condition(start, end, text[start:end], text[a:b]))
    return tuple(kept)

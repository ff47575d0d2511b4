"""How hard a pledge is: conditional, soft, planned or firm; the first rule that fits (docs/pledges.md, section 6)."""

import re

from commitments.letters.dates.expressions import mask, without_times
from commitments.letters.fields.conditions import Condition
from commitments.letters.fields.targets import Goal
from commitments.letters.pledges import cues

OUTPUT = re.compile(  # works, documents, lists, events: what could be shown as proof
    "建成|竣工|完工|开工|动工|投入使用|投入运营|投用|投运|通车|通水|通气|封顶|打通|贯通|"
    "印发|出台|发布|公布|编印|拍摄|制定|制订|修订|编制|(?:举办|召开|举行)(?![^，。]{0,12}(?:活动|培训|讲座|宣传))|"
    "设置|安装|新建|扩建|改建|迁建|重建|增设|新增|加装|修建|架设|铺设|铺装|硬化|加固|拓宽|施划|划定|设立|开设|"
    "开辟|增开|"
    "建设(?!质量|水平|成果|规划|标准|机制|体系|项目|单位|用地|管理|进度|步伐|力度)|改造(?!模式|方式|意愿|效果)|更换|更新(?!改造|理念|完善)|修缮|"
    "修补|翻新|"
    "完成|启动|拆除|迁移|迁改|开通|上线|招聘|招录|采购|购置|聘请|配备|配齐|投放|拨付|发放|兑现|移交|交付|签订|"
    "形成[^，。]{0,12}(?:成果|方案|报告|清单|意见)|提出[^，。]{0,10}(?:方案|意见|建议|申请)|报送|提交|"
    "建立[^，。]{0,16}(?:台账|档案|清单|名录|目录|数据库|平台|基地|站|点|中心|专班)|台账|"
    "纳入[^，。]{0,16}(?:计划|规划|项目库|名录|清单|范围)|列入|验收|开放|恢复|补齐|接入|腾退|清退|搬迁|征收|"
    "栽植|种植|补植|修复|维修|试点|开班|开馆|挂牌|(?:开展|组织|进行)一次"
)
SOFT_HEAD = re.compile(
    r"^(?:[（]?[一二三四五六七八九十\d①-⑳]{1,3}[）.、是]*)?(?:[^，。]{0,24}?(?:将|会(?!同)|拟|计划|下一?步|"
    r"，))?(?:(?:会同|联合|配合|协同|协助|督促|指导)[^，。]{2,24}?(?:局|委|厅|办|政府|部门|公司|集团|单位|街道|"
    r"镇|乡|支队))?(?:继续|进一步|不断|持续|大力|积极|着力|切实|深入|全面|加快|逐步|尽快|统筹|认真|严格|努力|"
    r"充分|主动|抓紧|有序|稳步|同步|适时|将|再)*"
    r"(?:建立健全|加强|加大|推进|推动|深化|完善|优化|争取(?=[^，。]{0,12}(?:资金|支持|补助|投资|指标|政策|项目|专项|上级|补贴))|研究(?!制定|出台|编制|起草|提出)|协调|鼓励|引导|支持|"
    r"强化|健全|巩固|提升|提高|扩大|拓展|做好|做实|落实|抓好|探索|规范|宣传|营造|关注|跟踪|改进|丰富|保障|保持|"
    r"注重|倡导|促进|增强|压实|筹措|统筹|协助|服务|发挥|对接|听取|监督|动员)(?![局委厅处]|中心|部门)"
)
TALKS = re.compile(
    r"正(?:在)?(?:积极|抓紧|会同[^，]{2,16}?|与[^，]{2,16}?)?(?:研究(?!制定|起草|编制)|协商|对接|协调|沟通|洽谈|争取)"
)
MECHANISM = re.compile(r"(?:建立|健全|完善|构建|形成)[^，。；]{0,40}(?:机制|体系|格局|制度体系|氛围|环境|合力)")
HASTEN = re.compile(
    r"(?:[^，]{0,8}将)?(?:加快|抓好|抓紧)(?!完成|建成|启动|出台|编制|制定|修订|修建|组织|建设|新建|印发|发布|"
    r"实施|安装|设置|改造|修改)"
)
STANDING = re.compile(
    r"常态化|定期|持续|逐步|逐年|分批|陆续|不断|长期|经常|日常|每年|每半年|每个?季度?|每学期|每[月周日天]|每[两三]"
)
TALK = re.compile(
    r"协商|汇报|研究(?!所|院)|核查|会诊|督办|协调|沟通|洽谈|调查|调研|对接|商议|磋商|处理|解决|核实|了解|谈判|摸底|排查"
)
STEP = re.compile(
    r"编制|测算|论证|选址|审查|征求|招标|招投标|采购|在建|施工|调试|验收|设计|审批|审核|报批|评审|勘察|勘测|勘探|"
    r"踏勘|规划|立项|起草|修订|修编|制定|办理|施工图|会签|核定|试运行|建设|改造|安装|预算|评估|可研|可行性研究|"
    r"环评|用地|申报|筹建|征收|拆迁|摸排|遴选|整理|组织|试点|公示"
)


def strength(
    text: str,
    cue: str,
    gates: tuple[Condition, ...],
    goals: tuple[Goal, ...],
    *,
    dated: bool,
    before: str = "",
) -> str:
    """Return conditional, soft, planned or firm for a pledge's words."""
    words = mask(text)
    if gates:
        return "conditional"
    if cue == "open":
        return _open(words, goals, dated=dated)
    if not goals and not has_output(words) and not (dated and dated_act(words)):
        return "soft"
    return (
        "planned"
        if cues.FORMS["plan"].search(words)
        or re.search(r"争取[^，。]{0,12}\d", words)
        or cues.FORMS["plan"].search(mask(before))
        else "firm"
    )


def _open(words: str, goals: tuple[Goal, ...], *, dated: bool) -> str:
    stage = re.split("[，；]", words[cues.FORMS.place("open", words) :])[0]
    talk = TALK.search(stage) and not STEP.search(stage)
    return "soft" if talk and not dated and not (goals and cues.FORMS["done"].search(words)) else "planned"


def has_output(words: str) -> bool:
    """Say whether one clause names something that could be shown as proof."""
    return any(_shows(clause) for clause in re.split(r"[，。；：]", words))


def dated_act(words: str) -> bool:
    """Say whether the clause with the date tells of an act that is over at some time: 年内开通, not 年内加强."""
    clauses = re.split(r"[，。；：]", words)
    bare = [without_times(clause) for clause in clauses]
    soft = [bool(SOFT_HEAD.match(rest) or MECHANISM.search(rest)) for rest in bare]
    return not all(is_soft or len(rest) < 2 for is_soft, rest in zip(soft, bare, strict=True))


def _shows(clause: str) -> bool:
    if (
        SOFT_HEAD.match(clause)
        or re.match(r"(?:结合|围绕|针对|按照|根据|对照|随着|以[^，]{2,24}为(?:契机|抓手|目标|载体|重点))", clause)
        or HASTEN.match(clause)
        or re.search(r"及时(?!印发|启动|出台|发布)|考虑$|通过[^，]{2,20}方式|严控|防止|杜绝|避免|严禁|控制新增", clause)
        or STANDING.search(clause)
        or TALKS.search(clause)
        or MECHANISM.search(clause)
    ):
        return False
    return bool(OUTPUT.search(clause))

"""Names of public bodies in a letter, found by their form: a place or level in front, a kind of body at the end."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

LEVEL = "省|市|区|县|州|盟|旗|镇|乡"
KIND = (
    "人民政府|政府|街道办事处|街道办|街道|管理委员会|管委会|委员会|法院|检察院|监督管理局|管理局|分局|总局|局|"
    "厅|党委|组织部|宣传部|统战部|政法委|委办|委(?!会(?!同)|员)|政协|办公室|办|中心|"
    "支队|总队|大队|集团有限公司|集团公司|有限公司|公司|集团|医院|学院|大学|学校|中学|小学|幼儿园|图书馆|博物馆|"
    "档案馆|文化馆|供销社|总社|联合社|总工会|工会|妇联|残联|工商联|科协|社|研究所|研究院|设计院|院|所|站|处|队|"
    "部门|机关|协会|商会|银行|村委会|居委会|供电公司|镇|乡"
)
NOISE = re.compile(
    r"今年|去年|明年|年内|[的将已了正在是为对向把被从按经至到就并也还均由和与及、]|会同|联合|配合|负责|牵头|督促|责成|要求|指导|协调|"
    r"目前|同时|专业|有关|相关|各级|第三方|该|其|两家|三家|一家|多家|上级|每个|部分|委托|成立|建成|建立|全市|"
    r"全县|全区|改造|建设|开展|组织|新建|纳入|设置|管理处置|推进|完成|实现|规划站|本|属地|当地|所在|沿线|辖区|"
    r"所属|基层|理清|厘清|提升|提高|城乡社区|议事厅|大厅|展厅|餐厅|进一步|深化|加强|完善|整合|推动|启动|全面|"
    r"协助|创建|社区医院|培育|引进|支持|鼓励|邀请|聘请|采购|依托|利用|用好|管好|做好|抓好|新增|增设|扩建|定点|民营|公立|所在"
)
JOINTS = r"\t\n，。；：、！？“（"
LEFT = (
    rf"(?:^|(?<=[{JOINTS}]))(?:目前|同时|此外|另外|其中|现|并|下一?步|今后|近期|日前|今年|去年|明年|年内|由|请|待|经|"
    "在)?"
)
PASSED = (
    "(?:由|会同|联合|配合|协同|协助|督促|责成|责令|要求|敦促|督导|指导|协调|商请|转请|提请|委托|安排|请|与|和|"
    "及|以及|同|向|"
    "对|报|经|为|商)"
)
PLACE = r"[\u4e00-\u9fff]{2,3}(?:省|市|自治区|区|县|州|盟|旗|镇|乡|街道|村)"
FRONT = rf"各?(?:{PLACE})?(?:{PLACE})?(?:{LEVEL})?(?:各[县区市镇]（[县区市街道]{{1,2}}）|[\u4e00-\u9fff]{{0,14}}?)"
STRONG = (  # ends that need nothing behind them to be known as ends
    "人民政府|政府|街道办事处|管理委员会|管委会|委员会|局|厅|集团有限公司|集团公司|有限公司|公司|集团(?!有限|"
    "公司|股份)|"
    "支队|总队|大队|医院"
)
FOLLOWS = (
    r"[\t\n，。；、：“”（）]|$|"
    "将|会|拟|计划|正|牵头|负责|承担|统筹|组织|实施|制定|和|与|及|以及|等|的|建成|开|先后|对|在|已|抓|做|进|尽|"
    "加|联合|共同|协|具体|按|推|提|完|发|"
    "编|落|于|为|从|审|列|根|安|起|印|出|研|主|配|督|指|依|给|予|整|提供|签|批|就|率|近|积|不|要|各|现|目前|共"
)
NAME = re.compile(
    rf"(?:{LEFT}{PASSED}?|{PASSED}|[一-龥]是|[\d）]\.?)"
    rf"(?:(?P<firm>{FRONT}(?:{STRONG}))(?![长员面]|[^，。；、]{{0,6}}(?:支队|大队|分局))|"
    rf"(?P<name>{FRONT}(?:{KIND}))(?={FOLLOWS}))"
)
WITHOUT = re.compile(rf"^(?:[\u4e00-\u9fff]{{2,3}}(?=(?:{LEVEL})))")


KINDS = {"街道办事处": "街道", "镇人民政府": "镇政府", "乡人民政府": "乡政府", "公司": "公司", "集团": "集团"}


@dataclass
class Register:
    """The bodies a letter names, by their written form; the replying unit by all its forms."""

    self_name: str | None
    names: set[str] = field(default_factory=set)

    def is_self(self, name: str) -> bool:
        """Say whether a name means the replying unit: its own, with or without the place in front."""
        if not self.self_name or len(name) < 3:
            return False
        if name == self.kind or _is_short_for(name, self.self_name):
            return True
        longer, shorter = sorted((self.self_name, name), key=len, reverse=True)
        head = longer[: len(longer) - len(shorter)]
        return longer == shorter or (
            longer.endswith(shorter) and (head[-1] in "省市区县州盟旗镇乡" or shorter[0] in "省市区县州盟旗镇乡")
        )

    @property
    def kind(self) -> str | None:
        """What the replying unit may call itself: 镇政府 of a town's government."""
        return next((word for end, word in KINDS.items() if (self.self_name or "").endswith(end)), None)

    def calls_itself(self, text: str) -> bool:
        """Say whether the replying unit speaks of itself by its kind: 街道将… of a street office."""
        kind = self.kind
        return bool(kind and re.search(rf"(?:^|[，。；]){kind}(?=将|会|拟|计划|已|协调|督促|正在)", text))

    def search(self, text: str) -> list[tuple[int, int, str]]:
        """Return the known names in a text: start, end, name; the longest at every place."""
        return [(hit.start(), hit.end(), hit[0]) for hit in self._form.finditer(text)] if self.names else []

    @cached_property
    def _form(self) -> re.Pattern[str]:
        return re.compile("|".join(map(re.escape, sorted(self.names, key=len, reverse=True))))


def _is_short_for(name: str, full: str) -> bool:
    """Say whether a name is a short form of another: 市住建局 of 云州市住房和城乡建设局."""
    short, core = RANK.sub("", name), RANK.sub("", full)
    signs = iter(core)
    same_ends = len(short) >= SHORTEST and short[0] == core[:1] and short[-1] == core[-1:]
    return same_ends and all(sign in signs for sign in short)


RANK = re.compile(rf"^(?:(?:[\u4e00-\u9fff]{{2,3}})?(?:{LEVEL}))+")
MOST, SHORTEST = 300, 3  # a letter names a few dozen bodies at most; 市里 or 我市 is none


def register(text: str, self_name: str | None, others: tuple[str, ...]) -> Register:
    """Collect the bodies a letter names."""
    given = [name for name in (self_name, *others) if name]
    short = [WITHOUT.sub("", self_name)] if self_name else []
    names = dict.fromkeys((*given, *short, *_plain(text)))
    return Register(self_name, {name for name in list(names)[:MOST] if len(name) >= SHORTEST})


def _plain(text: str) -> Iterator[str]:
    place = 0
    while hit := NAME.search(text, place):
        group = "firm" if hit["firm"] else "name"
        name = hit[group]
        if looks_like_unit(name):
            yield name
            place = max(hit.end(group), hit.start() + 1)
        else:
            place = max(hit.start() + 1, hit.start(group))


INSIDE = re.compile(  # words inside the names of bodies that would otherwise be taken for verbs and joints
    "建设局|建设和|建设委|城乡建设|自然资源和|住房和|规划和|发展和|人力资源和|工业和|科学和|城市建设|组织部|"
    "建设厅|改革和|卫生和|文化和|"
    "市场监督|对外|对口|综合行政执法|新闻出版和|交通建设|建设集团|建设投资|建设公司|水利建设|委员会"
)
BEGINS = re.compile(
    r"团[省市区县州]委|"
    r"各?(?:省|市|区|县|州|盟|旗|镇|乡)(?!级|场|民(?!政|族|宗)|政(?!府|协|务|法|公)|域|内|外)|"
    r"各?[\u4e00-\u9fff]{2,3}(?:省|市|区|县|州|盟|旗|镇|乡|街道|村(?=村?委会|村民委))"
)
ENDS = re.compile("(?:集团|公司|管委会|支队|大队|政府|街道办|街道办事处|供电公司|医院)$")
UTILITY = re.compile("(?:热力|供热|供水|自来水|燃气|供电|电力|公交|环卫|水务)公司$")  # a town has one of each
NAMED = 5  # a company without a place in front has at least so many characters


def looks_like_unit(name: str) -> bool:
    """Say whether a string has the form of a public body's or company's own name."""
    if NOISE.search(INSIDE.sub("", name)):
        return False
    return bool(BEGINS.match(name) or UTILITY.match(name) or (ENDS.search(name) and len(name) >= NAMED))

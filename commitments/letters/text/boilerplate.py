"""What belongs to the page and not to the letter: put aside and shown, never dropped.

A letter stands between its head (title, number, class, salutation) and its tail (signature, date, contact, copies).
Lines before the head and after the tail are the page's; so are lines between them that have the form of a page's own:
dates of publishing, counters, buttons, advertising. What has the form of a letter's sentence is never put aside.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from commitments.letters.text.canonical import canonical
from commitments.letters.text.simplified import simplify

FIGURES = r"[\d一二三四五六七八九十〇]{1,3}"
DAY = rf"(?:[12][09]\d\d|[〇○零0一二三四五六七八九]{{4}})\s*[年.\-/]\s*{FIGURES}\s*[月.\-/]\s*{FIGURES}\s*日?"
PAGE = re.compile(  # forms of lines that only pages have
    r"(?:您?(?:当前|现在|所在|的)*(?:所在)?位置)\s*[：:]?|"
    r".{0,12}(?:网站)?首页\s*(?:[|｜>»→\-/ ]|$)|"
    r"(?:信息|文章|稿件|内容)?来源\s*[：:]|(?:发布|发文|公开|更新|生成|录入|成稿|上传)(?:时间|日期|单位|机构)\s*[：:]|(?:时间|日期)[：:]\s*\d{4}-|"
    r"(?:索引号|主题分类|发布机构|信息索引|信息分类|组配分类|体裁分类|主题词|公开方式|公开范围|公开时限|有效性|效力|责任编辑|信息名称|"
    r"内容概述|生效日期|废止日期|关键词|文号|名称|标题|字体|字号|字体大小|编辑|作者|撰稿|审核|浏览|阅读|点击|访问)"
    r"(?:次数|量|数|率)?\s*[：:]|"
    r"(?:浏览|阅读|点击|访问)(?:次数|量|数|率|:|：)|"
    r"\d{4}-\d\d?-\d\d?(?:\s+\d\d?:\d\d(?::\d\d)?)?\s*(?:点击|浏览|阅读|访问|来源|作者|发布|字)|"
    r"分享(?:到|至)|(?:微信|微博|QQ)[\s|、]*(?:微信|微博|QQ)|【?(?:打印|关闭|收藏|返回|复制|纠错|大|中|小)】|\[(?:打印|关闭|大|中|小|收藏)\]|"
    r"(?:打印|关闭|收藏)(?:本页|窗口|页面|此页)|我要(?:打印|纠错|评论)|返回(?:顶部|首页|列表|上级)|打印$|关闭$|"
    r"[|｜\s]*(?:上|下)[一1]?\s*(?:条|篇|页|则)(?:信息|新闻)?\s*[：:]|上一篇|下一篇|上一条|下一条|没有了$|"
    r"(?:相关|推荐|热门|延伸|最新)(?:阅读|文章|链接|信息|新闻|推荐|附件|报道|文档|资讯|专题)|友情链接|"
    r".{0,6}(?:手机|微信)?扫一?扫|.{0,4}扫描.{0,3}二维码|(?:关注|长按).{0,6}(?:公众号|二维码)|"
    r"(?:主办|承办|维护|建设|运维|协办|版权)(?:单位|机构)?\s*[：:]|技术支持|.{0,24}版权所有|版权声明|(?i:copyright|©)|"
    r".{0,16}(?:ICP|icp|公网安备|网安备|备案编?号|网站标识码|网站地图|联系我们|关于我们|隐私(?:声明|政策)|网站声明|无障碍|长者[版模]|繁[体體]版)|"
    r"设为(?:首页|主页)|加入收藏|登录|注册|用户中心|(?:附件|文件|文档)下载\s*[：:]?|点击下载|"
    r"(?:网站|网页|浏览器).{0,12}(?:升级|兼容|分辨率)|\d+\s*[/／]\s*\d+$|第\s*\d+\s*页"
)
AROUND = re.compile(  # what is a page's only where the letter has not begun or has ended
    r".{2,24}(?:网|网站|门户|平台|信息公开)\s*$|.{0,30}值班电话|"
    r"(?:通知公告|政策法规|建议提案|信息公开|政务公开|办事服务|互动交流|新闻中心|机构概况)(?:$|\s)"
)
NAVIGATION = re.compile(r"\S{2,12}(?:\s*[|｜>»·→]+\s*|\s*->\s*)\S{2,12}(?:(?:\s*[|｜>»·→]+\s*|\s*->\s*)\S{1,12})+")
SPAM = re.compile(
    "棋牌|彩票|时时彩|开奖|博彩|六合|捕鱼|老虎机|快三|快乐彩|赌|投注|赛车|飞艇|麻将|百家乐|娱乐城|娱乐平台|体彩|福彩|双色球|"
    "大乐透|七乐彩|快乐十分|11选5|30选5|选5|彩金|真人|私服|外挂|代开发票|代孕|减肥|壮阳|伟哥|迷药|办证|刷单|贷款秒|"
    "捕魚|电玩|街机|注册送|提现|下分|上分|牛牛|炸金花|斗地主|牌九|北京赛|pk10|PK10|澳门|葡京|威尼斯|皇冠|太阳城|手机游戏|游戏下载|"
    "楚天风采|英雄联盟|符文|开户|平台注册|官网下载|官方下载|破解版|成人|激情|视频在线|影院|小说网|网赚|兼职|加微信|网上赚"
)
SENTENCE = re.compile(r"[，。；]")
SALUTATION = re.compile(
    r"^(?:尊敬的)?(?:[^，。；：]{2,60}?)(?:委员|代表|同志|先生|女士|局|委|会|厅|部|府|办|院|中心|联|协|社|盟|党|支部|团|组|公司|集团|校|[等名位人])[）)]?\s*[：:]\s*$"
)
HAIL = re.compile(r"^[^，。；：]{2,40}：$")  # whoever is addressed, right above the opening
OPENING = re.compile(
    r"(?:收悉|收到|已收|(?:您|你们?|贵.|代表|委员)[^，。]{0,24}(?:提出|提交|反映|关于)|转来|交办|交由|提出[^，。]{0,6}(?:会办|协办|办理|答复)意见|由[贵你][\u4e00-\u9fff]{1,3}主办|(?:答复|函复|函告|回复|反馈|意见|汇报|报告)如下)"
)
TITLE = re.compile(
    r"(?:建议|提案|议案|社情民意).{0,24}(?:答复|复函|回复|办理|意见|函)|(?:答复|复函|回复|会办意见|协办意见).{0,6}$|^关于.{4,80}(?:答复|函|意见)$|^对.{4,80}(?:建议|提案)的?(?:答复|复函|回复|办理)|^[\u4e00-\u9fff]{4,30}(?:关于|对)(?=.*(?:政协|人大|代表大会|会议|提案|建议))"
)
NUMBER = re.compile(r"^[^，。；]{0,14}[〔\[（(【﹝［]?\s*(?:19|20)\d\d\s*[〕\]）)】﹞］]?\s*(?:第\s*)?\d{1,5}\s*号")
MARK = re.compile(
    r"^[（(【]?\s*(?:[A-D]\d?\s*[）)】]?\s*类?\s*[）)】]?|(?:办理|办复|结果|答复|建议|提案|类别)?.{0,4}(?:结果|类别|分类|类型|类|情况|等级|标[记识注])\s*[：:]\s*[（(]?\s*[A-D]\d?.{0,6})\s*(?:$|[\s])|"
    r"^[（(【]?(?:是否)?(?:同意|主动|依申请|不予|可以|宜)?公开|^签发人|^(?:同意公开|公开属性|办理结果|领导签发)|.{2,20}(?:文件|稿纸)$"
)
DATE = re.compile(rf"^[（(]?\s*{DAY}\s*[）)]?$|^[（(]?\s*20\d{{2}}\s?\d{{1,2}}\s?\d{{1,2}}\s*$")
TAIL = re.compile(
    r"^[（(]?\s*(?:联\s*系|承办|经办|抄\s*送|抄报|主送|附件?\s*[：:]|附\s*[：:]|此件|公开(?:方式|属性|范围)|信息公开|签发|领导签发|审核|校对|邮编|传真|"
    r"电\s*话|手\s*机|地\s*址|电子邮[箱件]|E-?mail|办理(?:结果|类别)|(?:是否)?(?:同意|主动|不予|依申请)公开|"
    r"(?:是否|同意)公开|满意|反馈|注[：:])",
    re.IGNORECASE,
)
OPENNESS = re.compile(r"公开(?:方式|属性|范围)\s*[：:]\s*\S{2,8}$")  # below a letter it is the letter's own
LONG = 40  # characters; a line so long with the signs of a sentence is prose


@dataclass(frozen=True)
class Sorted:
    """The lines of the letter, and those put aside, both in order."""

    kept: tuple[str, ...]
    aside: tuple[str, ...]


def put_aside(lines: Sequence[str]) -> Sorted:
    """Part the letter from its page."""
    plain = [canonical(simplify(line)).strip() for line in lines]
    repeated = _repeated(plain)
    start, end = _head(plain), _tail(plain)
    kept = [n for n in range(len(lines)) if n not in repeated and _is_letter(plain, n, start, end)]
    chosen = set(kept)
    return Sorted(tuple(lines[n] for n in kept), tuple(lines[n] for n in range(len(lines)) if n not in chosen))


def _is_letter(plain: Sequence[str], n: int, start: int, end: int) -> bool:
    line = plain[n]
    if is_spam(line) or (_is_pages(line) and not (start <= n <= end and _is_prose(line))):
        return n > end and not is_spam(line) and bool(OPENNESS.match(line))
    if start <= n <= end:
        return True
    own = (TAIL, DATE, MARK) if n > end else (TITLE, NUMBER, MARK)
    return _is_prose(line) or (not AROUND.match(line) and _has_form(line, own, before=n < start))


def _has_form(line: str, forms: Sequence[re.Pattern[str]], *, before: bool) -> bool:
    return any(form.search(line) for form in forms) or (before and _is_letterhead(line))


def is_spam(line: str) -> bool:
    """Say whether a line is advertising: words of that trade strung together, without the signs of a sentence."""
    trade = len(SPAM.findall(line))
    words = len(line.split())
    return not SENTENCE.search(line) and (trade >= 2 or (trade == 1 and words >= 4))


def _is_pages(line: str) -> bool:
    return bool(PAGE.match(line) or (NAVIGATION.match(line) and not SENTENCE.search(line)))


def _is_prose(line: str) -> bool:
    return len(line) >= LONG and bool(SENTENCE.search(line)) and not re.match(r"[|｜]|上一|下一|相关", line)


def _is_letterhead(line: str) -> bool:
    """Say whether a line is the name of the replying unit alone: 云 州 市 教 育 局, 云州市教育局文件."""
    name = re.sub(r"\s", "", line)
    return bool(
        re.fullmatch(
            r"[\u4e00-\u9fff（）]{4,24}(?:局|委|委员会|厅|政府|办|办公室|院|中心|部|会|社|公司)(?:文件)?", name
        )
    )


def _head(plain: Sequence[str]) -> int:
    """Return the line at which the letter begins: its salutation, or the first sentence where it has none."""
    for n, line in enumerate(plain):
        if SALUTATION.match(line) and not PAGE.match(line) and opens(plain, n):
            return n
    first = next((n for n, line in enumerate(plain) if _is_prose(line) and not is_spam(line)), 0)
    hailed = first > 0 and HAIL.match(plain[first - 1]) and not PAGE.match(plain[first - 1])
    return first - 1 if hailed else first


def opens(plain: Sequence[str], n: int) -> bool:
    """Say whether the lines after a salutation open a letter."""
    return any(OPENING.search(line) for line in plain[n + 1 : n + 5])


def _tail(plain: Sequence[str]) -> int:
    """Return the last line of the letter's own: its date, or the last sentence where it has none."""
    dated = [n for n, line in enumerate(plain) if DATE.match(line) and not PAGE.match(line)]
    prose = [n for n, line in enumerate(plain) if _is_prose(line)]
    after = [n for n in dated if not prose or n > prose[0]]
    return after[-1] if after else prose[-1] + 1 if prose else len(plain)


def _repeated(plain: Sequence[str]) -> set[int]:
    """Return the lines of a letter printed a second time: its long lines, and the short ones among them."""
    first: dict[str, int] = {}
    again = {n for n, line in enumerate(plain) if len(line) >= LONG and first.setdefault(line, n) != n}
    if len(again) < 3:
        return set()
    begin, stop = min(again), max(again)
    seen = set(plain[:begin])
    while begin > 0 and plain[begin - 1] in set(plain[: begin - 1]):
        begin -= 1
    return {n for n in range(begin, len(plain)) if n <= stop or plain[n] in seen}


def named(lines: Iterable[str], words: str) -> str | None:
    """Return what a line put aside says after ``words：``: a page's own facts stand in such lines."""
    form = re.compile(rf"(?:{words})\s*[：:]\s*([^\s|｜\t]+(?: \d\d:\d\d)?)")
    return next((found[1] for line in lines if (found := form.search(simplify(line)))), None)

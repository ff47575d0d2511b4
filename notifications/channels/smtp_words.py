"""The words of relays, each meaning with an example that a test reads. The first that fits counts.

Kinds: ``recipient`` (this mailbox or this message), ``session`` (this connection has carried enough), ``limit``
(quota and frequency), ``busy`` and ``ours`` (the relay's state; our login, sender, host), ``filter`` (spam and content
filters). Patterns read casefolded text without addresses. The wordings are those of Coremail, NetEase, Tencent, Aliyun,
Exchange, Gmail, Postfix, Exim and their like; a pattern is about the words they share.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Meaning:
    """What words mean, and an answer that has them."""

    kind: str
    pattern: str
    example: str

    def found(self, words: str) -> bool:
        """Say whether casefolded words mean this."""
        return re.search(self.pattern, words) is not None


_MAILBOX = r"(?:user|mail ?box|inbox|recipient|rcpt|account|addressee)"
_MAILBOX_ZH = r"(?:用户|用戶|使用者|收件人|收信人|邮箱|郵箱|信箱|邮件地址|账号|帐号|帳號|账户|帐户|收件地址)"
_SENDING = r"(?:send|sent|sender|submission|outgoing|outbound|relay)"
_SENDING_ZH = r"(?:发送|发信|发件|外发|投递|寄送|发出|發送|發信|發件|寄信|傳送|投遞)"
_LIMIT = r"(?:quota|limit|rate|frequen\w+|allowance|maximum)"
_TIME = r"(?:daily|hourly|monthly|per (?:day|hour|minute)|for today)"
_TIME_ZH = r"(?:每日|每天|当日|當日|今日|每小时|每小時|每分钟|每分鐘)"
_BLAMED = r"(?:reject|block|refus|denied)"

MEANINGS: tuple[Meaning, ...] = (
    # this recipient or this message, whatever else is said
    Meaning("recipient", r"gr[ae]y-?list|灰名[单單]", "450 4.7.1 <a@gz.example>: Recipient rejected: Greylisted"),
    Meaning(
        "recipient", r"receiving (?:mail|messages|too)|recipient thread",
        "450 4.2.1 The user is receiving mail too quickly",
    ),
    Meaning(
        "recipient", r"rejected by (?:the )?recipient|recipient(?:'s)? (?:black|block)",
        "550 Mail is rejected by recipients",
    ),
    Meaning(
        "recipient",
        r"\bsize\b.{0,30}(?:limit|exceed|large|big)|(?:exceed\w*|over|too large).{0,30}\bsize\b|mailsize|"
        r"too (?:large|big|long)",
        "552 5.3.4 Message size exceeds fixed limit",
    ),
    Meaning(
        "recipient", r"(?:邮件|郵件|附件|信件).{0,6}(?:过大|過大|太大)|大小.{0,6}(?:超|限)", "552 邮件大小超过限制"
    ),
    # this connection
    Meaning(
        "session",
        r"(?:messages?|mails?|recipients?|rcpts?|commands?|transactions?|deliver\w+)\b.{0,30}"
        r"(?:per|this|in (?:one|a|the|this|same)|the same|current) (?:smtp )?(?:session|connection)",
        "451 4.7.0 Too many messages in this session, reconnect",
    ),
    Meaning("session", r"\b(?:mi:dmc|mi:ccl|rp:drc|rp:ccl)\b", "450 MI:DMC 163 smtp8"),
    Meaning(
        "session", r"(?:本次|单次|單次|当前|當前|同一|每个|每個|每次)(?:连接|連接|连线|連線|会话|會話)",
        "451 本次连接投递的邮件数量超出限制",
    ),
    # quota and frequency
    Meaning("limit", rf"{_SENDING}\w*\b.{{0,40}}\b{_LIMIT}", "550 5.4.5 Daily user sending quota exceeded"),
    Meaning("limit", rf"\b{_LIMIT}\b.{{0,40}}\b{_SENDING}", "554 5.2.0 Quota for submission exceeded"),
    Meaning(
        "limit", rf"\b{_TIME}\b.{{0,40}}\b{_LIMIT}|\b{_LIMIT}\b.{{0,40}}\b{_TIME}",
        "452 4.5.3 You have reached a limit of 500 recipients per day",
    ),
    Meaning(
        "limit", r"\byou(?:'ve| have| are)? (?:exceeded|reached|hit|used up|over) (?:your|the|a) ",
        "554 5.7.1 <a@gz.example>: Recipient address rejected: You have exceeded your quota",
    ),
    Meaning(
        "limit",
        r"too (?:many|much) (?:\w+ ){0,2}?(?:messages?|mails?|e-?mails?|recipients?|rcpts?|sent|sending)|"
        r"too (?:fast|quickly|frequent)",
        "550 Too many messages, slow down",
    ),
    Meaning(
        "limit",
        r"frequen\w+ (?:is )?(?:limit|exceed)|unexpected sending|rate[- ]?limit|throttl|"
        r"unusual(?:ly high)? rate|flood",
        "550 Connection frequency limited",
    ),
    Meaning("limit", r"\b(?:mi:(?:sfq|ifq|qrc)|hl:(?:ifc|ifq)|rp:(?:qrc|ifq))\b", "451 MI:SFQ 163 smtp13"),
    Meaning(
        "limit",
        rf"{_SENDING_ZH}(?:人|者|方)?的?.{{0,12}}"
        r"(?:频率|频繁|次数|数量|总量|限额|额度|配额|上限|超限|过多|过快|頻率|頻繁|次數|數量|限額|額度|配額|過多|過快)",
        "550 发信频率超过限制，请稍后再试",
    ),
    Meaning(
        "limit",
        rf"(?:频率|頻率|频度).{{0,6}}(?:超|限|过|過)|(?:超|达到|達到|已达|已達).{{0,8}}{_TIME_ZH}|"
        rf"{_TIME_ZH}.{{0,12}}(?:限|额|額|超)|收件人[数數]",
        "552 已达到当日上限",
    ),
    # how the relay is
    Meaning(
        "busy",
        r"(?:concurrent|simultaneous|too many|maximum|limit).{0,30}\b(?:connections?|sessions?|threads?|logins?)\b|"
        r"connections? .{0,20}limit|\bhl:icc\b",
        "432 4.3.2 Concurrent connections limit exceeded",
    ),
    Meaning(
        "busy",
        r"(?:server|system|service|queue|resources?)\b.{0,20}(?:busy|unavailable|overload|congest|insufficient)|"
        r"insufficient system",
        "451 4.7.500 Server busy. Please try again later",
    ),
    Meaning(
        "busy", r"(?:系统|服务器|服務器|伺服器|系統).{0,6}(?:忙|维护|維護|过载|過載)", "451 系统繁忙，请稍后再试"
    ),
    # our login, our sender, our host
    Meaning(
        "ours",
        r"relay(?:ing)? (?:access )?(?:is )?(?:denied|prohibited|not (?:allowed|permitted))|"
        r"(?:to|cannot|unable to|denies|deny|we do not) relay\b",
        "554 5.7.1 <a@gz.example>: Relay access denied",
    ),
    Meaning(
        "ours",
        r"authenticat\w*\b.{0,20}(?:require|fail|need|first|invalid|error)|fail\w* authenticat|"
        r"must (?:be )?(?:authenticat|log ?in)|log ?in (?:fail|require|first)|not logged in",
        "530 5.7.0 Authentication required",
    ),
    Meaning(
        "ours",
        r"\bsender\b(?: address)?.{0,20}(?:reject|denied|refused|blocked|invalid|not allowed|suspend|ban|disabled|"
        r"verif|not owned)|mail from (?:invalid|rejected)|send[- ]as|denies the sender",
        "553 5.7.1 <t@gz.example>: Sender address rejected: not owned by user",
    ),
    Meaning(
        "ours",
        r"\byour (?:account|domain|ip|host|server|message|mail|e-?mail)\b.{0,40}"
        r"(?:suspend|disabled|locked|block|ban|reject|denied|restrict)",
        "550 Your account has been suspended",
    ),
    Meaning(
        "ours", r"client (?:host|was|does|is|ip)|helo|ehlo|\bptr\b|reverse dns|\bspf\b|\bdkim\b|\bdmarc\b|\bmi:spf\b",
        "550 5.7.25 Client host rejected: cannot find your reverse DNS hostname",
    ),
    Meaning(
        "ours",
        r"(?:认证|認證|身份验证|身份驗證|授权码|授權碼|登录|登錄|登入).{0,12}(?:失败|失敗|错误|錯誤|失效|过期|過期|须|需)|"
        r"(?:发件人|發件人|寄件者|发信人).{0,12}(?:拒|禁|不被|无效|無效|冻结|凍結|封)",
        "553 发件人地址被拒绝",
    ),
    # no such mailbox, or a full one
    Meaning(
        "recipient",
        rf"(?:no such|unknown|invalid|non-?existent|bad|inactive|disabled) (?:\w+ )?{_MAILBOX}|{_MAILBOX}\b.{{0,40}}"
        r"\b(?:unknown|not (?:be )?found|not (?:exist|valid|local)|doesn'?t exist|no longer|unavailable|disabled|"
        r"inactive|suspend\w*|locked|expired|closed|hang\w*|full|over|exceed\w*|out of)",
        "550 5.0.0 User unknown in local recipient table",
    ),
    Meaning(
        "recipient",
        r"over ?quota|mail ?box.{0,20}(?:full|quota)|storage (?:allocation|space|limit|quota)|quota ?full|"
        r"out of (?:disk|storage|space)",
        "552 Requested mail action aborted: exceeded storage allocation",
    ),
    Meaning(
        "recipient",
        rf"{_MAILBOX_ZH}.{{0,10}}(?:不存在|无效|無效|未找到|找不到|不可用|停用|禁用|冻结|凍結|注销|註銷|满|滿|容量|"
        rf"空间|空間|超限|休眠)|(?:没有|沒有|无此|無此|查无此|查無此){_MAILBOX_ZH}",
        "550 收件人邮箱不存在",
    ),
    # filters
    Meaning(
        "filter",
        r"spam|unsolicited|junk|bulk mail|content\b.{0,20}(?:denied|reject|block|filter|refus|violat)|"
        rf"{_BLAMED}\w*\b.{{0,30}}(?:content|behaviou?r|policy|reputation)|black-?list|block-?list|\brbl\b|dnsbl|"
        r"virus|malware|phish|malicious|suspicious|policy (?:reason|violation|reject)|reputation|banned|"
        r"\b(?:dt:spm|mi:spb|hl:rep|hl:mep)\b",
        "554 DT:SPM 163 smtp4",
    ),
    Meaning(
        "filter",
        r"垃圾|病毒|木马|木馬|违规|違規|敏感|不良|拦截|攔截|过滤|過濾|黑名单|黑名單|安全策略|内容.{0,6}(?:拒|不)|"
        r"內容.{0,6}(?:拒|不)|信誉|信譽|举报|舉報",
        "550 邮件内容疑似垃圾邮件，已被拒绝",
    ),
)  # fmt: skip

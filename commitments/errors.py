"""Everything that can go wrong for a reason a person can mend.

    Error
    ├── NotFound            a named thing does not exist
    │   ├── NoSuchCommitment, NoSuchLetter, NoSuchDepartment, NoSuchTarget
    │   └── NoSuchMessage, NoSuchDigest
    ├── AmbiguousLetter     a proposal number means several letters
    │   └── SameNumber
    ├── Refused             understood, but the rules of the ledger say no
    │   ├── WrongState, EvidenceNeeded, NotInLetter, ReasonNeeded, NothingToChange, LeadUnknown
    │   ├── DueBeforeLetter, NotLater, NoDeadline, NoRequest, DueAndReview, LeadSupports, NotInFuture
    │   ├── NotYours, NoDispute, LeadNeeded, WhyNeeded
    │   ├── AlreadyExists, BadValue, BadWord, BadFigure, FarDate, BadMailbox, BadText, BadRef
    │   ├── UnreadableEvidence
    │   ├── LedgerRejected, LedgerDiffers
    │   ├── PackageMissing, TooLongForSheet, DamagedText, EvidenceDamaged
    │   └── HistoryBroken, RowDiffers
    ├── StorageTrouble      the database cannot be used as it is
    │   ├── DatabaseMissing, DatabaseUnusable, DatabaseBusy, Unwritable, SchemaTooNew, WrongEnvironment, NoBackup
    ├── CalendarFileError   the operator's working-day file is wrong
    ├── DeliveryFailed      a message could not be handed over
    └── DatabaseHeld        another daemon holds the database

Each class carries its own sentence in English and Chinese; the command line maps classes to exit codes. The file is
long because it is a list: one place to read every sentence the ledger can say.
"""

from collections.abc import Callable, Sequence
from datetime import tzinfo
from typing import ClassVar, Self

from commitments.entry_words import difference_words, field_words
from commitments.i18n import LOCALES, meanings, word


class Error(Exception):
    """A sentence with facts. ``str()`` gives it in English, ``told("zh-Hans")`` in Chinese."""

    en: ClassVar[str] = "{problem}"
    zh: ClassVar[str] = "{problem}"

    def __init__(self, **facts: object) -> None:
        """Keep the facts that fill the sentence."""
        super().__init__(facts)
        self.facts = facts

    def told(self, locale: str) -> str:
        """Return the sentence for a reader of ``locale``."""
        chinese = locale.startswith("zh")
        facts = {name: _told(locale, name, value) for name, value in self.facts.items()}
        return (self.zh if chinese else self.en).format(**facts) + self._hint(chinese=chinese)

    def _hint(self, *, chinese: bool) -> str:  # noqa: ARG002 - subclasses use it
        return ""

    def __str__(self) -> str:
        """Return the English sentence."""
        return self.told("en")


class Mistake(ValueError):
    """What is wrong with one value: the end of a sentence, without its stop, in each language of the glossary."""

    def __init__(self, sentences: Sequence[str], **facts: object) -> None:
        """Take one sentence per language, and the facts that fill them."""
        super().__init__(sentences, facts)
        self.sentences, self.facts = sentences, facts

    def told(self, locale: str) -> str:
        """Return the sentence for a reader of ``locale``."""
        facts = {name: _told(locale, name, value) for name, value in self.facts.items()}
        return self.sentences[LOCALES.index(locale)].format(**facts)

    def __str__(self) -> str:
        """Return the English sentence."""
        return self.told("en")


class Choice:
    """What can be chosen among the words of a group: codes in English, in Chinese each with its word."""

    def __init__(self, group: str) -> None:
        """Take the group of the glossary."""
        self.group = group

    def told(self, locale: str) -> str:
        """Return the list for a reader of ``locale``."""
        codes = list(dict.fromkeys(meanings(self.group).values()))
        return ", ".join(codes) if locale == "en" else "、".join(f"{word(locale, self.group, c)}（{c}）" for c in codes)


class Problem(str):  # noqa: SLOT000 - a str has no room for slots of its own
    """One mistake among many, as a whole sentence in English; ``told`` says it in the reader's language."""

    _said: Callable[[str], str]

    def __new__(cls, said: Callable[[str], str]) -> Self:
        """Take what says it in a language."""
        problem = super().__new__(cls, said("en"))
        problem._said = said
        return problem

    def told(self, locale: str) -> str:
        """Return the sentence for a reader of ``locale``."""
        return self._said(locale)


def each_told(problems: Sequence[str], locale: str) -> list[str]:
    """Say each in the reader's language, where it knows how."""
    return [each.told(locale) if isinstance(each, Problem) else each for each in problems]


def _told(locale: str, name: str, value: object) -> object:
    """Say a fact in the reader's words: mistakes, choices, states and outcomes have them in each language."""
    if isinstance(value, Mistake | Choice):
        return value.told(locale)
    if name in ("state", "outcome") and isinstance(value, str):
        return word("en" if locale == "en" else "zh-Hans", name, value)  # in the characters of the sentence
    return _joined(value, chinese=locale.startswith("zh"))


def _joined(value: object, *, chinese: bool) -> object:
    if isinstance(value, str) or not isinstance(value, Sequence):
        return value
    return ("、" if chinese else ", ").join(str(part) for part in value)


class NotFound(Error):
    """A named thing does not exist; ``near`` lists names that look like it."""

    def _hint(self, *, chinese: bool) -> str:
        near = self.facts.get("near")
        if not near:
            return ""
        names = _joined(near, chinese=chinese)
        return f"是否指 {names}？" if chinese else f" Did you mean {names}?"


class NoSuchCommitment(NotFound):
    """No commitment has this ref."""

    en = "There is no commitment {ref}."
    zh = "没有编号为 {ref} 的承诺事项。"


class NoSuchLetter(NotFound):
    """No letter has this document or proposal number."""

    en = "There is no letter {name}."
    zh = "没有文号或提案号为 {name} 的答复函。"


class AmbiguousLetter(Error):
    """A proposal number that several letters answer."""

    en = "Several letters answer proposal {name}: {letters}; give the document number."
    zh = "第 {name} 号提案有多件答复：{letters}；请改用文号。"


class SameNumber(AmbiguousLetter):
    """A document number that several letters have, which were entered before all its spellings were one."""

    en = "Several letters have the number {name}: {letters}; write the number as one of them does."
    zh = "有多件答复函的文号都是 {name}：{letters}；请照其中一件的写法填写。"


class NoSuchDepartment(NotFound):
    """No department has this name or short name."""

    en = "There is no department {name}; add it with `tracker department add`."
    zh = "没有名为 {name} 的部门，可用 `tracker department add` 登记。"


class NoSuchTarget(NotFound):
    """The commitment has no target of this name."""

    en = "{ref} has no target called {what}."
    zh = "{ref} 没有名为“{what}”的量化目标。"


class NoSuchMessage(NotFound):
    """No message has this number."""

    en = "There is no message {id} in the outbox."
    zh = "发件箱里没有第 {id} 号邮件。"


class NoSuchDigest(NotFound):
    """No digest stands for this unit and month."""

    en = "No digest was made for {unit} and {month}; `tracker digest show` previews it."
    zh = "{unit} {month} 的月报没有生成；可用 tracker digest show 预览。"


class Refused(Error):
    """Understood, but the rules of the ledger say no."""


class WrongState(Refused):
    """The verb does not fit the commitment's state."""

    en = "{ref} is {state}; it cannot be changed by `{verb}`."
    zh = "{ref} 当前状态为“{state}”，不能执行 {verb}。"


class EvidenceNeeded(Refused):
    """Closing as kept needs evidence or a written waiver."""

    en = "{ref} cannot be closed as {outcome} without evidence: give --evidence FILE_OR_URL, or --waiver with why."
    zh = "{ref} 以“{outcome}”销号须附佐证材料：请用 --evidence 提供文件或网址，或用 --waiver 写明免附理由。"


class NotInLetter(Refused):
    """Words given as a quote do not occur in the letter's stored text."""

    en = "{ref}: the letter does not say “{quote}”; correct the words, or give them as the summary."
    zh = "{ref}：答复函里没有“{quote}”这段原文；请改正，或者改作答复要点。"


class ReasonNeeded(Refused):
    """The change must say why."""

    en = "`{verb}` on {ref} needs a reason: give --reason."
    zh = "对 {ref} 执行 {verb} 须说明理由：请加 --reason。"


class WhyNeeded(ReasonNeeded):
    """What a reader says on a page must say why."""

    en = "{ref}: please say why."
    zh = "{ref}：请写明理由。"


class LeadUnknown(Refused):
    """The letter does not say who does it; a person must."""

    en = (
        "{ref}: the letter does not say who leads; choose with `tracker edit {ref} --lead … --reason …` or in `review`."
    )
    zh = "{ref}：函中未写明主办单位；请用 `tracker edit {ref} --lead … --reason …` 或在 `review` 中选定。"


class NothingToChange(Refused):
    """An edit that names no field."""

    en = "Nothing to change on {ref}: name at least one field."
    zh = "没有给出 {ref} 要修改的内容。"


class DueBeforeLetter(Refused):
    """A deadline before the letter that makes the pledge."""

    en = "{what}: the deadline {due} lies before the letter's date {signed}."
    zh = "{what}：期限 {due} 早于答复函落款日期 {signed}。"


class NotLater(Refused):
    """An extension must move the deadline to a later day."""

    en = "{ref}: the new date {new} is not later than the present deadline {old}."
    zh = "{ref}：新期限 {new} 并不晚于现期限 {old}。"


class NoDeadline(Refused):
    """Only a deadline can be extended."""

    en = "{ref} has no deadline to extend; set one with `tracker edit {ref} --due DATE --reason …`."
    zh = "{ref} 没有期限，无从延期；可用 `tracker edit {ref} --due 日期 --reason …` 设定期限。"


class NoRequest(Refused):
    """There is no extension request to decide."""

    en = "{ref} has no extension request waiting."
    zh = "{ref} 没有待批的延期申请。"


class NotYours(Refused):
    """Only who leads or supports a commitment can answer for it."""

    en = "{name} neither leads nor supports {ref}."
    zh = "{name} 不是 {ref} 的主办或会办单位。"


class NoDispute(Refused):
    """There is no dispute to decide."""

    en = "{name} has no dispute of {ref} waiting."
    zh = "{name} 对 {ref} 没有待处理的职责异议。"


class LeadNeeded(Refused):
    """Whose dispute is accepted leads no longer; somebody else must."""

    en = "{ref}: {name} leads it and does so no longer; name another lead."
    zh = "{ref}：主办单位 {name} 的异议成立，须另定主办单位。"


class DueAndReview(Refused):
    """A commitment has a deadline or a review date, never both."""

    en = "{what}: give a deadline or a review date, not both."
    zh = "{what}：期限与复核日期只能填一个。"


class LeadSupports(Refused):
    """The lead department cannot also support."""

    en = "{what}: {name} leads and cannot also support."
    zh = "{what}：{name} 已是主办单位，不能同时会办。"


class NotInFuture(Refused):
    """Something done cannot lie ahead."""

    en = "{what}: the date {day} lies in the future."
    zh = "{what}：日期 {day} 还没有到。"


class AlreadyExists(Refused):
    """A name or number that must be unique is taken: ``name``, or where only the database knows it, its ``column``."""

    en = "{what} {name} exists already."
    zh = "{what} {name} 已经存在。"

    def told(self, locale: str) -> str:
        """Return the sentence, noun and column in the reader's words, in the characters of the sentence."""
        locale = "zh-Hans" if locale.startswith("zh") else "en"
        what = word(locale, "kind_of_row", str(self.facts["what"]))
        if "column" not in self.facts:
            return (self.zh if locale != "en" else self.en).format(what=what, name=self.facts["name"])
        column = field_words(locale, str(self.facts["column"]))
        return f"A {what} with the same {column} exists already." if locale == "en" else f"已有{column}相同的{what}。"


class BadValue(Refused):
    """A value is not one of those allowed."""

    en = "{what}: {value!r} is not one of {allowed}."
    zh = "{what}：{value!r} 不在可选值之内（{allowed}）。"


class BadWord(BadValue):
    """A word that stands for no value; ``problem`` says what can be chosen."""

    en = "{what}: {problem}."
    zh = "{what}：{problem}。"


class BadMailbox(BadValue):
    """A mail address that cannot be written to."""

    en = "{what}: {value!r} is not a mail address such as office@gz.example."
    zh = "{what}：{value!r} 不是可用的邮箱地址（如 office@gz.example）。"


class BadFigure(BadWord):
    """A figure of a target that cannot be kept as it was written."""


class FarDate(BadValue):
    """A date that nobody can mean; ``field`` is the column or the option it was given for."""

    en = "{what} {field}: {problem}."
    zh = "{what}：{field} {problem}。"

    def told(self, locale: str) -> str:
        """Return the sentence; in Chinese the field has its word."""
        field, problem = str(self.facts["field"]), self.facts["problem"]
        chinese = locale.startswith("zh")
        named = word("zh-Hans", "field", field) if chinese else field
        said = problem.told(locale) if isinstance(problem, Mistake) else problem
        return (self.zh if chinese else self.en).format(what=self.facts["what"], field=named, problem=said)


class BadText(BadValue):
    """Text that is empty, too long, or holds characters nobody can see."""

    en = "{what}: it must be text of 1 to {longest} characters, without control characters."
    zh = "{what}：须为1至{longest}个字符的文字，不含控制字符。"


class BadRef(BadValue):
    """A ref that could not stand in an address or a notice's key."""

    en = "{value!r} cannot be a ref: write letters, digits, '-', '_' and '.' only, such as 2019-1007-03."
    zh = "编号 {value!r} 不可用：只能含文字、数字、“-”“_”“.”，如 2019-1007-03。"


class UnreadableEvidence(Refused):
    """An evidence file cannot be taken in."""

    en = "Evidence {path} was not taken: {problem}."
    zh = "佐证材料 {path} 未收入：{problem}。"


class EvidenceDamaged(Refused):
    """The copy was made, but evidence has not the hash it was taken in with."""

    en = "{path} is a good copy of the ledger, but evidence is gone or altered since it was taken in: {files}."
    zh = "台账备份 {path} 完好，但佐证材料丢失或与登记时不一致：{files}。"


class LedgerRejected(Refused):
    """A ledger file has mistakes; nothing was loaded. ``problems`` lists each with row and key."""

    en = "{file}: nothing was loaded; mistakes: {count}.\n{lines}"
    zh = "{file}：有 {count} 处错误，未载入任何内容。\n{lines}"

    def __init__(self, file: str, problems: Sequence[str]) -> None:
        """Take the file's name and one sentence per mistake."""
        super().__init__(file=file, count=len(problems), lines="\n".join(problems))
        self.problems = list(problems)

    def told(self, locale: str) -> str:
        """Return the sentence with each mistake for a reader of ``locale``."""
        self.facts["lines"] = "\n".join(each_told(self.problems, locale))
        return super().told(locale)


class LedgerDiffers(Refused):
    """The file differs from what stands, and --update was not given; ``lines`` shows the differences."""

    en = "{file} differs from the ledger; load it with --update to take the new values. Differences: {count}.\n{lines}"
    zh = "{file} 与台账有 {count} 处不同；如需以文件为准，请加 --update。\n{lines}"

    def __init__(self, file: str, differences: Sequence[str]) -> None:
        """Take the file's name and one line per difference."""
        super().__init__(file=file, count=len(differences), lines="\n".join(differences))
        self.differences = list(differences)


class PackageMissing(Refused):
    """An optional package is needed for this form."""

    en = "{what} files need the package {package}: pip install 'yinuo[{extra}]'."
    zh = "生成 {what} 文件需要 {package}：pip install 'yinuo[{extra}]'。"


class TooLongForSheet(Refused):
    """More rows than a workbook can be read back with."""

    en = "{rows} rows are more than a sheet takes ({most}); narrow them with --letter, --department or --state."
    zh = "共 {rows} 条，超过一张表的上限（{most}）；请用 --letter、--department 或 --state 缩小范围。"


class DamagedText(Refused):
    """A text of the database is not UTF-8, or no JSON: it is shown with signs in its place, and not passed on."""

    en = "Text in the ledger is damaged: “{text}”. `tracker doctor` names its place, docs/operations.md how to mend it."
    zh = "台账中有一处文字已损坏：“{text}”。用 `tracker doctor` 查明位置，更正办法见 docs/operations.md。"


class HistoryBroken(Refused):
    """The chain of history does not hold."""

    en = "The history does not hold at entry {seq}: {problem}."
    zh = "变更记录链在第 {seq} 条处断裂：{problem}。"


class RowDiffers(Refused):
    """A table does not hold what the history says: somebody changed it past the verbs."""

    def __init__(self, *, zone: tzinfo, **facts: object) -> None:
        """Take kind, row, field, what the history says and what the table holds; instants are told in ``zone``."""
        super().__init__(**facts)
        self.zone = zone

    def told(self, locale: str) -> str:
        """Return the sentence, field and values in the reader's words."""
        return difference_words(locale, self.facts, self.zone)


class StorageTrouble(Error):
    """The database cannot be used as it is."""


class DatabaseMissing(StorageTrouble):
    """There is no database where the configuration says."""

    en = "There is no database at {path}; run `tracker init`, or restore one with `tracker restore FILE`."
    zh = "{path} 没有数据库；请运行 `tracker init`，或用 `tracker restore 文件` 恢复。"


class DatabaseUnusable(StorageTrouble):
    """The database is there but cannot be read or written."""

    en = "The database {path} cannot be used: {problem}."
    zh = "数据库 {path} 无法使用：{problem}。"


class DatabaseBusy(StorageTrouble):
    """Another program holds the database for longer than we wait."""

    en = "The database {path} is held by another program: {problem}. Try again, or close that program."
    zh = "数据库 {path} 正被其他程序占用：{problem}。请稍后再试，或关闭占用它的程序。"


class Unwritable(StorageTrouble):
    """A file or folder beside the ledger that cannot be written."""

    en = "{path} cannot be written: {problem}. Use a folder that this user may write to."
    zh = "{path} 无法写入：{problem}。请换用当前用户可写的文件夹。"


class DatabaseGone(StorageTrouble):
    """Another file, or none, has the ledger's name while the program runs."""

    en = "The database {path} was deleted or replaced under the daemon; put it back or restore a copy, then start anew."
    zh = "数据库 {path} 在守护进程运行期间被删除或替换；请放回原文件或恢复备份，然后重新启动。"


class SchemaTooNew(StorageTrouble):
    """The database was written by a newer program."""

    en = "The database {path} belongs to a newer program (schema {found}; this one knows {known}): upgrade yinuo."
    zh = "数据库 {path} 由更新版本的程序建立（结构版本 {found}，本程序为 {known}）：请升级 yinuo。"


class SchemaTooOld(StorageTrouble):
    """The database must be upgraded before this command can use it."""

    en = "The database {path} has an older schema ({found}, needed {known}): run `tracker init` to upgrade it."
    zh = "数据库 {path} 的结构版本较旧（{found}，本程序需要 {known}）：请运行 `tracker init` 升级。"


class WrongEnvironment(StorageTrouble):
    """A copied database must not send mail for the original."""

    en = "The database belongs to environment {found}, the configuration says {wanted}: nothing is sent."
    zh = "数据库属于环境“{found}”，配置为“{wanted}”：两者一致之前不发送任何邮件。"


class CalendarFileError(Error):
    """The operator's working-day file is wrong."""

    en = "Calendar file {file}: {key}: {problem}."
    zh = "工作日历文件 {file}：{key}：{problem}。"


class DeliveryFailed(Error):
    """A message could not be handed over."""

    en = "Delivery failed: {problem}"
    zh = "投递失败：{problem}"


class DatabaseHeld(Error):
    """Another process holds the database for sending."""

    en = "Another daemon holds the database {path} ({holder}); stop it first, or let it do the work."
    zh = "另一个守护进程正占用数据库 {path}（{holder}）；请先停止它，或由它完成。"

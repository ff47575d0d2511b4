"""What can be wrong with a letter's file: each a sentence that says what to do."""

from commitments.errors import Refused


class UnreadableLetter(Refused):
    """The file is no letter that can be read as text."""

    en = "{name} cannot be read: {problem}"
    zh = "无法读取 {name}：{problem}"


class OldWord(Refused):
    """A .doc or .wps file: its form was never published whole."""

    en = "{name} is an old Word or WPS file; open it, save it as .docx and import that."
    zh = "{name} 是旧版 Word 或 WPS 文件；请打开后另存为 .docx 再导入。"


class ScannedLetter(Refused):
    """A PDF made of pictures."""

    en = "{name} is a scan without a text layer; recognise its text first (OCR), or import the page or the Word file."
    zh = "{name} 是扫描件，没有文字层；请先做文字识别（OCR），或改为导入网页、Word 文件。"


class LetterTooLarge(Refused):
    """Beyond the limits that keep reading short."""

    en = "{name} is too large: {found}, the limit is {limit}; import the letter alone."
    zh = "{name} 过大：{found}，上限为 {limit}；请只导入答复函本身。"


class ReaderMissing(Refused):
    """An optional package is needed for this kind of file."""

    en = "{name} needs the package {package}: pip install 'yinuo[letters]', or import the letter as text."
    zh = "读取 {name} 需要 {package}：pip install 'yinuo[letters]'，或改为导入纯文本。"


class NoLetter(Refused):
    """Nothing in the file reads like a letter."""

    en = "{name} holds no text; is it the right file?"
    zh = "{name} 中没有文字；文件是否正确？"

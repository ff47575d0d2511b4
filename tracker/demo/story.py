"""What happens in the demo between the letter and the end of March: a few scripted happenings, by date."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from commitments.exchange.load import load as load_file
from commitments.register import closing, extensions, progress

if TYPE_CHECKING:
    from commitments.register.context import Register
    from tracker.ops.rehearsal import Happening

FIRST, LAST = date(2019, 6, 27), date(2020, 3, 31)
LEDGER = Path(__file__).with_name("letter-1007.toml")
MZJ, OFFICE = "市民政局", "办公室"
CENTRES = "第4、第5个共建共治共享中心投入运行，5个试点全部建成。"


def load(register: "Register") -> None:
    """Enter letter 1007."""
    load_file(register, LEDGER)


def happenings(proof: Path) -> Mapping[date, Sequence["Happening"]]:
    """Return what happens on which day. ``proof`` is a file that serves as evidence."""
    shown = {"proofs": [str(proof)]}
    half = {"城市社区创建比例": 4.5, "农村社区创建比例": 6.0}
    whole = {"城市社区创建比例": 10.2, "农村社区创建比例": 15.0}
    late = "视频联网设备到货推迟，工作平台联调顺延。"
    return {
        date(2019, 8, 14): [_by(MZJ, progress.record, "2019-1007-02", "清单完成第二轮意见征集，收到意见37条。")],
        date(2019, 9, 20): [_by(MZJ, progress.record, "2019-1007-06", "项目库办法征求意见结束，送法制审核。")],
        date(2019, 10, 22): [_by(MZJ, progress.record, "2019-1007-08", "首批社区通过验收。", figures=half)],
        date(2019, 11, 5): [
            _by(MZJ, progress.record, "2019-1007-05", CENTRES, **shown),
            _by(MZJ, progress.record, "2019-1007-11", CENTRES, figures={"投入运行的中心": 5}),
        ],
        date(2019, 11, 20): [_by(MZJ, closing.report_done, "2019-1007-01", note="党员参与机制已印发。", **shown)],
        date(2019, 11, 27): [_by(OFFICE, closing.close, "2019-1007-01", "kept", note="机制已印发并在试点社区运行。")],
        date(2019, 12, 10): [_by("市委政法委", extensions.ask, "2019-1007-03", date(2020, 6, 30), late)],
        date(2019, 12, 12): [_by(OFFICE, extensions.decide, "2019-1007-03", approve=True, by="分管领导")],
        date(2019, 12, 24): [_by(MZJ, closing.report_done, "2019-1007-02", note="清单已印发。", **shown)],
        date(2019, 12, 26): [_by(MZJ, closing.report_done, "2019-1007-05", note="五个中心全部运行。", **shown)],
        date(2019, 12, 27): [
            _by(MZJ, progress.record, "2019-1007-08", "年度创建完成验收。", figures=whole),
            _by(MZJ, closing.report_done, "2019-1007-08", note="两项比例均达到年度目标。"),
            _by(MZJ, closing.report_done, "2019-1007-10", note="符合条件的重度残疾人已纳入服务。", **shown),
        ],
    }


def _by(actor: str, verb: Callable[..., object], *facts: object, **more: object) -> "Happening":
    """Return a happening: ``actor`` does ``verb``."""

    def happen(register: "Register") -> object:
        register.actor = actor
        return verb(register, *facts, **more)

    return happen

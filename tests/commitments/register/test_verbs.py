"""The verbs of the ledger, on both databases."""

import codecs
from datetime import date
from functools import partial

import pytest
from sqlalchemy import select

from commitments import evidence
from commitments.errors import (
    AlreadyExists,
    BadRef,
    BadText,
    BadValue,
    DueAndReview,
    DueBeforeLetter,
    EvidenceNeeded,
    HistoryBroken,
    LeadSupports,
    NoDeadline,
    NoRequest,
    NoSuchCommitment,
    NoSuchTarget,
    NotInFuture,
    NotLater,
    ReasonNeeded,
    UnreadableEvidence,
    WrongState,
)
from commitments.history import chain
from commitments.models import Commitment, Evidence, Extension, HistoryEntry, Target
from commitments.queries import lookup
from commitments.register import closing, editing, extensions, opening, progress
from commitments.storage import reading, writing
from tests.conftest import Scene

DUE = date(2019, 12, 31)


def row(scene: Scene, ref: str) -> Commitment:
    with reading(scene.engine) as session:
        return lookup.find(session, ref)


def test_refs_count_up_and_a_dropped_number_is_not_used_again(scene: Scene) -> None:
    refs = [scene.add(), scene.add(state="draft")]
    scene.do(lambda r: opening.drop(r, refs[1]))
    assert [*refs, scene.add()] == ["2019-1007-01", "2019-1007-02", "2019-1007-03"]


@pytest.mark.parametrize("ref", ["../x", "a/b", "a|b", "a b", ".x", "x?"])
def test_a_ref_of_ones_own_can_stand_in_an_address(scene: Scene, ref: str) -> None:
    with pytest.raises(BadRef, match="2019-1007-03"):
        scene.add(ref=ref)
    assert scene.add(ref="社区_1.a-2") == "社区_1.a-2"


def test_a_wrong_outcome_is_named_before_its_evidence_is_looked_at(scene: Scene) -> None:
    ref = scene.add()
    with pytest.raises(BadValue, match="--outcome"):
        scene.do(lambda r: closing.close(r, ref, "great", proofs=["no such file"]))


def test_what_has_no_deadline_gets_a_review_date(scene: Scene) -> None:
    assert row(scene, scene.add()).review_on == date(2019, 9, 27)
    assert row(scene, scene.add(due_on=DUE)).review_on is None


def test_a_draft_is_not_planned_until_it_is_confirmed(scene: Scene) -> None:
    ref = scene.add(state="draft")
    assert row(scene, ref).next_action_on is None
    scene.do(lambda r: opening.confirm(r, ref))
    assert (row(scene, ref).state, row(scene, ref).next_action_on) == ("open", date(2019, 6, 27))


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"due_on": date(2019, 6, 25)}, DueBeforeLetter),
        ({"due_on": DUE, "review_on": DUE}, DueAndReview),
        ({"support": ("市民政局",)}, LeadSupports),
    ],
)
def test_what_cannot_be_entered(scene: Scene, fields: dict[str, object], error: type[Exception]) -> None:
    with pytest.raises(error):
        scene.add(**fields)  # type: ignore[arg-type]
    with reading(scene.engine) as session:
        assert session.scalars(select(Commitment)).all() == []
        assert session.scalars(select(HistoryEntry)).all() == []


def test_progress_moves_figures_and_the_review_date(scene: Scene) -> None:
    ref = scene.add(targets=[Target(what="创建比例", unit="%", goal=10)])
    scene.day("2019-08-01")
    scene.do(lambda r: progress.record(r, ref, "首批验收", figures={"创建比例": 4.5}, on=date(2019, 7, 30)))
    assert row(scene, ref).review_on == date(2019, 10, 30)
    with pytest.raises(NoSuchTarget, match="Did you mean 创建比例"):
        scene.do(lambda r: progress.record(r, ref, "x", figures={"创建比列": 4.5}))
    with pytest.raises(NotInFuture):
        scene.do(lambda r: progress.record(r, ref, "x", on=date(2019, 8, 2)))


def test_an_extension_waits_for_approval_and_keeps_the_first_date(scene: Scene) -> None:
    ref, later = scene.add(due_on=DUE, due_basis="derived"), date(2020, 3, 31)
    scene.do(lambda r: extensions.ask(r, ref, later, "设备推迟"))
    assert row(scene, ref).due_on == DUE
    scene.do(lambda r: extensions.decide(r, ref, approve=True, by="分管领导"))
    moved = row(scene, ref)
    assert (moved.due_on, moved.first_due_on, moved.due_basis) == (later, DUE, "set")
    with pytest.raises(NoRequest):
        scene.do(lambda r: extensions.decide(r, ref, approve=True, by="分管领导"))


def test_a_refused_extension_leaves_the_date(scene: Scene) -> None:
    ref = scene.add(due_on=DUE)
    scene.do(lambda r: extensions.ask(r, ref, date(2020, 3, 31), "设备推迟"))
    scene.do(lambda r: extensions.decide(r, ref, approve=False, by="分管领导"))
    assert row(scene, ref).due_on == DUE
    with reading(scene.engine) as session:
        assert session.scalars(select(Extension.state)).all() == ["refused"]


def test_an_extension_needs_a_reason_and_a_later_date(scene: Scene) -> None:
    ref, undated = scene.add(due_on=DUE), scene.add()
    with pytest.raises(ReasonNeeded):
        scene.do(lambda r: extensions.ask(r, ref, date(2020, 3, 31), " "))
    with pytest.raises(NotLater):
        scene.do(lambda r: extensions.ask(r, ref, DUE, "x"))
    with pytest.raises(NoDeadline):
        scene.do(lambda r: extensions.ask(r, undated, DUE, "x"))


def test_kept_needs_evidence_or_a_waiver(scene: Scene) -> None:
    ref = scene.add(due_on=DUE)
    proof = scene.folder / "验收.txt"
    proof.write_text("现场查验")
    scene.do(lambda r: progress.record(r, ref, "有进展", proofs=[str(proof)]))
    with pytest.raises(EvidenceNeeded):
        scene.do(lambda r: closing.close(r, ref, "kept"))
    assert row(scene, ref).state == "open"
    scene.do(lambda r: closing.close(r, ref, "kept", waiver="领导现场认可"))
    assert (row(scene, ref).state, row(scene, ref).outcome) == ("closed", "kept")


def test_evidence_handed_in_with_the_report_is_enough_until_it_is_sent_back(scene: Scene) -> None:
    ref = scene.add(due_on=DUE)
    scene.do(lambda r: closing.report_done(r, ref, proofs=["https://mzj.gz.example/a"]))
    scene.now = scene.at(2019, 6, 28, 9)
    scene.do(lambda r: closing.reopen(r, ref, "材料不全"))
    with pytest.raises(EvidenceNeeded):
        scene.do(lambda r: closing.close(r, ref, "kept"))
    scene.do(lambda r: closing.close(r, ref, "not_kept"))
    with pytest.raises(WrongState):
        scene.do(lambda r: closing.close(r, ref, "not_kept"))


def test_evidence_is_kept_under_its_hash_and_unreadable_evidence_changes_nothing(scene: Scene) -> None:
    ref = scene.add(due_on=DUE)
    proof = scene.folder / ("附" * 60 + ".txt")
    proof.write_bytes(b"abc")
    scene.do(lambda r: progress.record(r, ref, "a", proofs=[str(proof), str(proof)]))
    assert [path.name for path in (scene.folder / "evidence").iterdir()] == [
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    ]
    hash_like = "https://mzj.gz.example/x sha256:ba78"  # the history would take it for a file's name
    for source in (
        "/no/such/file",
        "ftp://mzj.gz.example/x",
        "https://",
        "https://a.example/\nb",
        hash_like,
        "http://[",
    ):
        with pytest.raises(UnreadableEvidence):
            scene.do(lambda r, source=source: progress.record(r, ref, "b", proofs=[source]))
    with reading(scene.engine) as session:
        assert len(session.scalars(select(Evidence)).all()) == 2


BLANK = [
    b"", b" \n\t\r\n", codecs.BOM_UTF8, codecs.BOM_UTF8 + b" \n", codecs.BOM_UTF16_LE, " \r\n".encode("utf-16"),
    codecs.BOM_UTF16_BE + "\u3000\n".encode("utf-16-be"), codecs.BOM_UTF32_LE + b" \0\0\0",
    "\u3000\u200b\ufeff\xa0\u2028".encode(), b"\0" * 4096, " ".encode("utf-16-le"), "\u3000\n".encode("gb18030"),
]  # fmt: skip
SHOWN = [
    b"1", b"\xff", codecs.BOM_UTF8 + "办".encode(), "办".encode("utf-16"), codecs.BOM_UTF16_BE + b"\0a", b"\x89PNG\r\n",
    "办".encode("gb18030"), codecs.BOM_UTF16_LE + b"\0", b"\xef\xbb",
]  # fmt: skip


@pytest.mark.parametrize("data", BLANK)
def test_a_file_that_shows_nothing_is_no_evidence(quick: Scene, data: bytes) -> None:
    ref = quick.add(due_on=DUE)
    blank = quick.folder / "空.txt"
    blank.write_bytes(data)
    for given in (str(blank), evidence.Upload("空.txt", data)):
        verbs = (
            lambda r, proofs: progress.record(r, ref, "a", proofs=proofs),
            lambda r, proofs: closing.report_done(r, ref, proofs=proofs),
            lambda r, proofs: closing.close(r, ref, "kept", proofs=proofs),
        )
        for verb in verbs:
            with pytest.raises(UnreadableEvidence, match="holds blanks only") as refused:
                quick.do(lambda r, verb=verb, given=given: verb(r, [given]))
            assert refused.value.message("zh-Hans").endswith("空.txt 未收入：文件是空的，或者只有空白。")
    assert not (quick.folder / "evidence").exists()
    assert (row(quick, ref).state, row(quick, ref).outcome) == ("open", None)


@pytest.mark.parametrize("data", SHOWN)
def test_a_file_that_shows_something_is_evidence(quick: Scene, data: bytes) -> None:
    assert not evidence.is_blank(data)


VERBS = {
    "drop": opening.drop,
    "edit": lambda r, ref, why: editing.edit(r, ref, why, title="更正"),
    "extend": lambda r, ref, why: extensions.ask(r, ref, date(2020, 3, 31), why),
    "report-done": lambda r, ref, why: closing.report_done(r, ref, note=why),
    "close": lambda r, ref, why: closing.close(r, ref, "not_kept", note=why),
    "waive": lambda r, ref, why: closing.close(r, ref, "kept", note="已查验", waiver=why),
    "reopen": closing.reopen,
}


@pytest.mark.parametrize("why", ["长" * 20_001, "a\x1b[31m", "\x00"])
@pytest.mark.parametrize("verb", VERBS)
def test_the_history_takes_no_words_that_could_not_be_shown(quick: Scene, verb: str, why: str) -> None:
    ref = quick.add(due_on=DUE, state="draft" if verb == "drop" else "open")
    if verb == "reopen":
        quick.do(lambda r: closing.close(r, ref, "not_kept"))
    with pytest.raises(BadText):
        quick.do(lambda r: VERBS[verb](r, ref, why))
    quick.do(lambda r: VERBS[verb](r, ref, "长" * 20_000))


def test_evidence_that_was_lost_or_altered_is_whole_when_it_is_handed_in_again(scene: Scene) -> None:
    folder, proof = scene.folder / "evidence", evidence.Upload("验收.txt", "现场查验".encode())
    kept = folder / str(evidence.take(folder, proof).sha256)
    for harm in (kept.unlink, partial(kept.write_bytes, b"x"), lambda: kept.replace(folder / "y")):
        harm()
        evidence.take(folder, proof)
        assert evidence.fault(folder, kept.name) == ""


def test_closing_can_open_the_following_years_commitment_once(scene: Scene) -> None:
    ref = scene.add(due_on=DUE, ordinal="九", section="二", targets=[Target(what="创建比例", unit="%", goal=10)])
    scene.do(lambda r: closing.close(r, ref, "kept", waiver="已查验", next_due=date(2020, 12, 31)))
    following = row(scene, "2019-1007-02")
    assert (following.due_on, following.ordinal, following.state) == (date(2020, 12, 31), "九（2020年）", "open")
    scene.do(lambda r: closing.reopen(r, ref, "重新核查"))
    with pytest.raises(AlreadyExists):
        scene.do(lambda r: closing.close(r, ref, "kept", waiver="已查验", next_due=date(2020, 12, 31)))


def test_a_wrong_ref_suggests_near_ones(scene: Scene) -> None:
    scene.add()
    with pytest.raises(NoSuchCommitment, match="Did you mean 2019-1007-01"):
        row(scene, "2019-1007-1")


def test_every_verb_is_in_the_history_and_the_chain_holds(scene: Scene) -> None:
    ref = scene.add(due_on=DUE)
    scene.do(lambda r: editing.edit(r, ref, "更名", title="新名"), actor="张三")
    scene.do(lambda r: closing.report_done(r, ref))
    scene.do(lambda r: closing.reopen(r, ref, "材料不全"))
    with reading(scene.engine) as session:
        entries = session.scalars(select(HistoryEntry).order_by(HistoryEntry.seq)).all()
        assert [entry.action for entry in entries] == ["add", "edit", "report_done", "reopen"]
        assert entries[1].changes == {"title": ["村居事项清单", "新名"]}
        assert entries[1].actor == "张三"
        assert chain.verify(session).seq == 4


@pytest.mark.parametrize(
    ("tamper", "named"),
    [
        ("UPDATE history SET reason = 'y' WHERE seq = 1", "entry 1: it was altered"),
        ("DELETE FROM history WHERE seq = 1", "entry 2: entry 1 is missing"),
    ],
)
def test_a_tampered_history_is_found(scene: Scene, tamper: str, named: str) -> None:
    ref = scene.add(due_on=DUE)
    scene.do(lambda r: closing.report_done(r, ref))
    with scene.engine.begin() as connection:
        connection.exec_driver_sql(tamper)
    with reading(scene.engine) as session, pytest.raises(HistoryBroken, match=named):
        chain.verify(session)


def test_a_chain_computed_anew_fails_against_an_anchor(scene: Scene) -> None:
    ref = scene.add(due_on=DUE)
    with reading(scene.engine) as session:
        anchor = chain.head(session)
    with writing(scene.engine) as session:
        entry = session.get_one(HistoryEntry, 1)
        entry.actor = "别人"
        entry.hash = chain._digest(entry)
    scene.do(lambda r: closing.report_done(r, ref))
    with reading(scene.engine) as session, pytest.raises(HistoryBroken, match=r"altered|does not follow|anchor"):
        chain.verify(session, anchor)


def test_two_hands_on_one_commitment_cannot_overwrite_each_other(scene: Scene) -> None:
    ref = scene.add(due_on=DUE)
    before = row(scene, ref).version
    scene.do(lambda r: editing.edit(r, ref, "更名", title="甲"))
    assert row(scene, ref).version > before

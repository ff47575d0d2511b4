"""The chain of the history where parts of a transaction are taken back."""

from datetime import UTC, datetime

from sqlalchemy import Engine

from commitments.history import chain
from commitments.storage import reading, writing

NOW = datetime(2019, 7, 1, tzinfo=UTC)


def test_a_part_that_is_taken_back_leaves_no_gap(engine: Engine) -> None:
    with writing(engine) as session:
        for n in range(6):
            chain.append(session, at=NOW, actor="t", action="add", subject=f"kept {n}")
            part = session.begin_nested()
            for _ in range(2):
                chain.append(session, at=NOW, actor="t", action="add", subject="taken back")
            session.flush()
            part.rollback()
    with reading(engine) as session:
        assert chain.verify(session).seq == 6

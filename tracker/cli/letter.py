"""The register of reply letters: add, edit, list, show."""

from typing import TYPE_CHECKING, Annotated

import typer

from commitments import i18n
from commitments.errors import NotFound
from commitments.i18n import table, word
from tracker.cli.base import ActorOption, CsvOption, JsonOption, ReasonOption, UsageError, YesOption, command
from tracker.cli.dates import read_day
from tracker.cli.output import clean, print_csv, print_facts, print_json, print_table, say

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

group = typer.Typer(no_args_is_help=True, help="答复函登记 · The register of reply letters.", rich_markup_mode=None)
COLUMNS = (
    "document_number", "proposal_number", "proposal_title", "session", "proposing_unit", "replying_unit", "signed_on",
    "published_on", "class_mark", "contact", "commitments", "closed", "co_units", "name",
)  # fmt: skip
NOT_IN_TABLE = ("session", "replying_unit", "published_on", "class_mark", "contact", "co_units", "name")
DOCUMENT_NUMBER = typer.Option("--document-number", help="文号，如 穗民案〔2019〕89号 · Document number.")
PROPOSAL_NUMBER = typer.Option("--proposal-number", help="提案号 · Proposal number.")
PROPOSING_UNIT = typer.Option("--proposing-unit", help="提案单位 · Who proposed; a department.")
SIGNED_ON = typer.Option("--signed-on", help="落款日期 · Date of the letter.")
PROPOSAL_TITLE = typer.Option("--proposal-title", help="案由 · Title of the proposal.")
SESSION = typer.Option("--session", help="届次 · Session of the proposal.")
PUBLISHED_ON = typer.Option("--published-on", help="公开日期 · When it was published.")
CLASS_MARK = typer.Option("--class-mark", help="办理结果分类 A/B/C/D · Class mark; a label only.")
CONTACT = typer.Option("--contact", help="函中联系人，不外发 · Never in outward mail.")
NONE = {"commitments": 0, "closed": 0}


class UnitMissing(UsageError):
    """Neither the command nor the configuration says who answers."""


@group.command()
def add(
    ctx: typer.Context,
    document_number: Annotated[str, DOCUMENT_NUMBER] = "",
    proposal_number: Annotated[str, PROPOSAL_NUMBER] = "",
    proposing_unit: Annotated[str, PROPOSING_UNIT] = "",
    signed_on: Annotated[str, SIGNED_ON] = "",
    replying_unit: Annotated[
        str, typer.Option("--replying-unit", help="答复单位，默认本单位 · Who answers; the organisation by default.")
    ] = "",
    proposal_title: Annotated[str, PROPOSAL_TITLE] = "",
    session: Annotated[str, SESSION] = "",
    published_on: Annotated[str, PUBLISHED_ON] = "",
    class_mark: Annotated[str, CLASS_MARK] = "",
    contact: Annotated[str, CONTACT] = "",
    reason: ReasonOption = "",
    yes: YesOption = False,
    actor: ActorOption = "",
) -> None:
    """登记答复函；函中没有的可以不写 · Enter a reply letter; what it does not say may be left out.

    $ tracker letter add --document-number 穗民案〔2019〕90号 --proposal-number 1008 --proposing-unit 市台联 --signed-on 2019-06-28
    """  # noqa: E501 - an example stands on one line
    from commitments.queries.lookup import find_department
    from commitments.register.letters import add_letter

    shared = command(ctx)
    app = shared.acting(actor)
    signed = read_day(signed_on, app, shared.locale, past=True, yes=yes) if signed_on else None
    published = read_day(published_on, app, shared.locale, past=True, yes=yes) if published_on else None
    replying_unit = replying_unit or app.unit
    if not replying_unit:
        raise UnitMissing
    with app.register() as register:
        letter = add_letter(
            register,
            document_number=document_number,
            proposal_number=proposal_number,
            proposal_title=proposal_title,
            session=session,
            proposing_unit=find_department(register.session, proposing_unit) if proposing_unit else None,
            replying_unit=find_department(register.session, replying_unit),
            signed_on=signed,
            published_on=published,
            class_mark=class_mark,
            contact=contact,
            reason=reason,
        )
    print(letter.name)


@group.command()
def edit(
    ctx: typer.Context,
    number: Annotated[str, typer.Argument(help="文号、名称或提案号 · Document number, name or proposal number.")],
    document_number: Annotated[str | None, DOCUMENT_NUMBER] = None,
    proposal_number: Annotated[str | None, PROPOSAL_NUMBER] = None,
    proposing_unit: Annotated[str | None, PROPOSING_UNIT] = None,
    replying_unit: Annotated[str | None, typer.Option("--replying-unit", help="答复单位 · Who answers.")] = None,
    signed_on: Annotated[str | None, SIGNED_ON] = None,
    proposal_title: Annotated[str | None, PROPOSAL_TITLE] = None,
    session: Annotated[str | None, SESSION] = None,
    published_on: Annotated[str | None, PUBLISHED_ON] = None,
    class_mark: Annotated[str | None, CLASS_MARK] = None,
    contact: Annotated[str | None, CONTACT] = None,
    reason: ReasonOption = "",
    yes: YesOption = False,
    actor: ActorOption = "",
) -> None:
    """补充或更正答复函的登记内容；补上落款日期后，缺年份的期限随之推算 · Correct a letter, or add what it does not say.

    $ tracker letter edit 1007 --class-mark A --reason 补录分类
    """
    from commitments.queries.lookup import find_department, find_letter
    from commitments.register.letter_import import correct_letter

    shared = command(ctx)
    app = shared.acting(actor)
    given = {
        "document_number": document_number, "proposal_number": proposal_number, "proposal_title": proposal_title,
        "session": session, "class_mark": class_mark, "contact": contact,
    }  # fmt: skip
    new: dict[str, object] = {field: value for field, value in given.items() if value is not None}
    for field, day in (("signed_on", signed_on), ("published_on", published_on)):
        if day is not None:
            new[field] = read_day(day, app, shared.locale, past=True, yes=yes) if day else None
    with app.register() as register:
        for field, unit in (("proposing_unit", proposing_unit), ("replying_unit", replying_unit)):
            if unit is not None:
                new[field] = find_department(register.session, unit) if unit else None
        letter, dated = correct_letter(register, find_letter(register.session, number), reason, new)
    print(letter.name)
    for ref in dated:
        say(i18n.say(shared.locale, "cli.letter.dated", ref=ref))


@group.command("list")
def list_(ctx: typer.Context, json: JsonOption = False, csv: CsvOption = False) -> None:
    """列出答复函 · List the letters with the number of their commitments.

    $ tracker letter list
    $ tracker letter list --json
    """
    from sqlalchemy import select

    from commitments.exchange.fields import LETTER, stated
    from commitments.models import Letter

    shared = command(ctx)
    with shared.app.reading() as session:
        counts = _counts(session)
        letters = session.scalars(select(Letter).order_by(Letter.signed_on, Letter.name))
        rows = [stated(each, LETTER) | counts.get(each.id, NONE) for each in letters]
    if json:
        print_json({"letters": rows})
    elif csv:
        print_csv(COLUMNS, rows)
    else:
        names = table(shared.locale, "cli.letter.column")
        shown = [{**row, "document_number": row["name"]} for row in rows]  # what it is called without one
        print_table({field: names[field] for field in COLUMNS if field not in NOT_IN_TABLE}, shown, shared.locale)


def _counts(session: "Session") -> dict[int, dict[str, int]]:
    """Return how many commitments each letter has, and how many of them are closed."""
    from sqlalchemy import func, select

    from commitments.models import Commitment

    closed = func.count().filter(Commitment.state == "closed")
    query = select(Commitment.letter_id, func.count(), closed).group_by(Commitment.letter_id)
    return {letter: {"commitments": every, "closed": done} for letter, every, done in session.execute(query)}


@group.command()
def show(
    ctx: typer.Context,
    number: Annotated[str, typer.Argument(help="文号或提案号 · Document or proposal number.")],
    source: Annotated[
        bool, typer.Option("--source", help="原文，标出各条承诺 · Its text, each pledge marked.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """查看答复函及其承诺事项 · Show a letter and its commitments.

    $ tracker letter show 1007
    """
    if source:
        _show_source(ctx, number)
        return
    from commitments.exchange.fields import LETTER, stated
    from commitments.queries import listing, lookup
    from tracker.cli.listing import Statuses, due_words
    from tracker.cli.listing import facts as row_facts

    shared = command(ctx)
    with shared.app.reading() as session:
        letter = lookup.find_letter(session, number)
        facts, wanted = stated(letter, LETTER), listing.Filter(letter=letter.id)
        rows = listing.page(session.connection(), wanted, size=listing.count(session.connection(), wanted))
    statuses = Statuses(shared.app)
    items = [row_facts(row, statuses) for row in rows]
    if json:
        print_json({"letter": {**facts, "commitments": items}})
        return
    names = table(shared.locale, "cli.letter.column")
    known = {field: value for field, value in facts.items() if field != "name" or value != facts["document_number"]}
    print_facts({names[field]: value for field, value in known.items() if value})
    for row, item in zip(rows, items, strict=True):
        provisional = bool(item["due_provisional"])
        item["day"] = due_words(row.due_on, row.review_on, shared.locale, provisional=provisional)
        item["state"] = word(shared.locale, "state", row.state)
    print_table(table(shared.locale, "cli.letter.item"), items, shared.locale)


def _show_source(ctx: typer.Context, number: str) -> None:
    """Print the text a letter was read from, with the ref before each commitment's words."""
    from commitments.models import Source
    from commitments.queries import lookup

    with command(ctx).app.reading() as session:
        source = session.get(Source, lookup.find_letter(session, number).id)
        if source is None:
            raise NoSource(number=number)
        text, done = "", 0
        for ref, place in sorted(source.places.items(), key=lambda each: each[1]["start"]):
            start = max(done, place["start"])
            text += f"{source.text[done:start]}【{ref} {source.text[start : place['end']]}】"
            done = max(start, place["end"])
        lines = (text + source.text[done:]).split("\n")
    print("\n".join(map(clean, lines)))


class NoSource(NotFound):
    """The letter was typed in, not read from a file."""

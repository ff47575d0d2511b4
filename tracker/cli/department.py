"""The register of departments: add, list, edit, revoke-links."""

from typing import Annotated

import typer

from commitments.i18n import table
from tracker.cli.base import ActorOption, CsvOption, JsonOption, ReasonOption, command
from tracker.cli.output import print_csv, print_json, print_table

group = typer.Typer(no_args_is_help=True, help="部门登记 · The register of departments.", rich_markup_mode=None)
Name = Annotated[str, typer.Argument(help="部门名称 · The department's name.")]
Mailbox = typer.Option("--mailbox", help="邮箱，宜用公用邮箱 · Mailbox, best a shared one.")
Escalation = typer.Option("--escalation", help="督办邮箱 · Mailbox for escalations.")
Locale = typer.Option("--locale", help="邮件语言 · Language of its mail: zh-Hans | zh-Hant | en")


@group.command()
def add(
    ctx: typer.Context,
    name: Name,
    mailbox: Annotated[str, Mailbox] = "",
    escalation: Annotated[str, Escalation] = "",
    locale: Annotated[str, Locale] = "zh-Hans",
    short_name: Annotated[list[str] | None, typer.Option("--short-name", help="简称，可重复 · Repeatable.")] = None,
    reason: ReasonOption = "",
    actor: ActorOption = "",
) -> None:
    """登记部门 · Enter a department.

    $ tracker department add 市教育局 --mailbox jyj@gz.example --short-name 教育局
    """
    from commitments.register.departments import add_department

    with command(ctx).acting(actor).register() as register:
        department = add_department(
            register,
            name,
            mailbox=mailbox,
            escalation=escalation,
            locale=locale,
            short_names=short_name or (),
            reason=reason,
        )
    print(department.name)


@group.command("list")
def list_(ctx: typer.Context, json: JsonOption = False, csv: CsvOption = False) -> None:
    """列出部门 · List the departments.

    $ tracker department list
    $ tracker department list --csv
    """
    from sqlalchemy import select

    from commitments.exchange.fields import DEPARTMENT, stated
    from commitments.models import Department

    shared = command(ctx)
    with shared.app.reading() as session:
        rows = [stated(each, DEPARTMENT) for each in session.scalars(select(Department).order_by(Department.id))]
    if json:
        print_json({"departments": rows})
    elif csv:
        print_csv(tuple(DEPARTMENT), rows)
    else:
        print_table(table(shared.locale, "cli.department.column"), rows, shared.locale)


@group.command()
def edit(
    ctx: typer.Context,
    name: Name,
    mailbox: Annotated[str | None, Mailbox] = None,
    escalation: Annotated[str | None, Escalation] = None,
    locale: Annotated[str | None, Locale] = None,
    short_name: Annotated[
        list[str] | None, typer.Option("--short-name", help="简称，可重复；“-”表示没有 · Repeatable; '-' for none.")
    ] = None,
    reason: ReasonOption = "",
    actor: ActorOption = "",
) -> None:
    """更正部门的邮箱、语言、简称 · Correct a department's mailboxes, language, short names; "" empties a mailbox.

    $ tracker department edit 市民政局 --mailbox bgs@gz.example
    """
    from commitments.register.departments import edit_department

    fields: dict[str, object] = {"mailbox": mailbox, "escalation": escalation, "locale": locale}
    if short_name is not None:
        fields["short_names"] = [each for each in short_name if each != "-"]
    new = {field: value for field, value in fields.items() if value is not None}
    with command(ctx).acting(actor).register() as register:
        department = edit_department(register, name, reason, **new)
    print(department.name)


@group.command("revoke-links")
def revoke_links(ctx: typer.Context, name: Name, reason: ReasonOption = "", actor: ActorOption = "") -> None:
    """使该部门此前收到的链接全部作废 · Make every link a department was given so far void.

    $ tracker department revoke-links 市民政局 --reason 邮件误转
    """
    from commitments.register.departments import revoke_links as revoke

    with command(ctx).acting(actor).register() as register:
        department = revoke(register, name, reason)
    print(department.name)

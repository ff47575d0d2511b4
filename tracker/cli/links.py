"""Links are keys: showing a fresh one, making given ones void, a new key to sign with."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from commitments.errors import sentence
from commitments.i18n import word
from tracker.cli.base import ActorOption, JsonOption, ReasonOption, UsageError, command
from tracker.cli.output import print_json

if TYPE_CHECKING:
    from notifications.fresh_links import Given
    from notifications.links import Links
    from tracker.app import App

group = typer.Typer(no_args_is_help=True, help="页面链接 · Links to the pages; a link is a key.", rich_markup_mode=None)
Name = Annotated[str, typer.Argument(help="部门名称 · The department's name.")]
Coordinator = Annotated[bool, typer.Option("--desk", help="总览页面的链接 · The coordinator's links.")]


@group.command()
def show(ctx: typer.Context, name: Name = "", coordinator: Coordinator = False, json: JsonOption = False) -> None:
    """显示新的链接：部门的办理页面和日历，或者总览页面 · Print fresh links of a department, or to the overview.

    $ tracker links show --desk
    $ tracker links show 市民政局
    """
    from notifications import fresh_links

    _check(name, coordinator=coordinator)
    shared = command(ctx)
    links, today = _links(shared.app), shared.app.today
    with shared.app.reading() as session:
        given = (
            [fresh_links.of_desk(session, links, today)]
            if coordinator
            else fresh_links.of_department(session, links, name, today)
        )
    if json:
        print_json({"links": [asdict(each) for each in given]})
    else:
        print_links(given, shared.locale)


@group.command()
def revoke(
    ctx: typer.Context,
    name: Name = "",
    coordinator: Coordinator = False,
    reason: ReasonOption = "",
    actor: ActorOption = "",
) -> None:
    """作废已发出的链接；此后的邮件带新链接 · Make given links void; later mails bring new ones.

    $ tracker links revoke 市民政局 --reason 链接外传
    $ tracker links revoke --desk
    """
    from commitments.register.departments import revoke_links
    from tracker.ops.link_revocation import COORDINATOR, revoke_coordinator

    _check(name, coordinator=coordinator)
    with command(ctx).acting(actor).register() as register:
        if coordinator:
            revoke_coordinator(register, reason)
        done = COORDINATOR if coordinator else revoke_links(register, name, reason).name
    print(done)


@group.command()
def rotate(ctx: typer.Context, reason: ReasonOption = "", actor: ActorOption = "") -> None:
    """更换签名密钥，保留上一个 · Sign with a new key; the one before is still accepted.

    $ tracker links rotate
    """
    from tracker.ops import link_keys

    shared = command(ctx)
    app = shared.acting(actor)
    _check_paged(app)
    with app.register() as register:
        register.note(link_keys.ROTATED, str(app.config.web.keys_file), reason)
        kept = link_keys.rotate(app.config.keys_file)[1:]
    shared.tell("cli.links.kept" if kept else "cli.links.alone")


def _check(name: str, *, coordinator: bool) -> None:
    if bool(name) == coordinator:
        raise UsageError(problem=sentence("cli.links.which"))


def _links(app: "App") -> "Links":
    """Return what makes links. Raises ConfigError where there are none, KeysGone where nothing can sign them."""
    _check_paged(app)
    links = app.links
    assert links is not None  # noqa: S101 - there is an address
    return links


def _check_paged(app: "App") -> None:
    from tracker.config import ConfigError

    if not app.config.web.base_url:
        raise ConfigError([sentence("cli.links.no_pages")])


def print_links(given: "list[Given]", locale: str) -> None:
    """Print links with what each opens."""
    for each in given:
        print(f"{word(locale, 'cli.links', each.purpose)} {each.about}".strip())
        print(each.url)

"""Links are keys: showing a fresh one, making given ones void, a new key to sign with."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.base import ActorOption, JsonOption, ReasonOption, UsageError, command
from tracker.cli.output import print_json, say

if TYPE_CHECKING:
    from notifications.access import Given
    from notifications.links import Links
    from tracker.app import App

group = typer.Typer(no_args_is_help=True, help="页面链接 · Links to the pages; a link is a key.", rich_markup_mode=None)
PAGES = {
    "zh": {"owner": "办理页面", "unit": "评价页面", "feed": "日历订阅", "desk": "总览页面"},
    "en": {"owner": "page of", "unit": "report of", "feed": "calendar", "desk": "overview"},
}
ROTATED = {  # with an earlier key that is kept, and without
    "zh-Hans": (
        "已启用新密钥；上一个密钥签的链接仍可打开，更早的已作废。",
        "已启用新密钥；此前发出的链接都打不开了，此后的邮件带新链接。",
    ),
    "zh-Hant": (
        "已啓用新密鑰；上一個密鑰簽的鏈接仍可打開，更早的已作廢。",
        "已啓用新密鑰；此前發出的鏈接都打不開了，此後的郵件帶新鏈接。",
    ),
    "en": (
        "A new key signs; links of the one before still open, those of earlier ones do not.",
        "A new key signs; links given out before open nothing any more, later mails bring new ones.",
    ),
}
Name = Annotated[str, typer.Argument(help="部门名称 · The department's name.")]
Desk = Annotated[bool, typer.Option("--desk", help="总览页面的链接 · The coordinator's links.")]


@group.command()
def show(ctx: typer.Context, name: Name = "", desk: Desk = False, json: JsonOption = False) -> None:
    """显示新的链接：部门的办理页面和日历，或者总览页面 · Print fresh links of a department, or to the overview.

    $ tracker links show --desk
    $ tracker links show 市民政局
    """
    from notifications import access  # noqa: PLC0415

    _check(name, desk=desk)
    shared = command(ctx)
    links, today = _links(shared.app), shared.app.today
    with shared.app.reading() as session:
        given = [access.of_desk(session, links, today)] if desk else access.of_department(session, links, name, today)
    if json:
        print_json({"links": [asdict(each) for each in given]})
    else:
        tell(given, shared.locale)


@group.command()
def revoke(
    ctx: typer.Context, name: Name = "", desk: Desk = False, reason: ReasonOption = "", actor: ActorOption = ""
) -> None:
    """作废已发出的链接；此后的邮件带新链接 · Make given links void; later mails bring new ones.

    $ tracker links revoke 市民政局 --reason 链接外传
    $ tracker links revoke --desk
    """
    from commitments.register.departments import revoke_links  # noqa: PLC0415
    from tracker.ops.link_revocation import DESK, revoke_desk  # noqa: PLC0415

    _check(name, desk=desk)
    with command(ctx).acting(actor).register() as keeper:
        if desk:
            revoke_desk(keeper, reason)
        done = DESK if desk else revoke_links(keeper, name, reason).name
    print(done)


@group.command()
def rotate(ctx: typer.Context, reason: ReasonOption = "", actor: ActorOption = "") -> None:
    """更换签名密钥，保留上一个 · Sign with a new key; the one before is still accepted.

    $ tracker links rotate
    """
    from tracker.ops import link_keys  # noqa: PLC0415

    shared = command(ctx)
    app = shared.acting(actor)
    _check_paged(app)
    with app.register() as keeper:
        keeper.note(link_keys.ROTATED, str(app.config.web.keys_file), reason)
        kept = link_keys.rotate(app.config.keys_file)[1:]
    say(ROTATED[shared.locale][0 if kept else 1])


def _check(name: str, *, desk: bool) -> None:
    if bool(name) == desk:
        raise UsageError(problem="Name a department, or give --desk.")


def _links(app: "App") -> "Links":
    """Return what makes links. Raises ConfigError where there are none, KeysGone where nothing can sign them."""
    _check_paged(app)
    links = app.links
    assert links is not None  # noqa: S101 - there is an address
    return links


def _check_paged(app: "App") -> None:
    from tracker.config import ConfigError  # noqa: PLC0415

    if not app.config.web.base_url:
        raise ConfigError(["web.base_url is empty, so there are no links: set it in [web] first."])


def tell(given: "list[Given]", locale: str) -> None:
    """Print links with what each opens."""
    words = PAGES["zh" if locale.startswith("zh") else "en"]
    for each in given:
        print(f"{words[each.purpose]} {each.about}".strip())
        print(each.url)

"""Mail: is the carrier all right."""

from typing import Annotated

import typer

from tracker.cli.base import UsageError, command

group = typer.Typer(no_args_is_help=True, help="邮件通道 · The mail channel.", rich_markup_mode=None)


@group.callback()
def about() -> None:
    """邮件通道 · The mail channel."""


@group.command()
def test(ctx: typer.Context, address: Annotated[str, typer.Argument(help="收件地址 · Who gets it.")]) -> None:
    """立即发一封测试邮件，显示服务器答复 · Send a test message now; print the relay's answer.

    $ tracker mail test office@yinuo.example
    """
    import secrets

    from commitments import addresses
    from commitments.errors import BadMailbox, DeliveryFailed
    from notifications.channels import ChannelDown, OutgoingMessage
    from notifications.mail.mime import Envelope, UnsafeMessageError, mime
    from notifications.mail.render import Rendered
    from notifications.remarks import worded

    if why := addresses.problem(address):
        raise BadMailbox(what="mailbox", value=address, why=why)
    shared = command(ctx)
    app = shared.app
    context = app.context()
    domain = addresses.domain(context.sender)
    envelope = Envelope(
        sender=context.sender, sender_name=context.name, to=address, reply_to=context.reply_to,
        message_id=f"<test.{secrets.token_hex(12)}@{domain}>", date=app.clock(), list_id=f"yinuo.{domain}",
        locale=context.language,
    )  # fmt: skip
    chinese = f"{context.name}：一诺测试邮件，收到即说明邮件通道正常。"
    words = f"{chinese}\nA test message of Yinuo: the mail channel works.\n"
    try:
        data = mime(Rendered("【测试】一诺邮件通道 · Yinuo test", words, f"<p>{words}</p>"), envelope)
    except UnsafeMessageError as wrong:
        raise UsageError(problem=wrong) from wrong
    try:
        connection = context.channel.open()
    except ChannelDown as down:
        raise DeliveryFailed(problem=worded(down.why)) from down
    outcome = connection.send(OutgoingMessage(envelope.message_id, "test", context.sender, address, data))
    connection.close()
    if outcome.kind != "ok":
        raise DeliveryFailed(problem=worded(outcome.answer))
    print(worded(outcome.answer).message(shared.locale))
    if context.channel.name == "folder":
        shared.tell("cli.mail.folder", folder=app.config.mail_folder)

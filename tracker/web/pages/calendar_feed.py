"""A department's calendar, for programs that subscribe to it: the secret address is the key."""

from flask import Blueprint, Response

from notifications.links import FEED
from notifications.mail import calendar_events, ics
from tracker.web.site import Site


def pages(site: Site) -> Blueprint:
    """Return the address ``/f/TOKEN.ics``."""
    part = Blueprint("feed", __name__)

    @part.get("/f/<token>.ics")
    def feed(token: str) -> Response:
        """Return the dates of a department's live commitments."""
        holder, app = site.link_holder(FEED, token), site.app
        rules = calendar_events.Rules(ladder=app.ladder, workdays=app.workdays, locale=holder.locale)
        with app.reading() as session:
            events = calendar_events.department_events(session, holder.department_id, rules)
        return Response(ics.calendar(events, name=holder.name), content_type=ics.MEDIA_TYPE)

    return part

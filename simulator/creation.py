"""How accounts, people, chats, messages and files come to be, with the ids each provider gives them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from simulator import identifiers as ids
from simulator import media, recordings
from simulator.model import (
    DIRECT,
    GROUP,
    INSTAGRAM,
    LINKEDIN,
    TELEGRAM,
    WHATSAPP,
    Account,
    Attachment,
    Attendee,
    Chat,
    EventType,
    Message,
    Origin,
    Withheld,
)
from simulator.moments import epoch_milliseconds, whole_milliseconds
from simulator.timeline import Timeline
from simulator.world import World

HIDDEN = "hidden"
GONE = {"missing": 404, "expired": 410}


def account_create(
    world: World,
    kind: str,
    name: str,
    *,
    phone_number: str | None = None,
    username: str | None = None,
    account_id: str | None = None,
) -> Account:
    """A connected account of provider `kind`, with its own person. WhatsApp needs `phone_number` (`+…`)."""
    if kind == WHATSAPP and phone_number is None:
        raise ValueError("A WhatsApp account needs a phone number.")
    if account_id is None:
        account_id = world.identifiers.series("account").identifier(world.identifiers.next_number("account"))
    account = Account(
        sequence=world.next_sequence(),
        id=account_id,
        type=kind,
        name=name,
        created_at=world.clock(),
        phone_number=phone_number,
        username=username,
        messages=Timeline(),
    )
    world.accounts[account.id] = account
    account.own = attendee_create(
        world, account, name, phone_number=phone_number, username=username, is_self=True
    )
    return account


def attendee_create(
    world: World,
    account: Account,
    name: str,
    *,
    phone_number: str | None = None,
    username: str | None = None,
    occupation: str | None = None,
    picture: int | None = None,
    by_phone: bool = False,
    is_self: bool = False,
) -> Attendee:
    """A person as `account` sees them.

    On WhatsApp `phone_number` is `+…` or `hidden`, and the provider id is a LID, or with `by_phone` the older
    `<digits>@s.whatsapp.net`. Elsewhere `username` is the public name.
    """
    number = world.identifiers.next_number("attendee")
    noise = world.identifiers.series("attendee").noise(number)
    public = username
    if account.type == WHATSAPP:
        public = ids.phone_jid(phone_number) if phone_number and phone_number != HIDDEN else None
        provider_id = public if by_phone and public else ids.lid(noise)
    elif account.type == LINKEDIN:
        provider_id = ids.linkedin_member_id(noise)
    else:
        provider_id = str(17 * 10**15 + noise % 10**15)
    attendee = Attendee(
        sequence=world.next_sequence(),
        id=world.identifiers.series("attendee").identifier(number),
        account=account,
        provider_id=provider_id,
        name=name,
        is_self=is_self,
        phone_number=phone_number if account.type == WHATSAPP else None,
        public_identifier=public,
        occupation=occupation,
        member_number=noise % 10**9,
        picture=picture,
    )
    world.keep_attendee(attendee)
    return attendee


def chat_create(
    world: World,
    account: Account,
    members: Sequence[Attendee],
    *,
    title: str | None = None,
    picture: int | None = None,
) -> Chat:
    """A conversation: a group when there is a `title` or more than one member."""
    number = world.identifiers.next_number("chat")
    noise = world.identifiers.series("chat").noise(number)
    is_group = title is not None or len(members) > 1
    if account.type == WHATSAPP:
        provider_id = ids.group_jid(noise) if is_group else members[0].provider_id
    elif account.type == LINKEDIN:
        provider_id = ids.linkedin_urn_key(f"{noise:016x}-{noise % 10**8:08d}_100")
    elif account.type == TELEGRAM:
        provider_id = f"-100{noise % 10**10:010d}" if is_group else members[0].provider_id
    else:
        provider_id = str(340282366841710300949128 * 10**15 + noise % 10**15)
    chat = Chat(
        id=world.identifiers.series("chat").identifier(number),
        account=account,
        provider_id=provider_id,
        kind=GROUP if is_group else DIRECT,
        name=title,
        members=list(members),
        messages=Timeline(),
        sequence=world.next_sequence(),
        picture=picture,
    )
    world.keep_chat(chat)
    return chat


def message_compose(
    world: World,
    chat: Chat,
    sender: Attendee,
    text: str | None,
    *,
    origin: Origin,
    at: datetime | None = None,
    attachments: Sequence[Attachment] = (),
    quoted: Message | None = None,
    forwarded: bool = False,
    view_once: bool = False,
    event_type: EventType | None = None,
) -> Message:
    """A message that nobody has received yet. WhatsApp keeps whole seconds only."""
    number = world.identifiers.next_number("message")
    noise = world.identifiers.series("message").noise(number)
    moment = whole_milliseconds(at or world.clock())
    if chat.account.type == WHATSAPP:
        moment = moment.replace(microsecond=0)
    return Message(
        sequence=world.next_sequence(),
        id=world.identifiers.series("message").identifier(number),
        provider_id=message_provider_id(
            chat.account.type, noise, moment, typed_on_phone=origin is not Origin.API
        ),
        chat=chat,
        sender=sender,
        text=text,
        timestamp=moment,
        origin=origin,
        attachments=list(attachments),
        quoted=quoted,
        forwarded=forwarded,
        view_once=view_once,
        delivered=not sender.is_self or chat.account.type == LINKEDIN,
        event_type=event_type,
    )


def message_provider_id(kind: str, noise: int, moment: datetime, *, typed_on_phone: bool) -> str:
    """The provider's own id of a message."""
    if kind == WHATSAPP:
        return ids.whatsapp_message_id(noise, typed_on_phone=typed_on_phone)
    if kind == TELEGRAM:
        return str(noise % 10**8)
    key = f"{epoch_milliseconds(moment)}b{noise % 10**5:05d}-100&{noise:016x}_100"
    if kind == INSTAGRAM:
        return "aWdfZAG1f" + ids.linkedin_urn_key(key)[2:].rstrip("=")
    return ids.linkedin_urn_key(key)


def photo(world: World, variant: int) -> Attachment:
    """A photograph in JPEG, lying, standing or square; `variant` chooses one of a few."""
    variant %= media.PHOTO_VARIANTS
    width, height = media.photo_size(variant)
    return Attachment(
        id=_attachment_id(world),
        type="img",
        mimetype="image/jpeg",
        file_size=len(media.photo(variant)),
        width=width,
        height=height,
        content=lambda: media.photo(variant),
    )


def screenshot(world: World, variant: int) -> Attachment:
    """A picture in PNG of 960 × 540."""
    variant %= media.PHOTO_VARIANTS
    width, height = media.DRAWING_SIZE
    return Attachment(
        id=_attachment_id(world),
        type="img",
        mimetype="image/png",
        file_name="screenshot.png",
        file_size=len(media.drawing(variant)),
        width=width,
        height=height,
        content=lambda: media.drawing(variant),
    )


def sticker(world: World) -> Attachment:
    """A sticker of 192 × 192."""
    width, height = media.STICKER_SIZE
    return Attachment(
        id=_attachment_id(world),
        type="img",
        mimetype="image/png",
        file_size=len(media.sticker()),
        width=width,
        height=height,
        sticker=True,
        content=media.sticker,
    )


def voice_note(world: World, seconds: int) -> Attachment:
    """A voice note, Opus in Ogg."""
    return Attachment(
        id=_attachment_id(world),
        type="audio",
        mimetype="audio/ogg",
        file_size=len(recordings.voice(seconds)),
        duration_seconds=seconds,
        voice_note=True,
        content=lambda: recordings.voice(seconds),
    )


def film(world: World) -> Attachment:
    """A film of five seconds in MP4."""
    width, height = recordings.FILM_SIZE
    return Attachment(
        id=_attachment_id(world),
        type="video",
        mimetype="video/mp4",
        file_size=len(recordings.film()),
        width=width,
        height=height,
        duration_seconds=recordings.FILM_SECONDS,
        content=recordings.film,
    )


def gif(world: World) -> Attachment:
    """What WhatsApp calls a GIF: a short MP4 without sound that is played over and over."""
    width, height = recordings.LOOP_SIZE
    return Attachment(
        id=_attachment_id(world),
        type="video",
        mimetype="video/mp4",
        file_size=len(recordings.loop()),
        width=width,
        height=height,
        gif=True,
        content=recordings.loop,
    )


def document(world: World, file_name: str) -> Attachment:
    """A PDF of one page that says its own name."""
    return Attachment(
        id=_attachment_id(world),
        type="file",
        mimetype="application/pdf",
        file_name=file_name,
        file_size=len(media.document(file_name)),
        content=lambda: media.document(file_name),
    )


def gone_video(world: World) -> Attachment:
    """A video whose media can no longer be fetched."""
    return Attachment(id=_attachment_id(world), type="video", mimetype="video/mp4", width=720, height=1280)


def upload(world: World, file_name: str, mimetype: str, content: bytes, *, voice: bool = False) -> Attachment:
    """A file that somebody sent, sorted by its media type."""
    kinds = {"image": "img", "video": "video", "audio": "audio"}
    kind = "audio" if voice else kinds.get(mimetype.split("/", maxsplit=1)[0], "file")
    width, height = media.picture_size(content) if kind == "img" else (0, 0)
    return Attachment(
        id=_attachment_id(world),
        type=kind,
        mimetype=mimetype,
        file_name=file_name,
        file_size=len(content),
        width=width,
        height=height,
        voice_note=voice,
        content=lambda: content,
    )


def withhold(attachment: Attachment, how: str) -> Attachment:
    """Let the bytes be `missing` (404), `expired` (410), `slow` (after 5 s), `failing` (500 twice, then there) or
    `later` (called unavailable and 404 for the first two who ask, then there). Raises ValueError for another word.
    """
    match how:
        case "missing" | "expired":
            attachment.withheld = Withheld(GONE[how])
        case "slow":
            attachment.withheld = Withheld(delay_seconds=5.0)
        case "failing":
            attachment.withheld = Withheld(500, times=2)
        case "later":
            attachment.withheld = Withheld(404, times=2, announced=True)
        case _:
            raise ValueError(f"{how} is no way to withhold media.")
    return attachment


def _attachment_id(world: World) -> str:
    return world.identifiers.series("attachment").identifier(world.identifiers.next_number("attachment"))

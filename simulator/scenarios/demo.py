"""A small lamp workshop after its accounts were reconnected: a day's conversations arrive, and life goes on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from simulator.dialogues import LANGUAGES
from simulator.model import INSTAGRAM, LINKEDIN, TELEGRAM, Account, Attendee, Chat
from simulator.scenarios.stage import Cue, Stage, Voice

WITHOUT_WHATSAPP = "+351910000404"

# Contact, number, language, minutes since the last message. All talk by the first dialogue of their language.
_CUSTOMERS = (
    ("Ana Martínez", "+34600000118", "es", 2),
    ("Jonas Weiß", "+4915228895456", "de", 9),
    ("Maya O'Neill", "+447700900417", "en", 14),
    ("نور عبد الله", "+962790000204", "ar", 26),
    ("Tiago Ferreira", "+5511900000733", "pt", 41),
    ("佐々木 健太", "+819000000268", "ja", 55),
    ("Chloé Lefèvre", "+33639980135", "fr", 78),
    ("Giulia Bianchi", "+393330000521", "it", 140),
    ("陈 晓明", "+861390000042", "zh", 96),
)

_MOVE = """
    *1 created
    < Olá a todos, a carrinha chega sexta às 8h30
    <2 [likes 0 🙌] Great. Who has the keys for the side door?
    <3 [was the keys are with recepton] the keys are with reception
    > Perfect. We bring the lamps in the second trip.
    <2 [photo] [likes 1 👍] [likes 3 👀] This wall stays empty, right?
    > [re 1] Yes, the big Alba goes there.
    *0 added 4
    <4 [likes 0 👋] Hi all, I take over the wiring from Monday

    < {@2} Alguém pode medir o corredor? 🙏
    <3 [likes 1 ❤️] 1,12 m, cabe à justa
    *2 renamed Lisbon office move 🚚
    <2 [film] That is how the Alba swings when the door slams 😅
    > [re 1] [likes 2 😂] We fix it with a second hook.
"""
_CREW = """
    < Moin, wir sind gegen 10 beim Kunden in Altona
    <2 Leiter ist im Auto, Dübel fehlen noch
    > Dübel liegen an der Werkbank, linke Schublade.
    <2 [re 1] 👍 gefunden
    <3 [photo] [likes 0 🔥] [likes 2 🔥] Erste hängt!
    > Sieht richtig gut aus!
    <3 [voice 17]
    *1 pictured
    *2 promoted 3
    < [deleted] falscher Chat, sorry
    <3 [file Montageprotokoll-{n}.pdf] Unterschrieben ✅
"""
_STRANGER = """
    < hi, found your number on the website
    < do you also repair old lamps? it's from my grandmother, 1962
    < [photo]
    *1 called
    < sorry, pocket call 🙈
"""
_SUPPLIER = """
    < [forwarded] Price list valid from December, brass +4 %
    < [file Price-list-{n}.pdf]
    > Thanks. Can we still order at the old price until Friday?
    < [voice 34]
    > [was Friday noon then, 40 shades] Friday noon then, 60 shades
    < [once]
    < [re 2] [likes 0 🙏] Deal.
    < [nothing]
"""
_ARCHITECT = """
    < Hi Inês, thanks for connecting! We are fitting out a co-working space in Hamburg.
    < Would you be open to a quick call next week?
    > Hi Jonas, gladly. Tuesday or Thursday, mornings are best.
    < [likes 0 👍] Thursday 10:00 CET works. I'll send an invite.
    < [file Floor-plan-{n}.pdf] Could you bring two finishes of the desk lamp?
"""
_JOURNALIST = """
    < Hello Inês, I write about small workshops for a design magazine.
    < May I ask you three questions by message?
    > Of course, ask away.
"""
_RUNNER = """
    < omg this lamp 😍😍
    < is the sand one still available?
    > [likes 1 ❤️] Hi Petra! It is, ships in a week.
    < 🏃‍♀️ taking it
    < [gone]
"""
_GARDEN = """
    < love the new outdoor series ✨
    < do they survive rain??
    > They do, IP54. Snow as well 🙂
    < [gif] perfeito!! 🌧️💡
"""
_COURIER = """
    < Доброе утро! Курьер будет у вас в 14:00
    > Great, three boxes, 11 kg each.
    < [shot] Вот маршрут на сегодня
    < [likes 0 👌] Забрал, трек {n}
"""


def demo(stage: Stage) -> list[Voice]:
    """Four accounts, eighteen conversations, some hundred messages of the past hours with what became of them."""
    acts = stage.acts
    shop = acts.account(name="Casa Lume", phone_number="+351910000111")
    network = acts.account(LINKEDIN, "Inês Leitão", phone_number=None, username="ines-leitao")
    gallery = acts.account(INSTAGRAM, "Casa Lume", phone_number=None, username="casa.lume")
    errands = acts.account(TELEGRAM, "Casa Lume Errands", phone_number=None, username="casa_lume")
    acts.world.unreachable.add(WITHOUT_WHATSAPP)
    told: list[Cue] = []
    voices: list[Voice] = []

    def converse(
        chat: Chat, dialogue: str, minutes_ago: float, code: str = "en", newcomers: Sequence[Attendee] = ()
    ) -> None:
        ends_at = stage.now - timedelta(minutes=minutes_ago)
        told.extend(stage.rehearse(chat, dialogue, ends_at, newcomers=newcomers))
        voices.append(Voice(chat, LANGUAGES[code]))

    for name, phone_number, code, minutes_ago in _CUSTOMERS:
        contact = _person(stage, shop, name, phone_number)
        converse(acts.direct_chat(contact), LANGUAGES[code].dialogues[0], minutes_ago, code)
    move = [("Rui", "+351910000231"), ("Grace Okafor", "+447700900652"), ("Beatriz", "+351910000232")]
    electrician = _person(stage, shop, "Tomás Electricista", "+351910000233")
    converse(_group(stage, shop, "Lisbon office move", move), _MOVE, 5, "pt", [electrician])
    crew = [("Björn", "+4915228817386"), ("Mareike", "+4917123456001"), ("Özlem", "+4915228895471")]
    converse(_group(stage, shop, "Montage 🔧", crew), _CREW, 33, "de")
    converse(acts.direct_chat(acts.contact(shop, "")), _STRANGER, 19)
    converse(acts.direct_chat(_person(stage, shop, "Brass & Co.", "+447700900781")), _SUPPLIER, 23)
    for account, name, username, occupation, dialogue, minutes_ago in (
        (network, "Jonas Dahl", "jonas-dahl", "Architect at Dahl + Rehm", _ARCHITECT, 64),
        (network, "Priya Nair", "priya-nair", "Freelance journalist", _JOURNALIST, 210),
        (gallery, "Petra Sommer", "petra.runs", None, _RUNNER, 47),
        (gallery, "Marta 🌿", "marta.jardim", None, _GARDEN, 305),
        (errands, "Курьер Олег", "oleg_courier", None, _COURIER, 71),
    ):
        contact = acts.contact(account, name, username=username)
        contact.occupation, contact.picture = occupation, stage.picture()
        converse(acts.direct_chat(contact), dialogue, minutes_ago)
    stage.perform(told)
    for account in (shop, network, gallery, errands):
        acts.changes.account_set_status(account, account.status, told_as="SYNC_SUCCESS")
    return voices


def _person(stage: Stage, account: Account, name: str, phone_number: str) -> Attendee:
    contact = stage.acts.contact(account, name, phone_number=phone_number)
    contact.picture = stage.picture()
    return contact


def _group(stage: Stage, account: Account, title: str, people: list[tuple[str, str]]) -> Chat:
    members = [_person(stage, account, name, phone_number) for name, phone_number in people]
    chat = stage.acts.group_chat(account, title, members)
    chat.picture = stage.picture()
    return chat

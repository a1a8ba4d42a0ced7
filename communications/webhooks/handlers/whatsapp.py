from collections.abc import Iterator

from communications.schemas.facts import PersonFact
from communications.webhooks.handlers.common import MessagingHandler
from unipile.payloads.identity import IdForm, id_form, proves_other
from unipile.payloads.messaging import ChatKind, MessagingPayload
from unipile.payloads.names import NameRank
from unipile.payloads.person import Person
from unipile.payloads.providers import WHATSAPP


class WhatsAppWebhookHandler(MessagingHandler):
    """WhatsApp names people by phone, privacy id or bare number, and shows the name they chose themselves."""

    name_rank = NameRank.PUSH_NAME

    def provider_id(self, data: MessagingPayload, person: Person) -> str | None:
        """As everywhere; somebody known by number only gets the id the number stands for."""
        provider_id = super().provider_id(data, person)
        if provider_id is None and person.phone is not None:
            return f"{person.phone}@s.whatsapp.net"
        return provider_id

    def people(self, data: MessagingPayload, sender: PersonFact | None) -> tuple[PersonFact, ...]:
        """Those listed; and whom a direct chat is named after, where everybody listed is somebody else."""
        listed = super().people(data, sender)
        for partner in self._named_by_the_chat(data):
            if all(proves_other(partner.identities, person.identities, WHATSAPP) for person in listed):
                return (*listed, partner)
        return listed

    def _named_by_the_chat(self, data: MessagingPayload) -> Iterator[PersonFact]:
        if data.chat_kind not in (None, ChatKind.DIRECT):
            return
        for name in (data.provider_chat_id, data.chat_id):
            form, value = id_form(name) if name is not None else (IdForm.OTHER, "")
            if form is IdForm.LID:
                key = f"lid:{value}"
                yield PersonFact(provider_id=value, lid=value, identities=(key,), own_key=key)
            elif form is IdForm.PHONE:
                key = f"phone:{value}"
                yield PersonFact(
                    provider_id=f"{value}@s.whatsapp.net", phone=value, identities=(key,), own_key=key
                )

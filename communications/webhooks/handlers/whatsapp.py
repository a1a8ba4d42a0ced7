from communications.webhooks.handlers.common import MessagingHandler
from unipile.payloads.messaging import MessagingPayload
from unipile.payloads.names import NameRank
from unipile.payloads.person import Person


class WhatsAppWebhookHandler(MessagingHandler):
    """WhatsApp names people by phone, by privacy id or by bare number, and shows the name they chose themselves."""

    name_rank = NameRank.PUSH_NAME

    def provider_id(self, data: MessagingPayload, person: Person) -> str | None:
        """As everywhere; somebody known by number only gets the id the number stands for."""
        provider_id = super().provider_id(data, person)
        if provider_id is None and person.phone is not None:
            return f"{person.phone}@s.whatsapp.net"
        return provider_id

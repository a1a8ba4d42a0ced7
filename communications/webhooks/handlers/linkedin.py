from communications.webhooks.handlers.common import MessagingHandler


class LinkedInWebhookHandler(MessagingHandler):
    """LinkedIn lists the other people only; names are those of their profiles."""

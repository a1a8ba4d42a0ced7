from django.apps import AppConfig


class CommunicationsConfig(AppConfig):
    name = "communications"
    verbose_name = "Communications"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate

        from communications import checks  # noqa: F401  (registers the system checks)
        from communications.sql import database_rules_install

        post_migrate.connect(database_rules_install, sender=self)

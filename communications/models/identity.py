"""Who is who: what bodies told of people's ids and names, and what people here decided about them."""

from django.db import models
from django.db.models.functions import Now

from communications.models.attendee import ChatAttendee, NameRank
from communications.models.channel import Channel
from communications.models.conversation import Conversation


class AttendeeIdentity(models.Model):
    """An id under which a body showed an attendee, and the first delivery that did.

    ``own_key`` is the provider's id of the attendee, ``key`` the same or another that stood beside it.
    """

    id = models.BigAutoField(primary_key=True)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, db_index=False)
    attendee = models.ForeignKey(ChatAttendee, on_delete=models.CASCADE, db_index=False)
    own_key = models.TextField(db_collation="C")
    key = models.TextField(db_collation="C", help_text="'lid:…', 'phone:<digits>', 'id:…'")
    told_by = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["attendee", "key"], name="attendee_identity_unique")]
        indexes = [
            models.Index(fields=["channel", "key"], name="attendee_identity_key"),
            models.Index(fields=["channel", "own_key"], name="attendee_identity_own_key"),
        ]
        verbose_name_plural = "attendee identities"

    def __str__(self) -> str:
        return f"{self.own_key} with {self.key}"


class AttendeeName(models.Model):
    """A name that bodies gave an attendee, since when, and the delivery that said it first."""

    id = models.BigAutoField(primary_key=True)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, db_index=False)
    attendee = models.ForeignKey(ChatAttendee, on_delete=models.CASCADE, db_index=False)
    rank = models.SmallIntegerField(choices=NameRank.choices)
    name = models.TextField()
    since = models.DateTimeField()
    told_by = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["attendee", "rank", "name"], name="attendee_name_unique")
        ]

    def __str__(self) -> str:
        return self.name


class GivenName(models.Model):
    """What somebody here calls an attendee. It stands above every name that was told."""

    attendee = models.OneToOneField(ChatAttendee, on_delete=models.CASCADE, primary_key=True)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, db_index=False)
    name = models.TextField()
    given_by = models.ForeignKey(
        "communications.User", null=True, blank=True, on_delete=models.SET_NULL, db_index=False
    )
    given_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.CheckConstraint(condition=~models.Q(name=""), name="given_name_not_empty")]

    def __str__(self) -> str:
        return self.name


class Verdict(models.TextChoices):
    SAME = "same", "They are one"
    DIFFERENT = "different", "They are two"


class PersonDecision(models.Model):
    """Somebody here decided whether two attendees are one person; it counts more than what bodies prove."""

    id = models.BigAutoField(primary_key=True)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, db_index=False)
    one = models.ForeignKey(ChatAttendee, on_delete=models.CASCADE, related_name="+", db_index=False)
    other = models.ForeignKey(ChatAttendee, on_delete=models.CASCADE, related_name="+")
    verdict = models.TextField(choices=Verdict.choices)
    decided_by = models.ForeignKey(
        "communications.User", null=True, blank=True, on_delete=models.SET_NULL, db_index=False
    )
    decided_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="person_decision_unique"),
            models.CheckConstraint(
                condition=models.Q(one__lt=models.F("other")), name="person_decision_in_order"
            ),
            models.CheckConstraint(
                condition=models.Q(verdict__in=Verdict.values), name="person_decision_verdict_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.one_id} and {self.other_id}: {self.verdict}"


class ConversationDecision(models.Model):
    """Somebody here decided whether two conversations are one; it counts more than what bodies prove."""

    id = models.BigAutoField(primary_key=True)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, db_index=False)
    one = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+", db_index=False)
    other = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    verdict = models.TextField(choices=Verdict.choices)
    decided_by = models.ForeignKey(
        "communications.User", null=True, blank=True, on_delete=models.SET_NULL, db_index=False
    )
    decided_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="conversation_decision_unique"),
            models.CheckConstraint(
                condition=models.Q(one__lt=models.F("other")), name="conversation_decision_in_order"
            ),
            models.CheckConstraint(
                condition=models.Q(verdict__in=Verdict.values), name="conversation_decision_verdict_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.one_id} and {self.other_id}: {self.verdict}"

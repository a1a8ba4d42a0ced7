from django.db import models
from django.db.models.functions import Now

from communications.models.attendee import ChatAttendee
from communications.models.channel import Channel
from communications.models.conversation import Conversation


class MediaFile(models.Model):
    """Some bytes, kept once however many messages hold them.

    ``mime_type`` is what the content is, never what somebody called it. ``width`` and ``height`` are those shown, once turned as
    the picture's own mark says. The row is there before its bytes and goes after them, ``is_complete`` only in between: a crash
    leaves no bytes that nobody knows of. What nothing refers to any more is removed by the sweep, and by nothing else.
    """

    id = models.BigAutoField(primary_key=True)
    sha256 = models.BinaryField(unique=True)
    size_bytes = models.BigIntegerField()
    mime_type = models.TextField()
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    duration_seconds = models.FloatField(null=True, blank=True)
    storage_key = models.TextField(
        unique=True, help_text="Random, so that it tells nothing and cannot be guessed"
    )
    thumbnail_size_bytes = models.PositiveIntegerField(default=0, db_default=0, help_text="0: there is none")
    is_complete = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(size_bytes__gt=0) & ~models.Q(storage_key=""), name="media_file_is_there"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mime_type}, {self.size_bytes} bytes"


class FetchedFile(models.Model):
    """A file that upstream has, or had: wanted, stored or unavailable.

    While it is wanted, ``next_attempt_at`` says from when on it may be fetched, and whoever fetches it moves that time ahead
    for as long as the work lasts. ``failure`` is the word for what stopped the last attempt; ``attempts`` counts those that
    failed for a reason of the file's own.
    """

    class State(models.TextChoices):
        WANTED = "wanted"
        STORED = "stored"
        UNAVAILABLE = "unavailable"

    state = models.TextField(choices=State.choices, default=State.WANTED, db_default=State.WANTED)
    file = models.ForeignKey(
        MediaFile, null=True, blank=True, on_delete=models.RESTRICT, related_name="+", db_index=False
    )
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    next_attempt_at = models.DateTimeField(db_default=Now())
    failure = models.TextField(blank=True, default="", db_default="")

    class Meta:
        abstract = True


class Picture(FetchedFile):
    """The picture of a person or of a group: asked for when somebody first looks, and again when that is long ago.

    Once it is stored or known to be missing, ``next_attempt_at`` says from when on a look asks again; the picture held until then
    stays.
    """

    id = models.BigAutoField(primary_key=True)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, db_index=False)
    attendee = models.OneToOneField(ChatAttendee, null=True, blank=True, on_delete=models.CASCADE)
    conversation = models.OneToOneField(Conversation, null=True, blank=True, on_delete=models.CASCADE)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(attendee__isnull=False, conversation__isnull=True)
                | models.Q(attendee__isnull=True, conversation__isnull=False),
                name="picture_of_one",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="stored") | models.Q(file__isnull=False),
                name="picture_stored_has_file",
            ),
        ]
        indexes = [
            models.Index(
                fields=["channel", "-next_attempt_at", "-id"],
                name="picture_wanted",
                condition=models.Q(state="wanted"),
            ),
            models.Index(fields=["file"], name="picture_file", condition=models.Q(file__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"picture {self.pk}"

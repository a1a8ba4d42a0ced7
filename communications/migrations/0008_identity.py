import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("communications", "0007_media"),
    ]

    operations = [
        migrations.CreateModel(
            name="AttendeeIdentity",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("own_key", models.TextField(db_collation="C")),
                ("key", models.TextField(db_collation="C", help_text="'lid:…', 'phone:<digits>', 'id:…'")),
                ("told_by", models.UUIDField()),
                (
                    "attendee",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="communications.chatattendee",
                    ),
                ),
                (
                    "channel",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="communications.channel",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "attendee identities",
                "indexes": [
                    models.Index(fields=["channel", "key"], name="attendee_identity_key"),
                    models.Index(fields=["channel", "own_key"], name="attendee_identity_own_key"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("attendee", "key"), name="attendee_identity_unique")
                ],
            },
        ),
        migrations.CreateModel(
            name="AttendeeName",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "rank",
                    models.SmallIntegerField(
                        choices=[
                            (0, "None"),
                            (1, "Number"),
                            (2, "Push Name"),
                            (3, "Profile"),
                            (4, "Address Book"),
                            (5, "User"),
                        ]
                    ),
                ),
                ("name", models.TextField()),
                ("since", models.DateTimeField()),
                ("told_by", models.UUIDField()),
                (
                    "attendee",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="communications.chatattendee",
                    ),
                ),
                (
                    "channel",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="communications.channel",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("attendee", "rank", "name"), name="attendee_name_unique")
                ],
            },
        ),
        migrations.CreateModel(
            name="ConversationDecision",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "verdict",
                    models.TextField(choices=[("same", "They are one"), ("different", "They are two")]),
                ),
                ("decided_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "channel",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="communications.channel",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "one",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="communications.conversation",
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="communications.conversation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("one", "other"), name="conversation_decision_unique"),
                    models.CheckConstraint(
                        condition=models.Q(("one__lt", models.F("other"))),
                        name="conversation_decision_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("verdict__in", ["same", "different"])),
                        name="conversation_decision_verdict_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GivenName",
            fields=[
                (
                    "attendee",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="communications.chatattendee",
                    ),
                ),
                ("name", models.TextField()),
                ("given_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "channel",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="communications.channel",
                    ),
                ),
                (
                    "given_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="given_name_not_empty"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PersonDecision",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "verdict",
                    models.TextField(choices=[("same", "They are one"), ("different", "They are two")]),
                ),
                ("decided_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "channel",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="communications.channel",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "one",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="communications.chatattendee",
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="communications.chatattendee",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("one", "other"), name="person_decision_unique"),
                    models.CheckConstraint(
                        condition=models.Q(("one__lt", models.F("other"))), name="person_decision_in_order"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("verdict__in", ["same", "different"])),
                        name="person_decision_verdict_known",
                    ),
                ],
            },
        ),
    ]

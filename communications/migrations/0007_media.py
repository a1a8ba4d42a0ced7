import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("communications", "0006_message_events"),
    ]

    operations = [
        migrations.CreateModel(
            name="MediaFile",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("sha256", models.BinaryField(unique=True)),
                ("size_bytes", models.BigIntegerField()),
                ("mime_type", models.TextField()),
                ("width", models.PositiveIntegerField(blank=True, null=True)),
                ("height", models.PositiveIntegerField(blank=True, null=True)),
                ("duration_seconds", models.FloatField(blank=True, null=True)),
                (
                    "storage_key",
                    models.TextField(
                        help_text="Random, so that it tells nothing and cannot be guessed", unique=True
                    ),
                ),
                (
                    "thumbnail_size_bytes",
                    models.PositiveIntegerField(db_default=0, default=0, help_text="0: there is none"),
                ),
                ("is_complete", models.BooleanField(db_default=False, default=False)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name="Picture",
            fields=[
                (
                    "state",
                    models.TextField(
                        choices=[("wanted", "Wanted"), ("stored", "Stored"), ("unavailable", "Unavailable")],
                        db_default="wanted",
                        default="wanted",
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(db_default=0, default=0)),
                (
                    "next_attempt_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("failure", models.TextField(blank=True, db_default="", default="")),
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
            ],
        ),
        migrations.AddField(
            model_name="attachment",
            name="attempts",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="attachment",
            name="failure",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddField(
            model_name="attachment",
            name="next_attempt_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
        ),
        migrations.AddConstraint(
            model_name="mediafile",
            constraint=models.CheckConstraint(
                condition=models.Q(("size_bytes__gt", 0), models.Q(("storage_key", ""), _negated=True)),
                name="media_file_is_there",
            ),
        ),
        migrations.AddField(
            model_name="attachment",
            name="file",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to="communications.mediafile",
            ),
        ),
        migrations.AddIndex(
            model_name="attachment",
            index=models.Index(
                condition=models.Q(("state", "wanted")),
                fields=["channel", "-next_attempt_at", "-id"],
                name="attachment_wanted",
            ),
        ),
        migrations.AddIndex(
            model_name="attachment",
            index=models.Index(
                condition=models.Q(("file__isnull", False)), fields=["file"], name="attachment_file"
            ),
        ),
        migrations.AddConstraint(
            model_name="attachment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "stored"), _negated=True), ("file__isnull", False), _connector="OR"
                ),
                name="attachment_stored_has_file",
            ),
        ),
        migrations.AddField(
            model_name="picture",
            name="attendee",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                to="communications.chatattendee",
            ),
        ),
        migrations.AddField(
            model_name="picture",
            name="channel",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, to="communications.channel"
            ),
        ),
        migrations.AddField(
            model_name="picture",
            name="conversation",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                to="communications.conversation",
            ),
        ),
        migrations.AddField(
            model_name="picture",
            name="file",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to="communications.mediafile",
            ),
        ),
        migrations.AddIndex(
            model_name="picture",
            index=models.Index(
                condition=models.Q(("state", "wanted")),
                fields=["channel", "-next_attempt_at", "-id"],
                name="picture_wanted",
            ),
        ),
        migrations.AddIndex(
            model_name="picture",
            index=models.Index(
                condition=models.Q(("file__isnull", False)), fields=["file"], name="picture_file"
            ),
        ),
        migrations.AddConstraint(
            model_name="picture",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("attendee__isnull", False), ("conversation__isnull", True)),
                    models.Q(("attendee__isnull", True), ("conversation__isnull", False)),
                    _connector="OR",
                ),
                name="picture_of_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="picture",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "stored"), _negated=True), ("file__isnull", False), _connector="OR"
                ),
                name="picture_stored_has_file",
            ),
        ),
    ]

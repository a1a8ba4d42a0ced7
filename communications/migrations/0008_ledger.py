import django.contrib.postgres.fields
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("communications", "0007_media"),
    ]

    operations = [
        migrations.CreateModel(
            name="ErasedMark",
            fields=[
                ("digest", models.BinaryField(primary_key=True, serialize=False)),
                ("erased_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Erasure",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("channel_id", models.BigIntegerField()),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("message", "Message"),
                            ("conversation", "Conversation"),
                            ("person", "Person"),
                        ]
                    ),
                ),
                ("erased_by", models.TextField(help_text="A person's name, or who ran the command")),
                ("messages", models.PositiveIntegerField(db_default=0, default=0)),
                (
                    "deliveries",
                    models.PositiveIntegerField(
                        db_default=0, default=0, help_text="Deliveries whose bodies went with it"
                    ),
                ),
                (
                    "people_left",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        default=list,
                        help_text="Ids of attendees who may be known by what was erased",
                        size=None,
                    ),
                ),
                (
                    "conversations_left",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        default=list,
                        help_text="The same of conversations",
                        size=None,
                    ),
                ),
                ("began_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "ended_at",
                    models.DateTimeField(
                        blank=True, help_text="Null: it was interrupted; the same command ends it", null=True
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ErasureKey",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("key", models.BinaryField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="erasure_key_is_one_row")
                ],
            },
        ),
    ]

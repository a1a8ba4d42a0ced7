import datetime

from django.db import migrations, models

import communications.models.fields


class Migration(migrations.Migration):
    dependencies = [
        ("communications", "0004_fewer_conversation_indexes"),
    ]

    # No table has the number 0: an epoch from before this migration is made anew at the next start.
    operations = [
        migrations.AddField(
            model_name="feedepoch",
            name="table_oid",
            field=models.BigIntegerField(default=0, help_text="Of this very table: a restore makes it anew"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="feedepoch",
            name="run_started_at",
            field=models.DateTimeField(
                default=datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC),
                help_text="When the database server was started, as last seen",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="feedmark",
            name="run_first_number",
            field=communications.models.fields.TransactionNumberField(null=True),
        ),
    ]

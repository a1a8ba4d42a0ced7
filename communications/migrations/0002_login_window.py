from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("communications", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="LoginWindow",
            fields=[
                ("key", models.BinaryField(primary_key=True, serialize=False)),
                ("attempts", models.PositiveIntegerField()),
                ("length_seconds", models.PositiveIntegerField()),
                ("ends_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["ends_at"], name="login_window_ends_at")],
            },
        ),
    ]

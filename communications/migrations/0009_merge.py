from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("communications", "0008_deliveries"),
        ("communications", "0008_events"),
        ("communications", "0008_identity"),
        ("communications", "0008_ledger"),
        ("communications", "0008_search"),
    ]

    operations = []

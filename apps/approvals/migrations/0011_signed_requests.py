"""Clients that sign their requests, signing keys under ciphertext, nonces that were used.

Clients that are there already do not sign (false); those made from now on do (true).
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("approvals", "0010_applications_of_a_person")]
    operations = [
        migrations.AddField(
            model_name="client",
            name="must_sign",
            field=models.BooleanField(default=False, verbose_name="请求须签名"),
        ),
        migrations.AddField(
            model_name="historicalclient",
            name="must_sign",
            field=models.BooleanField(default=False, verbose_name="请求须签名"),
        ),
        migrations.AlterField(
            model_name="client",
            name="must_sign",
            field=models.BooleanField(default=True, verbose_name="请求须签名"),
        ),
        migrations.AlterField(
            model_name="historicalclient",
            name="must_sign",
            field=models.BooleanField(default=True, verbose_name="请求须签名"),
        ),
        migrations.AddField(
            model_name="clientkey",
            name="signing_ct",
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name="historicalclientkey",
            name="signing_ct",
            field=models.BinaryField(null=True),
        ),
        migrations.AddConstraint(
            model_name="clientkey",
            constraint=models.UniqueConstraint(
                condition=models.Q(("signing_ct__isnull", False)),
                fields=("prefix",),
                name="client_key_named_once_in_signatures",
            ),
        ),
        migrations.CreateModel(
            name="Nonce",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("nonce", models.CharField(db_collation="C", max_length=64)),
                ("signed_at", models.DateTimeField()),
                (
                    "key",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="approvals.clientkey",
                    ),
                ),
            ],
            options={
                "verbose_name": "用过的随机数",
                "constraints": [
                    models.UniqueConstraint(fields=("key", "nonce"), name="nonce_comes_once")
                ],
                "indexes": [models.Index(fields=["signed_at"], name="nonces_by_age")],
            },
        ),
    ]

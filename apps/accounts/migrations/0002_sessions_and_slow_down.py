"""Sessions end with the rights they began under; failed sign-ins are counted."""

from django.db import migrations, models

FORWARD = """
CREATE FUNCTION accounts_end_sessions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.session_epoch := OLD.session_epoch + 1;
  RETURN NEW;
END $$;
CREATE TRIGGER b_end_sessions BEFORE UPDATE ON accounts_user FOR EACH ROW
  WHEN (OLD.is_active IS DISTINCT FROM NEW.is_active
        OR OLD.admin_kind IS DISTINCT FROM NEW.admin_kind)
  EXECUTE FUNCTION accounts_end_sessions();
"""

BACKWARD = """
DROP TRIGGER b_end_sessions ON accounts_user;
DROP FUNCTION accounts_end_sessions();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="session_epoch",
            field=models.IntegerField(default=0, editable=False),
        ),
        migrations.CreateModel(
            name="SignInCounter",
            fields=[
                ("key", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("failed_at", models.DateTimeField(null=True)),
                ("succeeded_at", models.DateTimeField(null=True)),
            ],
            options={"verbose_name": "登录计数"},
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]

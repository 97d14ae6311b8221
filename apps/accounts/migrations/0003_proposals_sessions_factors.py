"""Proposals that another confirms; live sessions; second factors; former passwords."""

import uuid

import django.db.models.deletion
import django.utils.timezone
import simple_history.models
from django.conf import settings
from django.db import migrations, models

FORWARD = r"""
-- What another administrator is asked to confirm stays what it was, and is decided once.
CREATE FUNCTION accounts_keep_proposal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'open' THEN
      RAISE EXCEPTION 'a proposal begins open'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'proposal_begins_open';
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.state <> 'open' THEN
    RAISE EXCEPTION 'a proposal is decided once'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'proposal_is_decided_once';
  END IF;
  IF (OLD.kind, OLD.subject_id, OLD.payload, OLD.summary, OLD.once, OLD.reason,
      OLD.proposed_by_id, OLD.proposed_at, OLD.expires_at)
     IS DISTINCT FROM
     (NEW.kind, NEW.subject_id, NEW.payload, NEW.summary, NEW.once, NEW.reason,
      NEW.proposed_by_id, NEW.proposed_at, NEW.expires_at) THEN
    RAISE EXCEPTION 'a proposal stays what was proposed'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'proposal_stays_what_it_was';
  END IF;
  IF NEW.state = 'confirmed' THEN
    IF OLD.expires_at <= clock_timestamp() THEN
      RAISE EXCEPTION 'a proposal past its time is not confirmed'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'proposal_is_confirmed_in_time';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM accounts_user
                    WHERE id = NEW.decided_by_id AND is_active AND admin_kind = 'security') THEN
      RAISE EXCEPTION 'only a security administrator confirms'
        USING ERRCODE = 'check_violation',
              CONSTRAINT = 'proposal_is_confirmed_by_security_administrator';
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER b_keep_proposal BEFORE INSERT OR UPDATE ON accounts_proposal
  FOR EACH ROW EXECUTE FUNCTION accounts_keep_proposal();

-- Nobody who has signed in makes or unmakes an administrator without a confirmed proposal;
-- the server's own commands act for nobody.
CREATE FUNCTION accounts_keep_administrators() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM accounts_user WHERE id = core_actor())
     AND NOT EXISTS (
       SELECT 1 FROM accounts_proposal
        WHERE subject_id = NEW.id AND state = 'confirmed'
          AND kind IN ('administrator.make', 'administrator.remove')
          AND decided_at > clock_timestamp() - interval '5 minutes') THEN
    RAISE EXCEPTION 'administrators are made and unmade by two'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'administrator_was_confirmed';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER b_administrator_confirmed_insert BEFORE INSERT ON accounts_user FOR EACH ROW
  WHEN (NEW.admin_kind IS NOT NULL) EXECUTE FUNCTION accounts_keep_administrators();
CREATE TRIGGER b_administrator_confirmed_update BEFORE UPDATE OF admin_kind ON accounts_user
  FOR EACH ROW WHEN (OLD.admin_kind IS DISTINCT FROM NEW.admin_kind)
  EXECUTE FUNCTION accounts_keep_administrators();

-- Present passwords count as used ones from now on.
INSERT INTO accounts_formerpassword (user_id, password, set_at)
  SELECT id, password, password_changed_at FROM accounts_user;
"""

BACKWARD = """
DROP TRIGGER b_administrator_confirmed_update ON accounts_user;
DROP TRIGGER b_administrator_confirmed_insert ON accounts_user;
DROP FUNCTION accounts_keep_administrators();
DROP FUNCTION accounts_keep_proposal() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_sessions_and_slow_down"),
        ("core", "0001_functions"),
    ]

    operations = [
        migrations.AddField(
            model_name="signincounter",
            name="address",
            field=models.GenericIPAddressField(null=True),
        ),
        migrations.AddField(
            model_name="signincounter",
            name="user",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.CreateModel(
            name="FormerPassword",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128)),
                ("set_at", models.DateTimeField(auto_now_add=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="former_passwords",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "用过的密码",
                "ordering": ("-set_at", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="SecondFactor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("secret_ct", models.BinaryField()),
                ("enrolled_at", models.DateTimeField(auto_now_add=True)),
                ("last_step", models.BigIntegerField(default=0)),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="factor",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "动态口令",
            },
        ),
        migrations.CreateModel(
            name="RecoveryCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.BinaryField()),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "factor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="codes",
                        to="accounts.secondfactor",
                    ),
                ),
            ],
            options={
                "verbose_name": "恢复码",
            },
        ),
        migrations.CreateModel(
            name="HistoricalProposal",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, verbose_name="ID")),
                ("change_id", models.UUIDField(editable=False, null=True, verbose_name="变更标识")),
                ("kind", models.CharField(max_length=40, verbose_name="事项")),
                ("payload", models.JSONField(default=dict, verbose_name="内容")),
                ("summary", models.CharField(max_length=300, verbose_name="提议")),
                ("once", models.CharField(max_length=200, verbose_name="唯一标识")),
                ("reason", models.CharField(max_length=300, verbose_name="理由")),
                (
                    "proposed_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="提议时间"),
                ),
                ("expires_at", models.DateTimeField(verbose_name="失效时间")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "待确认"),
                            ("confirmed", "已确认生效"),
                            ("declined", "未同意"),
                            ("withdrawn", "已撤回"),
                            ("expired", "过期失效"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True, verbose_name="办理时间")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="办理意见")),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                ("history_date", models.DateTimeField(db_index=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="办理人",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提议人",
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="对象",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical 提议",
                "verbose_name_plural": "historical 提议s",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
                "indexes": [
                    models.Index(fields=["id", "history_date"], name="accounts_proposal_hist")
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="LiveSession",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(blank=True, db_index=True, max_length=40)),
                ("digest", models.CharField(db_index=True, max_length=64)),
                ("address", models.GenericIPAddressField(null=True, verbose_name="来源地址")),
                ("device", models.CharField(blank=True, max_length=200, verbose_name="设备")),
                ("by_factor", models.BooleanField(default=False, verbose_name="动态口令")),
                ("started_at", models.DateTimeField(auto_now_add=True, verbose_name="登录时间")),
                (
                    "seen_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="最近操作"
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True, verbose_name="结束时间")),
                ("ending", models.CharField(blank=True, max_length=60, verbose_name="结束原因")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="live_sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "登录会话",
                "ordering": ("-started_at", "-pk"),
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=["user", "-started_at"],
                        name="live_session_open",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=40, verbose_name="事项")),
                ("payload", models.JSONField(default=dict, verbose_name="内容")),
                ("summary", models.CharField(max_length=300, verbose_name="提议")),
                ("once", models.CharField(max_length=200, verbose_name="唯一标识")),
                ("reason", models.CharField(max_length=300, verbose_name="理由")),
                ("proposed_at", models.DateTimeField(auto_now_add=True, verbose_name="提议时间")),
                ("expires_at", models.DateTimeField(verbose_name="失效时间")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "待确认"),
                            ("confirmed", "已确认生效"),
                            ("declined", "未同意"),
                            ("withdrawn", "已撤回"),
                            ("expired", "过期失效"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True, verbose_name="办理时间")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="办理意见")),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="办理人",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提议人",
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals_about",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="对象",
                    ),
                ),
            ],
            options={
                "verbose_name": "提议",
                "ordering": ("-proposed_at", "-pk"),
                "indexes": [
                    models.Index(fields=["state", "-proposed_at"], name="proposal_by_state")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["open", "confirmed", "declined", "withdrawn", "expired"])
                        ),
                        name="proposal_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="proposal_gives_its_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("subject__isnull", True),
                            models.Q(("subject", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="proposal_is_not_for_oneself",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "confirmed"), _negated=True),
                            models.Q(
                                ("decided_by__isnull", False),
                                models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="proposal_is_confirmed_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "confirmed"), _negated=True),
                            ("subject__isnull", True),
                            models.Q(("subject", models.F("decided_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="proposal_is_not_confirmed_by_its_subject",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("state", "open")),
                            models.Q(
                                models.Q(("state", "open"), _negated=True),
                                ("decided_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="proposal_that_ended_says_when",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("once",),
                        name="proposal_waits_once",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]

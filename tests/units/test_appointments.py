"""Roles on subtrees."""

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction

from apps.accounts.models import User
from apps.audit.models import AuditEvent
from apps.units import appointments, errors
from apps.units.models import Appointment, UnitUserPermission
from tests.factories import units

pytestmark = pytest.mark.django_db


def again(user):
    return User.objects.get(pk=user.pk)


@pytest.mark.rule("A-01")
def test_a_role_gives_its_permissions_on_the_subtree(home, bureau, foreign_bureau):
    user = units.person("zhou")
    appointments.appoint(user=user, role="office_clerk", unit=home, by=None)

    assert user.subtrees("maintain") == [home.path]
    assert user.may("view_subtree", bureau)
    assert not user.may("view_subtree", foreign_bureau)
    assert not user.may_anywhere("decide")
    assert AuditEvent.objects.get(kind="appointment.grant").scope == home.path


def test_grants_are_read_by_one_query(clerk, django_assert_num_queries):
    user = again(clerk)
    with django_assert_num_queries(1):
        user.subtrees("view_subtree")
        user.may_anywhere("maintain")


def test_taking_one_role_leaves_what_another_gives(home):
    user = units.person("zhou")
    first = appointments.appoint(user=user, role="office_clerk", unit=home, by=None)
    appointments.appoint(user=user, role="leader", unit=home, by=None)

    appointments.revoke(appointment=first, by=None)

    assert again(user).subtrees("view_subtree") == [home.path]
    assert again(user).subtrees("maintain") == []
    assert again(user).subtrees("lead") == [home.path]
    with pytest.raises(errors.AppointmentEnded):
        appointments.revoke(appointment=first, by=None)


@pytest.mark.rule("A-12")
@pytest.mark.parametrize("kind", ["system", "security", "audit"])
def test_an_administrator_holds_no_grant(home, kind):
    admin = units.person("admin", admin_kind=kind)

    with pytest.raises(errors.AdministratorHoldsNoGrant):
        appointments.appoint(user=admin, role="leader", unit=home, by=None)

    assert not Appointment.objects.exists()
    assert not UnitUserPermission.objects.exists()
    assert not AuditEvent.objects.filter(kind="appointment.grant").exists()


@pytest.mark.rule("A-12")
def test_nobody_gives_or_takes_a_role_of_his_own(home, clerk):
    with pytest.raises(errors.SelfAppointment):
        appointments.appoint(user=clerk, role="leader", unit=home, by=clerk)
    with pytest.raises(errors.SelfAppointment):
        appointments.revoke(appointment=clerk.appointments.get(), by=clerk)

    assert again(clerk).may_anywhere("maintain")


def test_the_same_role_twice_is_refused(home, clerk):
    with pytest.raises(errors.AlreadyAppointed):
        appointments.appoint(user=clerk, role="office_clerk", unit=home, by=None)

    assert clerk.appointments.count() == 1


@pytest.mark.rule("A-12")
def test_no_road_gives_an_administrator_a_grant(home, clerk):
    admin = units.person("admin", admin_kind="system")
    permission = Permission.objects.get(codename="maintain", content_type__app_label="units")

    with pytest.raises(IntegrityError, match="no grant"), transaction.atomic():
        UnitUserPermission.objects.create(user=admin, permission=permission, content_object=home)
    with pytest.raises(IntegrityError, match="no administrator"), transaction.atomic():
        User.objects.filter(pk=clerk.pk).update(admin_kind="audit")

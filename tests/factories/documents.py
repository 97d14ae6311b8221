"""Documents for tests."""

import datetime as dt

import factory

from apps.core.models import CodeValue
from apps.documents.models import ApprovalDocument

from . import reference


class DocumentFactory(factory.django.DjangoModelFactory):
    """A registered document; `scope` is the tree path of the office that registered it."""

    class Meta:
        model = ApprovalDocument

    number = factory.Sequence(lambda n: f"嵊编发〔2015〕{n + 1}号")
    title = factory.Sequence(lambda n: f"关于机构编制事项的批复（{n + 1}）")
    issuer = "嵊州市机构编制委员会"
    issued_on = dt.date(2015, 3, 1)
    kind_id = "doc_kind.51"

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        if not CodeValue.objects.filter(pk="doc_kind.51").exists():
            reference.load()
        return super()._create(model_class, *args, **kwargs)

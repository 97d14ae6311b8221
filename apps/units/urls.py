"""Addresses of the tree."""

from django.urls import include, path

from .views import deeds, evolution, lists, pages, recognising, reforms, tree

app_name = "units"
urlpatterns = [
    path("", lists.unit_list, name="list"),
    path("tree/", tree.unit_tree, name="tree"),
    path("tree/<int:pk>/", tree.tree_children, name="tree_children"),
    path("suggest/", lists.unit_suggest, name="suggest"),
    path("suggest/maintained/", lists.unit_suggest_maintained, name="suggest_maintained"),
    path("regions/suggest/", lists.region_suggest, name="region_suggest"),
    path("establish/", deeds.unit_establish, name="establish"),
    path("rename/", reforms.unit_rename, name="rename"),
    path("rank/", reforms.unit_rank, name="rank"),
    path("move/", reforms.unit_move, name="move"),
    path("merge/", reforms.unit_merge, name="merge"),
    path("split/", reforms.unit_split, name="split"),
    path("hand-over/", reforms.unit_hand_over, name="hand_over"),
    path("plates/", evolution.plates, name="plates"),
    path("plates/recognise/", recognising.recognise, name="recognise"),
    path("plates/hang/", reforms.unit_hang, name="hang"),
    path("plates/<int:pk>/off/", reforms.plate_off, name="plate_off"),
    path("evolution/", evolution.table, name="evolution"),
    path("evolution/<int:pk>/", evolution.reform, name="reform"),
    path("abolish/", deeds.unit_abolish, name="abolish"),
    path("<int:pk>/", pages.unit_detail, name="detail"),
    path("<int:pk>/departments/", pages.unit_departments, name="departments"),
    path("<int:pk>/history/", pages.unit_history, name="history"),
    path("<int:pk>/documents/", pages.unit_documents, name="documents"),
    path("<int:pk>/changes/", pages.unit_changes, name="changes"),
    path("<int:pk>/card/", pages.unit_card, name="card"),
    path("<int:pk>/edit/", deeds.unit_edit, name="edit"),
    path("appointments/", include("apps.units.appointment_urls")),
]

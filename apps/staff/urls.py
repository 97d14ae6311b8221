from django.urls import path

from .views import lists, person

app_name = "staff"

urlpatterns = [
    path("", lists.people_list, name="list"),
    path("left/", lists.people_left, name="left"),
    path("by-number/", lists.people_by_number, name="by_number"),
    path("unit/<int:pk>/", lists.unit_people, name="unit"),
    path("<int:pk>/", person.person_detail, name="detail"),
    path("<int:pk>/changes/", person.person_changes, name="changes"),
    path("<int:pk>/reveal/", person.person_reveal, name="reveal"),
]

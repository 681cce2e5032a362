from django.urls import path

from matching.api.needs import NeedList
from matching.api.views import NeedMatches

urlpatterns = [
    path("needs/", NeedList.as_view(), name="need-list"),
    path("needs/<str:code>/matches/", NeedMatches.as_view(), name="need-matches"),
]

from django.urls import path

from matching.api.views import NeedList, NeedMatches

urlpatterns = [
    path("needs/", NeedList.as_view(), name="need-list"),
    path("needs/<str:code>/matches/", NeedMatches.as_view(), name="need-matches"),
]

"""Addresses of the products API, under /api/v1/."""

from django.urls import path, re_path

from products.api.views import ProductDetailView, ProductListView, ProductSearchView, SuggestView

urlpatterns = [
    path("products/", ProductListView.as_view(), name="products"),
    path("products/search/", ProductSearchView.as_view(), name="product-search"),
    path("search/suggest/", SuggestView.as_view(), name="search-suggest"),
    re_path(r"^products/(?P<code>[A-Za-z0-9_-]{1,40})/$", ProductDetailView.as_view(), name="product"),
]

"""The programme of a shelf, compiled once per process and content."""

from collections.abc import Iterable

from matching.engine.compiling import compiled
from matching.engine.naive import Shelved
from matching.engine.programme import Programme
from products import selectors as products
from products.content import shelf_hash
from products.models import Product, ProductVersion

_REMEMBERED = 16
_programmes: dict[str, Programme] = {}


def programme_of(versions: Iterable[ProductVersion]) -> Programme:
    """The programme of ``versions``, each of another product."""
    chosen = list(versions)
    # The hash names content alone; what is remembered also holds the products' numbers.
    key = shelf_hash(
        (f"{version.product_id} {version.product.origin} {version.product.code}", version.content_hash)
        for version in chosen
    )
    if key not in _programmes:
        if len(_programmes) >= _REMEMBERED:
            del _programmes[next(iter(_programmes))]
        _programmes[key] = compiled(shelf_of(chosen))
    return _programmes[key]


def shelf_of(versions: Iterable[ProductVersion]) -> list[Shelved]:
    """What an engine needs of products."""
    return [
        Shelved(
            product=version.product.code,
            rules=products.rules_for(version),
            local=version.product.origin == Product.Origin.LOCAL,
            number=version.product_id,
            content=version.content_hash,
        )
        for version in versions
    ]

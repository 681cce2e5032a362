"""What the product page says beside the reasons: conditions in words, source, closer products."""

from dataclasses import dataclass

from frontend.reasons import Reasons, reasons
from frontend.viewer import Viewer
from matching.advice import Nearest, Opening, nearest, openings
from matching.cases.selectors_desk import held_by
from matching.models import Referral
from matching.selectors import match_subject
from products.models import Product, ProductVersion
from products.presentation import REFERENCE_NOTE, SOURCE_SILENT, VERIFIED_LABELS
from products.rules.evaluate import Verdict
from products.rules.explain import required_text
from products.selectors import listed_versions, rules_for

CLOSER_SHOWN = 3
OPENINGS_SHOWN = 2
DEMO_NOTE = "演示产品，机构与条件为虚构"


@dataclass(frozen=True)
class Source:
    """Where the page's figures come from."""

    note: str
    as_of: str
    verified: str
    url: str


def conditions(version: ProductVersion) -> list[tuple[str, str]]:
    """(label, what is asked) of every rule, as the product lists them."""
    return [(rule.label, required_text(rule.test)) for rule in rules_for(version)]


def source_of(version: ProductVersion) -> Source:
    """A published figure is never a quote, and a made-up product says so."""
    if version.product.origin == Product.Origin.CATALOGUE:
        verified = VERIFIED_LABELS.get(version.source_verified, SOURCE_SILENT)
        return Source(REFERENCE_NOTE, version.source_as_of or SOURCE_SILENT, verified, version.source_url)
    published = f"{version.published_at:%Y-%m-%d}" if version.published_at else "尚未发布"
    note = DEMO_NOTE if version.product.institution and version.product.institution.demo else "机构发布"
    return Source(note, published, "由机构经办发布、第二人复核", version.source_url)


@dataclass(frozen=True)
class Beside:
    """What else the shelf of a product holds for the reader: closer products, the nearest where none fits, and what the
    reader could add that opens most of them."""

    closer: list[Reasons]
    nearest: Nearest | None
    openings: list[Opening]


def beside(viewer: Viewer, version: ProductVersion) -> Beside:
    """Judged on the other products of the same shelf."""
    same_shelf = listed_versions().filter(product__category=version.product.category).exclude(pk=version.pk)
    found = match_subject(viewer.subject, same_shelf, all_verdicts=True)
    closer = [match for match in found if match.verdict != Verdict.VIOLATED][:CLOSER_SHOWN]
    return Beside(
        [reasons(match) for match in closer],
        None if closer else nearest(found, viewer.subject),
        openings(found, viewer.subject, most=OPENINGS_SHOWN),
    )


@dataclass(frozen=True)
class Application:
    """Whether the reader's need can be put before the product's institution, and whether that is done already."""

    reference: bool
    open: bool
    fits: bool
    referral: Referral | None

    @property
    def leads(self) -> bool:
        """True where applying, or its progress, is the first thing to do."""
        return self.referral is not None or (self.open and self.fits)


def application(viewer: Viewer, version: ProductVersion, judged: Reasons) -> Application:
    """A reference product is never applied for; a refused one still may be, but not as the first thing to do."""
    product, need = version.product, viewer.need
    reference = product.origin == Product.Origin.CATALOGUE
    if need is None or reference or product.institution_id is None:
        return Application(reference, open=False, fits=False, referral=None)
    return Application(
        reference,
        open=product.category in need.kinds and version.state == ProductVersion.State.LISTED,
        fits=judged.verdict != Verdict.VIOLATED,
        referral=held_by(need.pk, product.institution_id),
    )

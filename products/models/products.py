"""Products and versions. A version is what people saw: once published, the database refuses to change it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from common import clock


class Product(models.Model):
    """One product of one institution; what it says is in its versions."""

    class Origin(models.TextChoices):
        CATALOGUE = "catalogue", "参考产品"
        LOCAL = "local", "本地产品"

    code = models.CharField("产品编号", max_length=40, unique=True)
    institution = models.ForeignKey(
        "accounts.Party", models.PROTECT, null=True, related_name="products", verbose_name="机构"
    )
    category = models.CharField("类别", max_length=2)
    origin = models.CharField("来源", max_length=10, choices=Origin)
    created_at = models.DateTimeField("创建时间", default=clock.now)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(category__in=["贷", "保", "险", "投", "租"]), name="product_category_known"
            ),
            models.CheckConstraint(condition=Q(origin__in=["catalogue", "local"]), name="product_origin_known"),
        ]
        verbose_name = verbose_name_plural = "产品"

    def __str__(self) -> str:
        return self.code


class ProductVersion(models.Model):
    """Everything a product says at one time. Amounts 元, terms months, rates basis points; null = 来源未说明."""

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        IN_REVIEW = "in_review", "待复核"
        LISTED = "listed", "已上架"
        SUSPENDED = "suspended", "已暂停"
        DELISTED = "delisted", "已下架"

    product = models.ForeignKey(Product, models.PROTECT, related_name="versions", verbose_name="产品")
    number = models.PositiveIntegerField("版本")
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)

    name = models.CharField("名称", max_length=120)
    region_text = models.CharField("适用地区", max_length=200, blank=True)
    target = models.CharField("适用对象", max_length=300, blank=True)
    amount_min = models.BigIntegerField("额度下限（元）", null=True)
    amount_max = models.BigIntegerField("额度上限（元）", null=True)
    term_min_months = models.PositiveIntegerField("期限下限（月）", null=True)
    term_max_months = models.PositiveIntegerField("期限上限（月）", null=True)
    rate_min_bp = models.PositiveIntegerField("利率下限（基点）", null=True)
    rate_max_bp = models.PositiveIntegerField("利率上限（基点）", null=True)
    guarantee_methods = models.JSONField("担保方式", default=list)
    purposes = models.JSONField("用途", default=list)
    required_tags = models.JSONField("适用资质", default=list)
    min_age_months = models.PositiveIntegerField("成立年限（月）", null=True)
    min_revenue = models.BigIntegerField("营业收入下限（元）", null=True)
    tax_grades = models.JSONField("纳税信用等级", default=list)
    max_debt_ratio_bp = models.PositiveIntegerField("资产负债率上限（基点）", null=True)
    other_conditions = models.TextField("其他条件", blank=True)
    features = models.TextField("特点", blank=True)
    source_url = models.URLField("来源网址", max_length=500, blank=True)
    source_as_of = models.CharField("资料日期", max_length=10, blank=True)
    source_verified = models.CharField("核实程度", max_length=10, blank=True)
    rules = models.JSONField("规则", default=list)
    content_hash = models.CharField("内容指纹", max_length=64)

    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办人")
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="复核人"
    )
    created_at = models.DateTimeField("创建时间", default=clock.now)
    published_at = models.DateTimeField("发布时间", null=True)
    confirmed_on = models.DateField("最近确认", null=True)

    class Meta:
        ordering = ["product", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["product", "number"], name="product_version_number"),
            models.UniqueConstraint(fields=["product"], condition=Q(state="listed"), name="product_one_listed_version"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "in_review"]) | Q(published_at__isnull=False),
                name="version_published_at_set",
            ),
            models.CheckConstraint(
                # 复核人不得是经办人: the second pair of eyes is somebody else's.
                condition=Q(approved_by=None) | ~Q(approved_by=F("made_by")),
                name="version_checker_is_not_maker",
            ),
            models.CheckConstraint(
                condition=Q(amount_min=None) | Q(amount_max=None) | Q(amount_max__gte=F("amount_min")),
                name="version_amounts",
            ),
            models.CheckConstraint(
                condition=Q(term_min_months=None)
                | Q(term_max_months=None)
                | Q(term_max_months__gte=F("term_min_months")),
                name="version_terms",
            ),
            models.CheckConstraint(
                condition=Q(rate_min_bp=None) | Q(rate_max_bp=None) | Q(rate_max_bp__gte=F("rate_min_bp")),
                name="version_rates",
            ),
        ]
        verbose_name = verbose_name_plural = "产品版本"

    def __str__(self) -> str:
        return f"{self.name} v{self.number}"

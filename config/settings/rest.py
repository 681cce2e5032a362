"""REST API: JSON only, log-in by default, one error envelope, schema and docs page from local files."""

REST_FRAMEWORK = {
    # The first one's header makes an answer to nobody a 401.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.api.authentication.MayCall"],
    "DEFAULT_THROTTLE_CLASSES": ["accounts.api.calls.CallerThrottle", "accounts.api.calls.VisitorThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": "600/min", "anon": "120/min"},
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    # JSON only: multipart silently reads a missing boolean as false.
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "config.schema.Schema",
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "金融超市 API",
    "DESCRIPTION": "鄂尔多斯市金融支持人才和科技创新平台：产品、检索、匹配与方案台账。",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "CategoryEnum": "enterprises.facts.CATEGORIES",
        "GuaranteeEnum": "enterprises.facts.GUARANTEES",
        "ReferralStepEnum": "matching.api.referrals.STEPS",
        "RefusalEnum": "matching.models.Referral.Refusal",
        "FeedbackAnswerEnum": "enterprises.models.WhitelistFeedback.Answer",
        "ProductStateEnum": "products.models.ProductVersion.State",
    },
}
DRF_STANDARDIZED_ERRORS = {"EXCEPTION_HANDLER_CLASS": "config.http.DomainExceptionHandler"}

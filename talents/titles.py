"""One spelling for each title, and the level that a bare 草原英才 leaves open."""

import re
import unicodedata

from talents.models import BARE_TITLE, TITLES

REGION_TITLE, CITY_TITLE = TITLES[0], TITLES[1]

_SPELLINGS = {
    "自治区级草原英才": REGION_TITLE,
    "内蒙古草原英才": REGION_TITLE,
    "内蒙古自治区草原英才": REGION_TITLE,
    "草原英才(自治区)": REGION_TITLE,
    "草原英才(自治区级)": REGION_TITLE,
    "市级草原英才": CITY_TITLE,
    "鄂尔多斯草原英才": CITY_TITLE,
    "鄂尔多斯市草原英才": CITY_TITLE,
    "草原英才(市)": CITY_TITLE,
    "草原英才(市级)": CITY_TITLE,
    "草原英才工程": BARE_TITLE,
    "鄂尔多斯市天骄英才": "天骄英才",
    "鄂尔多斯市英才": "鄂尔多斯英才",
    "鄂尔多斯市青年优秀英才": "青年优秀英才",
    "优秀青年英才": "青年优秀英才",
}


def clean(text: str) -> str:
    """Half-width, without spaces and quotation marks."""
    return re.sub(r"[\s\"'“”‘’「」《》]", "", unicodedata.normalize("NFKC", text))


def normal(title: str) -> str:
    """The one spelling under which ``title`` is stored and compared."""
    cleaned = clean(title)
    return _SPELLINGS.get(cleaned, cleaned)


def effective(title: str, level: str) -> str:
    """The title with its level: 草原英才 of level 自治区级 is 自治区草原英才; without a level it stays bare."""
    spelled = normal(title)
    if spelled != BARE_TITLE:
        return spelled
    if re.search("自治区|内蒙古|省", level):
        return REGION_TITLE
    return CITY_TITLE if re.search("市|鄂尔多斯", level) else BARE_TITLE

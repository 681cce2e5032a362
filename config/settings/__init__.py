"""Settings, one short file a concern. The environment is read in ``config.env`` only."""

from config.settings.apps import *
from config.settings.channels import *
from config.settings.database import *
from config.settings.logging import *
from config.settings.rest import *
from config.settings.security import *
from config.settings.tasks import *

"""Ways out of the site: mail by SMTP, text messages by a gateway; the console unless the environment names them."""

from config import env

EMAIL_BACKEND = env.EMAIL["EMAIL_BACKEND"]
EMAIL_HOST = env.EMAIL["EMAIL_HOST"]
EMAIL_PORT = env.EMAIL["EMAIL_PORT"]
EMAIL_HOST_USER = env.EMAIL["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = env.EMAIL["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = env.EMAIL.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = env.EMAIL.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.EMAIL_FROM
SMS_URL = env.SMS_URL
SMS_TOKEN = env.SMS_TOKEN

_WITHOUT = "accounts.channels.Folder" if env.CHANNEL_FOLDER else "accounts.channels.Console"
CHANNELS = {
    "mail": "accounts.channels.Mail" if EMAIL_HOST else _WITHOUT,
    "sms": "accounts.channels.HttpSms" if SMS_URL else _WITHOUT,
}

"""Web server settings: two threaded workers on loopback."""

from config import env

bind = f"127.0.0.1:{env.PORT}"
workers = 2
threads = 4
worker_class = "gthread"
preload_app = True
timeout = 60
graceful_timeout = 5
control_socket_disable = True
accesslog = None
loglevel = "warning"

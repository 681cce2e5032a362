#!/usr/bin/env python
"""Django's command-line entry point for 金融超市."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from config.emptiness import fill_if_empty

    fill_if_empty(sys.argv)
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()

#!/usr/bin/env python
"""Django's command-line entry point for 金融超市."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from config.command_line import execute

    execute(sys.argv)


if __name__ == "__main__":
    main()

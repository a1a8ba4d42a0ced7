#!/usr/bin/env python3
"""Django's command line, with the embedded PostgreSQL running for as long as the command does."""

import sys

from landline.manage import main

if __name__ == "__main__":
    sys.exit(main(sys.argv))

"""Run the command as ``python -m footprints``."""

import sys

from footprints.cli import main

if __name__ == "__main__":
    sys.exit(main())

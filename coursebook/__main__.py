"""``python -m coursebook`` opens the course."""

import sys

from coursebook.start import main

sys.exit(main())

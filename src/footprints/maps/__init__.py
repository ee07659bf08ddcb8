"""Interactive maps of footprints, and pages of them that ask nothing of any host."""

"""How two layers of footprints meet."""

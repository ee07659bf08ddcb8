"""How an atlas is kept in files of its own, and what of it is written where."""

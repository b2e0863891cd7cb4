"""Rules that find what bites people in traced functions, without running anything."""

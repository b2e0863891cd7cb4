"""Graph rewrites that keep the meaning."""

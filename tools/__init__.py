"""Programs for developers: they write and check files, and nothing at run time uses them."""

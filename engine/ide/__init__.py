"""The front door for editors: static answers about one version of one file."""

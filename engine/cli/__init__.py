"""The command `graphlens`: one file a command."""

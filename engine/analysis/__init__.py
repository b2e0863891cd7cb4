"""Pure functions from a tree to facts about it; nothing is written onto nodes."""

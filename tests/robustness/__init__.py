"""Any text: no exception, sound places, the same answer twice. `make fuzz`: in large numbers."""

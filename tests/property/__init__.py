"""Random programs: converted, eager, graph and plain Python agree."""

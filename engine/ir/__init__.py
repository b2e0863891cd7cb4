"""The language of graphs: dtypes, shapes, tensors, ops, nodes. Imports no array library."""

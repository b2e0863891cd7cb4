"""The shape of the code: layers, sizes, start-up, what may be said in it."""

"""Python text <-> `gast` trees; nothing here knows tensors or runs user code."""

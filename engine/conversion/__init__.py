"""Python control flow -> AutoGraph's dialect: calls that choose between Python and graph.

The rewriting half reads trees alone: no tensor, no numpy, no user code. The run-time operators
stand beside the rewrites in `constructs/` and import what they need when they are called.
"""

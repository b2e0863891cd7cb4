"""Small programs with answers recorded from TensorFlow 2.21.

`cases/` holds the programs, `answers/` what TensorFlow makes of them, `known_gaps.txt` the cases
in which the engine still differs. See `case.py` for how to add one.
"""

"""What every other part of the engine stands on; standard library only."""

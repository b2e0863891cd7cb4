"""One module for each feature; being in this folder is all it takes."""

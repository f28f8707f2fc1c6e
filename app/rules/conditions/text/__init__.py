"""The text of conditions: the second view of the same tree, lossless both ways."""

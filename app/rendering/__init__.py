"""Template and values in, the text of a phone's file out."""

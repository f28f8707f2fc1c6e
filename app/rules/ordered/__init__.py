"""Ordered lists of rules that administrators write: the first that matches wins, and every one says why or why not."""

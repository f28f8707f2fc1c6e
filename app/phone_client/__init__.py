"""The only caller of phones: their own web pages, directly or through an SBC (protocol 5)."""

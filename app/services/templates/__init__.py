"""Templates: their texts with all versions, what is said of them, and the phones that use them (manual 4.3, 9.3)."""

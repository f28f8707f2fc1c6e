"""The experiments: each module does one and says what it found."""

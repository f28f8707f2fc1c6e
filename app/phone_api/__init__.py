"""What phones call: one implementation (a PhoneRequest in, a PhoneResponse out) behind two thin doors."""

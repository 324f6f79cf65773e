"""Files as strangers send them, each with what is to become of it."""

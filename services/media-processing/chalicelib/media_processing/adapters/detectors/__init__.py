"""What looks at images; which of these is used is a setting."""

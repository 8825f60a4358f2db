"""Moving pictures: a plan of scenes, texts and sound, and what makes a file of it."""

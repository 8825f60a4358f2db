"""The rules of event-images. Pure: no network, no clock, nothing of AWS."""

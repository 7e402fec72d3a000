"""People: taken out at the door, and found again by who may."""
